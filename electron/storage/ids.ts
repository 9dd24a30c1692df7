import { type Around, prepareEnds } from "./damage.ts";
import type { Connection } from "./database.ts";

/** Ids beyond the newest call by which what was kept with calls is believed to be of calls. */
const farthest = 2 ** 24;

/**
 * The id that the next call must have at least, where it would not be one more than the newest: the newest calls were
 * taken away without what was kept with them (sqlite3 leaves their payloads and their links), or one was given an id
 * that none can have. Ids are never used twice. Undefined: SQLite's own choice is right.
 */
export function nextIdBeyond(connection: Connection, around: Around): number | undefined {
  const highest = (column: string, table: string): number =>
    around(
      () => connection.prepare<[], number | null>(`SELECT max(${column}) FROM ${table}`).pluck().get() ?? 0,
      () => 0,
    );
  const newest = prepareEnds(connection, around).newest() ?? 0;
  const kept = [
    highest("call_id", "payload"),
    highest("call_id", "call_event"),
    highest("id", "chain"),
    highest("last", "chain_head"),
    highest("call", "rollup_mark"),
  ].filter((id) => id <= newest + farthest);
  const used = Math.max(newest, ...kept);
  return used > newest || highest("id", "call") > newest ? used + 1 : undefined;
}
