import type { Connection } from "./database.ts";

/** Ids in a block. */
export const blockSize = 1_024;

/** Ids from `from` up to, but without, `to`. */
interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** What the blocks tell about where calls can be. Calls newer than the last full block may always be anywhere. */
export interface Blocks {
  /**
   * The first id that a call which started at or after `since` can have. Ids follow the order of commits, starts only
   * nearly do (a long call, a clock that was set back), so this is a bound: filter by started_at as well.
   */
  floorOf(since: number): number;
  /**
   * Where calls can be that have, for each of the lists, one of its names: newest range first, within `within`.
   * No lists: everything.
   */
  ranges(lists: readonly (readonly number[])[], within: IdRange): IdRange[];
}

export function prepareBlocks(connection: Connection): Blocks {
  const first = connection
    .prepare<[number], number | null>("SELECT min(number) FROM block WHERE latest_start >= ?")
    .pluck();
  const next = connection.prepare<[], number | null>("SELECT max(number) + 1 FROM block").pluck();
  const having = connection
    .prepare<[string, number, number], number>(
      `SELECT DISTINCT block FROM block_name
       WHERE name IN (SELECT value FROM json_each(?)) AND block BETWEEN ? AND ? ORDER BY block DESC`,
    )
    .pluck();

  return {
    floorOf: (since) => (first.get(since) ?? next.get() ?? 0) * blockSize,
    ranges(lists, within) {
      const [list, ...others] = lists;
      if (list === undefined) return within.from < within.to ? [within] : [];
      const ranges: IdRange[] = [];
      const add = (from: number, to: number): void => {
        const range = { from: Math.max(from, within.from), to: Math.min(to, within.to) };
        const newer = ranges.at(-1);
        if (range.from >= range.to) return;
        if (newer?.from === range.to) ranges[ranges.length - 1] = { from: range.from, to: newer.to };
        else ranges.push(range);
      };
      const lowest = Math.floor(within.from / blockSize);
      const highest = Math.floor(within.to / blockSize);
      add((next.get() ?? 0) * blockSize, Number.POSITIVE_INFINITY);
      const sets = others.map((names) => new Set(having.all(JSON.stringify(names), lowest, highest)));
      for (const block of having.all(JSON.stringify(list), lowest, highest))
        if (sets.every((set) => set.has(block))) add(block * blockSize, (block + 1) * blockSize);
      return ranges;
    },
  };
}
