import type { CallRow } from "../hub/ports/storage.ts";
import { prepareBlocks } from "./blocks.ts";
import { type Around, prepareEnds } from "./damage.ts";
import type { Connection } from "./database.ts";
import type { Names } from "./names.ts";

/** Calls per server since a time: counted in the database once, then kept up to date from what is stored. */
export interface ServerCounts {
  since(time: number): ReadonlyMap<string, number>;
  /** Takes a stored call into account. */
  stored(row: CallRow, id: number): void;
}

/** Counts on one connection; what `around` cannot read is not counted. */
export function openServerCounts(connection: Connection, names: Names, around: Around): ServerCounts {
  const blocks = prepareBlocks(connection, around);
  const ends = prepareEnds(connection, around);
  const count = connection
    .prepare<[number, number], [number, number]>(
      `SELECT server, count(*) FROM call
       WHERE id >= ? AND started_at >= ? AND server IS NOT NULL GROUP BY +server`,
    )
    .raw();
  let from: number | undefined;
  let countedTo = 0;
  let counts = new Map<string, number>();

  return {
    since(time) {
      if (time === from) return counts;
      // The worker may have committed calls whose notice is still on its way: they are counted here, not again then.
      countedTo = ends.newest() ?? 0;
      counts = new Map(
        around(
          () => count.all(blocks.floorOf(time), time),
          () => [],
        ).map(([server, calls]) => [names.textOf(server) ?? "", calls]),
      );
      from = time;
      return counts;
    },
    stored({ server, startedAt }, id) {
      if (from === undefined || id <= countedTo || startedAt < from || server === null) return;
      counts.set(server, (counts.get(server) ?? 0) + 1);
    },
  };
}
