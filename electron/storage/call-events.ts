import { type CallEvent, callEventSchema } from "../../shared/model/call.ts";
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
    return row === undefined ? undefined : { events: readEvents(row.events), more: row.more };
  };
}

/** What cannot be read is left out: the call itself is told all the same. */
function readEvents(text: string): CallEvent[] {
  try {
    const lists = JSON.parse(text) as unknown[][];
    return lists.flatMap(([at, from, kind, method, bytes, note]) => {
      const event = callEventSchema.safeParse({ at, from, kind, method, bytes, note });
      return event.success ? [event.data] : [];
    });
  } catch {
    return [];
  }
}
