import type { CallEvent } from "../../shared/model/call.ts";
import type { CallEvents } from "../hub/ports/storage.ts";
import type { Connection } from "./database.ts";

/** Events as they are stored: a JSON list of lists. */
export const writeEvents = (events: readonly CallEvent[]): string =>
  JSON.stringify(
    events.map(({ at, from, kind, method, bytes, note }) => [at, from, kind, method, bytes, note]),
  );

/** Reads what went on within a call; undefined: nothing. */
export function prepareEventReader(connection: Connection): (id: number) => CallEvents | undefined {
  const one = connection.prepare<[number], { events: string; more: number }>(
    "SELECT events, more FROM call_event WHERE call_id = ?",
  );
  return (id) => {
    const row = one.get(id);
    return row === undefined
      ? undefined
      : { events: readEvents(row.events), more: Number.isSafeInteger(row.more) ? row.more : 0 };
  };
}

/** What cannot be read is left out: the call itself is told all the same. */
function readEvents(text: string): CallEvent[] {
  try {
    return (JSON.parse(text) as unknown[][]).flatMap(([at, from, kind, method, bytes, note]) => {
      const event = { at, from, kind, method, bytes, note };
      return isEvent(event) ? [event] : [];
    });
  } catch {
    return [];
  }
}

/** Checked by hand: the schemas' library would take some 2 MB in the worker, which needs it for nothing else. */
function isEvent(event: Record<keyof CallEvent, unknown>): event is CallEvent {
  const { at, from, kind, method, bytes, note } = event;
  return (
    Number.isSafeInteger(at) &&
    Number.isSafeInteger(bytes) &&
    (from === "server" || from === "client" || from === "gatehouse") &&
    (kind === "notification" || kind === "request" || kind === "response") &&
    typeof method === "string" &&
    (note === null || typeof note === "string")
  );
}
