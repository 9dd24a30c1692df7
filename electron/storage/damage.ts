import { sentenceOf } from "../../shared/errors.ts";
import { type Connection, sqliteCode } from "./database.ts";

/** Whether SQLite has met a page that is not as it wrote it. */
export const isDamage = (error: unknown): boolean => sqliteCode(error)?.startsWith("SQLITE_CORRUPT") === true;

/** What `read` gives; where that stands on a damaged page, what `otherwise` gives. Other errors are thrown. */
export type Around = <T, U>(read: () => T, otherwise: () => U) => T | U;

/** For who cannot go on without what is damaged: it throws. */
export const notAround: Around = (read) => read();

/** Reads what can be read of a damaged database. `tell` is called with SQLite's words when damage is met first. */
export function readAround(tell: (message: string) => void): Around {
  let told = false;
  return (read, otherwise) => {
    try {
      return read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (!told) tell(sentenceOf(error));
      told = true;
      return otherwise();
    }
  };
}

/**
 * The rows of a small table, those on damaged pages left out: `all` reads it at once, `keys` finds its keys in another
 * tree (an index), and `one` reads a row by its key.
 */
export function rowsAround<K, R>(
  around: Around,
  { all, keys, one }: { all: () => R[]; keys: () => K[]; one: (key: K) => R | undefined },
): R[] {
  const none = (): undefined => undefined;
  const singly = (): R[] =>
    around(keys, (): K[] => [])
      .map((key) => around(() => one(key), none))
      .filter((row) => row !== undefined);
  return around(all, singly);
}

/** The highest id that a call can have: what somebody gave a higher one, which no number here could hold, is left out. */
export const LAST_ID: number = Number.MAX_SAFE_INTEGER - 1;

/** An id, or what somebody wrote in the place of one, as a number that can be counted with. */
export const asId = (id: number): number => Math.max(-LAST_ID, Math.min(LAST_ID, id));

/** The ids that the log reaches from and to; null: it is empty. */
export interface Ends {
  oldest(): number | null;
  newest(): number | null;
}

/** The log's ends; where a page there is damaged, those of what was kept with the calls: no call lies beyond. */
export function prepareEnds(connection: Connection, around: Around): Ends {
  const read = (end: "min" | "max", table: string, column = "id") => {
    const statement = connection.prepare<[], number | null>(`SELECT ${end}(${column}) FROM ${table}`).pluck();
    return () => statement.get() ?? null;
  };
  const oldest = read("min", `call WHERE id >= -${LAST_ID}`);
  const newest = read("max", `call WHERE id <= ${LAST_ID}`);
  const others = (end: "min" | "max") => [read(end, "payload", "call_id"), read(end, "chain")];
  const first = others("min");
  const last = others("max");
  const known = (ends: readonly (() => number | null)[]): number[] =>
    ends.map((end) => around(end, () => null)).filter((id) => id !== null);
  return {
    oldest: () => around(oldest, () => Math.min(...known(first), Number.MAX_SAFE_INTEGER)),
    newest: () => around(newest, () => Math.max(...known(last), 0)),
  };
}
