import { type CatalogView, routeUri } from "../../core/catalog/aggregate.ts";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { INTERNAL_ERROR, REQUEST_TIMEOUT, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { type Edit, splice } from "../../core/jsonrpc/splice.ts";
import type { ParamsChange } from "../../core/mcp/stateless-era/edits.ts";
import { readInputRequired, retryChange } from "../../core/mcp/stateless-era/round-trips.ts";
import type { InFlight } from "../endpoint/in-flight.ts";
import type { Ticket } from "../servers/call-queue.ts";
import type { OutboundRequest } from "../servers/connection.ts";
import type { ServerEra } from "../servers/era.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { AskSession, Call, Outcome } from "./call.ts";
import { cancelledOutcome, errorOutcome } from "./outcomes.ts";

/** Rounds of questions that a stateless server may need for one call. */
const MAX_ROUNDS = 20;

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
export function routeCall(
  inFlight: InFlight,
  askSession: AskSession,
  call: Call,
): Outcome | Promise<Outcome> {
  const { server, ownKey } = call;
  if (server === undefined || ownKey === undefined)
    return errorOutcome(call, SERVER_UNAVAILABLE, "the call leads to no server");
  return new Promise((resolve) =>
    new Routing(inFlight, askSession, call, server, ownKey, resolve).send(undefined),
  );
}

/** One call at its server: sent, and sent again with the answers when a stateless server asks for some first. */
class Routing {
  readonly #inFlight: InFlight;
  readonly #askSession: AskSession;
  readonly #call: Call;
  readonly #server: ManagedServer;
  readonly #ownKey: string;
  readonly #resolve: (outcome: Outcome) => void;
  #ticket: Ticket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #rounds = 0;
  #settled = false;

  constructor(
    inFlight: InFlight,
    askSession: AskSession,
    call: Call,
    server: ManagedServer,
    ownKey: string,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#inFlight = inFlight;
    this.#askSession = askSession;
    this.#call = call;
    this.#server = server;
    this.#ownKey = ownKey;
    this.#resolve = resolve;
    call.queuedAt = performance.now();
    inFlight.add(server, call);
    call.cancel = (reason) => this.#abandon(reason, cancelledOutcome);
    const seconds = server.config.timeoutSeconds;
    if (seconds > 0)
      this.#timer = setTimeout(() => {
        const message = `the server ${server.name} did not answer within ${seconds} s`;
        const data = { code: "timeout", server: server.name };
        this.#abandon("timed out", errorOutcome(call, REQUEST_TIMEOUT, message, data, "timeout"));
      }, seconds * 1_000);
  }

  /** `answers` is what a further round adds to the request. */
  send(answers: ParamsChange | undefined): void {
    const call = this.#call;
    const request: OutboundRequest = {
      bytes: call.bytes,
      envelope: call.envelope,
      edits: (era) => this.#edits(era, answers),
      mirrored: call.method === "tools/call" ? this.#server.catalog.mirroredArguments(this.#ownKey) : [],
      sentAt: 0,
      answered: (bytes, answer, era) => {
        if (call.sentAt === 0) call.sentAt = request.sentAt;
        call.answeredAt = performance.now();
        if (era.kind === "stateless" && answer.resultType === "input_required" && !call.answersRounds)
          this.#round(bytes, answer);
        else this.#settle(answerOutcome(call, bytes, answer, era));
      },
      progressed: (parts) => call.reply.notify(parts),
      failed: ({ end }) => {
        call.sentAt = request.sentAt;
        call.answeredAt = performance.now();
        this.#unavailable(end.code, `the server ${this.#server.name} ended during the call: ${end.message}`);
      },
    };
    this.#ticket = this.#server.submit(request, (error) => this.#unavailable(error.code, error.message));
    this.#request = request;
  }

  #request: OutboundRequest | undefined;

  /** What changes in the message on its way: what its server calls the target, and what the server's era wants. */
  #edits(era: ServerEra, answers: ParamsChange | undefined): readonly Edit[] {
    const { bytes, envelope, codec, target } = this.#call;
    const changes = codec.request(bytes, envelope, era, answers);
    if (this.#ownKey === target.value) return changes;
    const edits = [...changes, { ...target.span, bytes: encodeJson(this.#ownKey) }];
    return edits;
  }

  /** A stateless server wants something of a session client first: it is asked, and the request sent again with it. */
  #round(bytes: Buffer, answer: Envelope): void {
    const call = this.#call;
    this.#rounds += 1;
    const wanted =
      answer.result === undefined
        ? "no result"
        : readInputRequired(bytes.subarray(answer.result.start, answer.result.end));
    if (typeof wanted === "string" || this.#rounds > MAX_ROUNDS) {
      const why = typeof wanted === "string" ? wanted : "it does not stop asking";
      return this.#unavailable(
        "bad_answer",
        `the server ${this.#server.name} asked for input in a way that cannot be met: ${why}`,
      );
    }
    this.#askSession(this.#server, call.session, wanted.requests).then(
      (given) => {
        if (!this.#settled) this.send(retryChange(given, wanted.state));
      },
      (error: Error) =>
        this.#settle(
          errorOutcome(call, INTERNAL_ERROR, `what the server asked for could not be got: ${error.message}`),
        ),
    );
  }

  #unavailable(code: string, message: string): void {
    this.#settle(errorOutcome(this.#call, SERVER_UNAVAILABLE, message, { code, server: this.#server.name }));
  }

  #abandon(reason: string, outcome: Outcome): void {
    if (this.#call.sentAt === 0) this.#call.sentAt = this.#request?.sentAt ?? 0;
    this.#ticket?.cancel(reason);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#inFlight.remove(this.#server, this.#call);
    this.#call.cancel = undefined;
    this.#resolve(outcome);
  }
}

function answerOutcome(call: Call, bytes: Buffer, answer: Envelope, era: ServerEra): Outcome {
  const changes = call.codec.answer(bytes, answer, era);
  if (changes === undefined)
    return errorOutcome(
      call,
      INTERNAL_ERROR,
      `the server's answer (${answer.resultType}) is none that this client knows`,
    );
  const edits: Edit[] = answer.id === undefined ? [] : [{ ...answer.id, bytes: call.id }];
  if (changes.length > 0) {
    edits.push(...changes);
    edits.sort((a, b) => a.start - b.start);
  }
  const slice = (span: Span | undefined): Uint8Array | null =>
    span === undefined ? null : bytes.subarray(span.start, span.end);
  return {
    status: answer.kind === "error" ? "error" : answer.resultIsError ? "tool_error" : "ok",
    parts: splice(bytes, edits),
    result: slice(answer.result),
    error: slice(answer.error),
    fromServer: true,
  };
}
