import type { CallLog } from "../../hub/ports/storage.ts";
import type { Blocks, IdRange } from "../blocks.ts";
import { type Around, prepareEnds } from "../damage.ts";
import type { Connection } from "../database.ts";
import type { Names } from "../names.ts";
import { callQuery, prepareBounds } from "./call-query.ts";
import type { Pauses } from "./call-walk.ts";

/** Ids in a range that is counted: as many rows as a list reads at once. */
const span = 512;
/** Ids counted in one step at first, and at most; whole ranges. */
const narrowest = 8 * span;
const widest = 512 * span;
/** Milliseconds that a step should take. */
const step = 4;

/**
 * Counts the calls that fit a filter in short steps, so that others get their turn meanwhile. Where a page is damaged they
 * are counted one by one, as far as they can be read.
 */
export function openCallCounter(
  connection: Connection,
  blocks: Blocks,
  names: Names,
  pauses: Pauses,
  around: Around,
): CallLog["count"] {
  const ends = prepareEnds(connection, around);
  const bounds = prepareBounds(ends, blocks);

  return async (filter) => {
    const found = { span, ranges: [] as number[], counts: [] as number[], newest: ends.newest() ?? 0 };
    const query = callQuery(filter, names);
    if (query === undefined) return found;
    const count = connection
      .prepare<unknown[], [number, number]>(
        `SELECT id / ${span}, count(*) FROM call WHERE id >= ? AND id < ?${query.where} GROUP BY 1 ORDER BY 1 DESC`,
      )
      .raw();
    const single = connection
      .prepare<unknown[], [number, number]>(`SELECT id / ${span}, 1 FROM call WHERE id = ?${query.where}`)
      .raw();
    const older = connection
      .prepare<[number], number | null>("SELECT max(id) FROM call WHERE id < ?")
      .pluck();
    const oneByOne = ({ from, to }: IdRange): [number, number][] =>
      Array.from({ length: to - from }, (_, at) => to - 1 - at).flatMap((id) =>
        around(
          () => single.all(id, ...query.values),
          () => [],
        ),
      );
    /** How many ranges were found; undefined: a page is damaged, and it is to be tried with fewer ids. */
    const add = ({ from, to }: IdRange): number | undefined => {
      const counted = around(
        () => count.all(from, to, ...query.values),
        () => (to - from > span ? undefined : oneByOne({ from, to })),
      );
      if (counted === undefined) return undefined;
      for (const [range, calls] of counted) {
        // A block's range may end within a range of ids, which then goes on in the next.
        if (found.ranges.at(-1) === range) found.counts.push((found.counts.pop() ?? 0) + calls);
        else {
          found.ranges.push(range);
          found.counts.push(calls);
        }
      }
      return counted.length;
    };
    const within = bounds(filter, found.newest + 1);
    let width = narrowest;
    for (const range of blocks.ranges(query.bounds, within)) {
      let ceiling = range.to;
      while (ceiling > range.from) {
        const bottom = Math.max(range.from, Math.floor((ceiling - 1) / span) * span + span - width);
        const started = performance.now();
        const added = add({ from: bottom, to: ceiling });
        if (added === undefined) {
          width = span;
          continue;
        }
        const took = performance.now() - started;
        if (took < step / 2) width = Math.min(widest, width * 2);
        else if (took > step * 2) width = Math.max(narrowest, width / 2);
        ceiling = bottom;
        // As in a walk: where there are no calls at all, none are counted.
        if (added === 0)
          ceiling = around(
            () => Math.min(bottom, (older.get(bottom) ?? -1) + 1),
            () => bottom,
          );
        const pause = pauses.due();
        if (pause !== undefined) await pause;
      }
    }
    return found;
  };
}
