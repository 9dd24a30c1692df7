import { errorMessage, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST } from "../../core/jsonrpc/errors.ts";
import { readTarget, type Target } from "../../core/mcp/session-era/targets.ts";
import type { ClientActivity } from "../client-activity.ts";
import type { Log } from "../log.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import { type CallCodec, sessionCodec } from "../pipeline/codec.ts";
import type { InboundMessage, Reply } from "../ports/endpoint.ts";
import type { Session } from "../sessions.ts";
import { profileOf } from "./scopes.ts";

export interface RelayDeps {
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  readonly log: Log;
  readonly activity: ClientActivity;
}

/** Sends a request for a server through the pipeline, and its outcome to the client. */
export function relay(
  { run, log, activity }: RelayDeps,
  message: InboundMessage,
  session: Session,
  id: Buffer,
  reply: Reply,
): void {
  const { envelope, bytes } = message;
  const target = readTarget(bytes, envelope);
  if (typeof target === "string") {
    reply.send([errorMessage(id, INVALID_PARAMS, target)]);
    return;
  }
  const running = id.toString("latin1");
  if (session.running.has(running)) {
    reply.send([errorMessage(id, INVALID_REQUEST, "a request with this id is under way in this session")]);
    return;
  }
  const call = newCall(message, session, target, id, reply, sessionCodec(session, envelope.method));
  session.running.add(running, { cancel: (reason) => call.canceller?.cancel(reason) });
  activity.began(call);
  const finish = (outcome: Outcome): void => {
    session.running.take(running);
    activity.ended(call);
    if (outcome.parts === undefined) reply.drop();
    else {
      reply.send(outcome.parts);
      if (call.server !== undefined && reply.pendingBytes > 0) call.server.holdReading(reply);
    }
  };
  const outcome = run(call);
  if (outcome instanceof Promise)
    outcome.then(finish, (error: unknown) => {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log("error", `a call failed inside the hub: ${why}`);
      finish({
        status: "error",
        parts: [errorMessage(id, INTERNAL_ERROR, "the hub failed on this call; its log says more")],
        result: null,
        error: null,
      });
    });
  else finish(outcome);
}

/** A call at the start of its way. */
export function newCall(
  message: InboundMessage,
  session: Session,
  target: Target,
  id: Buffer,
  reply: Reply,
  codec: CallCodec,
  answersRounds = false,
): Call {
  return {
    client: message.client,
    session,
    scope: message.scope,
    profile: profileOf(message.scope, message.client),
    project: message.project ?? session.project,
    method: message.envelope.method,
    bytes: message.bytes,
    envelope: message.envelope,
    id,
    reply,
    receivedAt: message.receivedAt,
    startedAt: Date.now(),
    target,
    codec,
    answersRounds,
    route: undefined,
    ownKey: undefined,
    server: undefined,
    rule: null,
    recheck: undefined,
    consentMs: 0,
    personWait: undefined,
    events: undefined,
    queuedAt: 0,
    sentAt: 0,
    answeredAt: 0,
    original: undefined,
    approved: undefined,
    traceparent: message.traceparent,
    tracestate: message.tracestate,
    trace: undefined,
    continues: false,
    deadline: undefined,
    onRecorded: undefined,
    canceller: undefined,
  };
}
