import { errorMessage, INTERNAL_ERROR } from "../../core/jsonrpc/errors.ts";
import type { Recording } from "../history/recording.ts";
import type { CallLog, CallRow } from "../ports/storage.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { CallLoad } from "./call-load.ts";
import type { KeepRow } from "./kept-row.ts";
import { unmadeOutcome } from "./outcomes.ts";

/** Nothing is known that would stand against recording. */
const ALWAYS = { refusal: () => undefined, servesUnrecorded: () => false };

/** What is told when a call has been recorded, with its row and its id in the log. */
export type Recorded = (row: CallRow, id: number, call: Call) => void;

/**
 * The outermost step: whatever became of the call, its row is committed before the reply may leave. If it cannot be
 * written, the client is told so instead of getting an answer that the log does not have. `waiting` is how many calls
 * only wait for a person: they join no group soon. `load` counts what is under way, `keepRow` says
 * what of a call is written.
 */
export function recordStep(
  log: CallLog,
  recorded: Recorded,
  waiting: () => number = () => 0,
  load: CallLoad = new CallLoad(),
  keepRow: KeepRow = (row) => row,
  recording: Pick<Recording, "refusal" | "servesUnrecorded"> = ALWAYS,
): Step {
  const keep = (call: Call, outcome: Outcome): Promise<Outcome> =>
    new Promise((resolve) => {
      const row = keepRow(rowOf(call, outcome, performance.now()));
      // The only one under way need not wait for others to be committed with it.
      const alone = load.count - waiting() === 1;
      const committed = (error: Error | undefined, id: number): void => {
        load.end();
        call.onRecorded?.(error === undefined ? id : undefined);
        if (error === undefined) {
          recorded(row, id, call);
          resolve(outcome);
        } else if (outcome.parts === undefined || recording.servesUnrecorded()) resolve(outcome);
        else resolve(unrecorded(call, error));
      };
      log.append(row, committed, alone);
    });
  const lost = (error: unknown): never => {
    load.end();
    throw error;
  };
  return (call, next) => {
    const refusal = recording.refusal();
    if (refusal !== undefined) return unmadeOutcome(call, refusal);
    load.begin();
    const outcome = next();
    return outcome instanceof Promise
      ? outcome.then((settled) => keep(call, settled), lost)
      : keep(call, outcome);
  };
}

/** Builds the log's row; the four times add up to the duration. */
function rowOf(call: Call, outcome: Outcome, now: number): CallRow {
  const { envelope, bytes } = call;
  const durationUs = micros(now - call.receivedAt);
  const sent = call.sentAt > 0;
  const answeredAt = call.answeredAt > 0 ? call.answeredAt : now;
  const atServerUs = sent ? Math.min(durationUs, micros(answeredAt - call.sentAt)) : 0;
  // Whom the server asked meanwhile was waited for, not the server.
  const personUs = Math.min(atServerUs, micros(call.personWait?.until(answeredAt) ?? 0));
  const upstreamUs = atServerUs - personUs;
  const consentUs = Math.min(durationUs - upstreamUs, micros(call.consentMs) + personUs);
  const waited = call.queuedAt > 0 ? (sent ? call.sentAt : now) - call.queuedAt : 0;
  const queueUs = Math.min(durationUs - upstreamUs - consentUs, micros(waited));
  return {
    startedAt: call.startedAt,
    clientId: call.client.id,
    client: call.client.name,
    session: call.session.stored.label || null,
    server: call.route?.server ?? null,
    tool: subjectOf(call).slice(0, 1_000),
    method: call.method,
    profile: call.profile,
    project: call.project,
    rule: call.rule,
    status: outcome.status,
    durationUs,
    queueUs,
    consentUs,
    upstreamUs,
    hubUs: durationUs - upstreamUs - consentUs - queueUs,
    request:
      envelope.params === undefined ? null : bytes.subarray(envelope.params.start, envelope.params.end),
    result: outcome.result,
    error: outcome.error,
    events: call.events,
  };
}

/** What the call is about, in the server's words: of a task, the tool that it is a call of. */
function subjectOf({ ownKey, route, target }: Call): string {
  return target.space === "tasks" ? (route?.key ?? target.value) : (ownKey ?? target.value);
}

function micros(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1_000));
}

function unrecorded(call: Call, error: Error): Outcome {
  const message = `the call was made, but could not be recorded: ${error.message}`;
  return {
    status: "error",
    parts: [errorMessage(call.id, INTERNAL_ERROR, message)],
    result: null,
    error: null,
  };
}
