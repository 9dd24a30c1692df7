import type { Around } from "./damage.ts";
import type { Connection } from "./database.ts";

/** Ids in a block. */
export const blockSize = 1_024;

/** Ids from `from` up to, but without, `to`. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** What calls must have, as far as blocks tell. */
export interface BlockBounds {
  /** For each of the lists, one of its names. */
  readonly names: readonly (readonly number[])[];
  /** Durations, in microseconds, both included. */
  readonly shortestUs?: number | undefined;
  readonly longestUs?: number | undefined;
  /** Start before this time, in milliseconds since the epoch. */
  readonly until?: number | undefined;
}

/** What the blocks tell about where calls can be. Calls newer than the last full block may always be anywhere. */
export interface Blocks {
  /**
   * The first id that a call which started at or after `since` can have. Ids follow the order of commits, starts only
   * nearly do (a long call, a clock that was set back), so this is a bound: filter by started_at as well.
   */
  floorOf(since: number): number;
  /** Where calls can be that keep the bounds: newest range first, within `within`. No bounds: everything. */
  ranges(bounds: BlockBounds, within: IdRange): IdRange[];
  /** The first id that no block tells of. */
  end(): number;
  /** The blocks that have a name. */
  having(name: number): number[];
}

/** The blocks on one connection. Where `around` cannot read them, calls can be anywhere. */
export function prepareBlocks(connection: Connection, around: Around): Blocks {
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
  const bounded = connection
    .prepare<[number, number, number, number, number], number>(
      `SELECT number FROM block WHERE number BETWEEN ? AND ? AND longest_us >= ? AND shortest_us <= ?
       AND earliest_start < ? ORDER BY number DESC`,
    )
    .pluck();
  const end = (): number => (next.get() ?? 0) * blockSize;

  const narrowed = ({ names, shortestUs, longestUs, until }: BlockBounds, within: IdRange): IdRange[] => {
    const measured = shortestUs !== undefined || longestUs !== undefined || until !== undefined;
    if (names.length === 0 && !measured) return within.from < within.to ? [within] : [];
    const ranges: IdRange[] = [];
    const add = (from: number, to: number): void => {
      const range = { from: Math.max(from, within.from), to: Math.min(to, within.to) };
      const newer = ranges.at(-1);
      if (range.from >= range.to) return;
      if (newer?.from === range.to) ranges[ranges.length - 1] = { from: range.from, to: newer.to };
      else ranges.push(range);
    };
    const lowest = Math.floor(within.from / blockSize);
    const highest = Math.min(Math.floor(within.to / blockSize), Number.MAX_SAFE_INTEGER);
    add(end(), Number.POSITIVE_INFINITY);
    const lists = names.map((list) => having.all(JSON.stringify(list), lowest, highest));
    if (measured)
      lists.push(
        bounded.all(
          lowest,
          highest,
          shortestUs ?? 0,
          longestUs ?? Number.MAX_SAFE_INTEGER,
          until ?? Number.MAX_SAFE_INTEGER,
        ),
      );
    const [list = [], ...others] = lists;
    const sets = others.map((numbers) => new Set(numbers));
    for (const block of list)
      if (sets.every((set) => set.has(block))) add(block * blockSize, (block + 1) * blockSize);
    return ranges;
  };

  return {
    floorOf: (since) =>
      around(
        () => (first.get(since) ?? next.get() ?? 0) * blockSize,
        () => 0,
      ),
    end,
    having: (name) => having.all(JSON.stringify([name]), 0, Number.MAX_SAFE_INTEGER),
    ranges: (bounds, within) =>
      around(
        () => narrowed(bounds, within),
        () => (within.from < within.to ? [within] : []),
      ),
  };
}
