import type { CallEvent } from "../../../shared/model/call.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { CallEvents } from "../ports/storage.ts";
import type { Call } from "./call.ts";

/** Messages of one call that are kept, the first ones; the others are counted. */
const MOST = 200;

type Who = CallEvent["from"];
type What = CallEvent["kind"];

/** What went on within one call besides its request and its answer: made when the first such message comes. */
class Recording implements CallEvents {
  readonly events: CallEvent[] = [];
  more = 0;
}

/**
 * Notes a message that belongs to a call: its time, its kind and its size, and of what it says no more than `note`, so
 * that nothing needs to be left out of a log that keeps no payloads.
 */
export function noteEvent(
  call: Call,
  from: Who,
  kind: What,
  method: string,
  parts: readonly Uint8Array[],
  note: string | null = null,
): void {
  let recording = call.events as Recording | undefined;
  if (recording === undefined) {
    recording = new Recording();
    call.events = recording;
  }
  if (recording.events.length >= MOST) {
    recording.more += 1;
    return;
  }
  const at = Math.max(0, Math.round((performance.now() - call.receivedAt) * 1_000));
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  recording.events.push({ at, from, kind, method: method.slice(0, 100), bytes, note });
}

/** Why the hub answered a server in its client's place. */
export type NotAsked = "refused" | "the client cannot";

/** Notes what a server asks within a call, if there is one, and then who answered it. */
export function noteQuestion(call: Call | undefined, method: string, parts: readonly Uint8Array[]) {
  const note = (who: Who, what: What, said: readonly Uint8Array[], why: NotAsked | null = null): void => {
    if (call !== undefined) noteEvent(call, who, what, method, said, why);
  };
  note("server", "request", parts);
  return {
    answered: (said: readonly Uint8Array[]): void => note("client", "response", said),
    notAsked: (why: NotAsked, said: readonly Uint8Array[]): void => note("gatehouse", "response", said, why),
  };
}

/** Of a notification that says how far something is, or how grave it is, that; raw JSON numbers, levels of MCP. */
export function noteOf(bytes: Uint8Array, { method, paramsMembers }: Envelope): string | null {
  const raw = (key: string): string | undefined => {
    const span = paramsMembers.find((member) => member.key === key)?.value;
    if (span === undefined || span.end - span.start > 24) return undefined;
    return String.fromCharCode(...bytes.subarray(span.start, span.end));
  };
  if (method === "notifications/progress") {
    const [progress, total] = [raw("progress"), raw("total")];
    if (progress === undefined || !/^[-+.0-9eE]+$/.test(progress)) return null;
    return total !== undefined && /^[-+.0-9eE]+$/.test(total) ? `${progress} of ${total}` : progress;
  }
  if (method === "notifications/message") return /^"([a-z]+)"$/.exec(raw("level") ?? "")?.[1] ?? null;
  return null;
}
