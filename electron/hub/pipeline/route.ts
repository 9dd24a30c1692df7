import { type CatalogView, routeUri } from "../../core/catalog/aggregate.ts";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { REQUEST_TIMEOUT, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { type Edit, splice } from "../../core/jsonrpc/splice.ts";
import type { InFlight } from "../endpoint/in-flight.ts";
import type { Call, Outcome } from "./call.ts";
import { cancelledOutcome, errorOutcome } from "./outcomes.ts";

/** Sets where a call leads in the client's view: its route, and what the server itself calls the target. */
export function findRoute(call: Call, view: CatalogView): void {
  const { space, value } = call.target;
  if (space === "uri") {
    const found = routeUri(view, value);
    call.route = found?.route;
    call.ownKey = found?.uri;
  } else {
    call.route = view.routes[space].get(value);
    call.ownKey = call.route?.key;
  }
}

/** The last step: hands the call to its server and turns the answer, spliced and never parsed, into the outcome. */
export function routeCall(inFlight: InFlight, call: Call): Promise<Outcome> {
  const { server, ownKey, envelope } = call;
  return new Promise((resolve) => {
    if (server === undefined || ownKey === undefined) {
      resolve(errorOutcome(call, SERVER_UNAVAILABLE, "the call leads to no server"));
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      inFlight.remove(server, call);
      call.cancel = undefined;
      resolve(outcome);
    };
    call.queuedAt = performance.now();
    inFlight.add(server, call);
    const request = {
      bytes: call.bytes,
      envelope,
      edits: requestEdits(call, ownKey),
      sentAt: 0,
      answered(bytes: Buffer, answer: Envelope) {
        call.sentAt = request.sentAt;
        call.answeredAt = performance.now();
        settle(answerOutcome(call, bytes, answer));
      },
      progressed(parts: readonly Uint8Array[]) {
        call.reply.notify(parts);
      },
      failed({ end }: { end: { code: string; message: string } }) {
        call.sentAt = request.sentAt;
        call.answeredAt = performance.now();
        settle(
          errorOutcome(
            call,
            SERVER_UNAVAILABLE,
            `the server ${server.name} ended during the call: ${end.message}`,
            { code: end.code, server: server.name },
          ),
        );
      },
    };
    const ticket = server.submit(request, (error) => {
      settle(
        errorOutcome(call, SERVER_UNAVAILABLE, error.message, { code: error.code, server: server.name }),
      );
    });
    call.cancel = (reason) => {
      call.sentAt = request.sentAt;
      ticket.cancel(reason);
      settle(cancelledOutcome);
    };
    const seconds = server.config.timeoutSeconds;
    if (seconds > 0)
      timer = setTimeout(() => {
        call.sentAt = request.sentAt;
        ticket.cancel("timed out");
        settle(
          errorOutcome(
            call,
            REQUEST_TIMEOUT,
            `the server ${server.name} did not answer within ${seconds} s`,
            { code: "timeout", server: server.name },
            "timeout",
          ),
        );
      }, seconds * 1_000);
  });
}

function requestEdits(call: Call, ownKey: string): Edit[] {
  const edits = call.requestEdits === undefined ? [] : [...call.requestEdits];
  if (ownKey !== call.target.value) edits.push({ ...call.target.span, bytes: encodeJson(ownKey) });
  return edits;
}

function answerOutcome(call: Call, bytes: Buffer, answer: Envelope): Outcome {
  const edits: Edit[] = answer.id === undefined ? [] : [{ ...answer.id, bytes: call.id }];
  if (call.answerEdits !== undefined) edits.push(...call.answerEdits(bytes, answer));
  if (edits.length > 1) edits.sort((a, b) => a.start - b.start);
  const parts = splice(bytes, edits);
  const slice = (span: Span | undefined): Uint8Array | null =>
    span === undefined ? null : bytes.subarray(span.start, span.end);
  return {
    status: answer.kind === "error" ? "error" : answer.resultIsError ? "tool_error" : "ok",
    parts,
    result: slice(answer.result),
    error: slice(answer.error),
    fromServer: true,
  };
}
