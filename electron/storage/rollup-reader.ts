import type {
  MetricsDimension,
  MetricsFilter,
  MetricsHeatmap,
  MetricsLine,
  MetricsSeries,
  MetricsSum,
  MetricsTop,
  ToolMetrics,
} from "../../shared/model/metrics.ts";
import { type Grid, gridOver, LEVELS, MIXED_LEVELS } from "../core/metrics/grid.ts";
import { HistogramSum } from "../core/metrics/histogram.ts";
import type { MetricsQuery, MetricsStore, Summed } from "../hub/ports/metrics.ts";
import type { Connection } from "./database.ts";
import type { Names } from "./names.ts";
import { MIXED_KIND, openRollupKeys, type RollupKey } from "./rollup-keys.ts";
import { unlessSpoilt } from "./rollups.ts";

/** Answers questions about the sums of calls, as they stand. */
export type RollupReader = {
  [M in Summed]: (
    query: Parameters<MetricsStore[M]>[0],
  ) => Omit<Awaited<ReturnType<MetricsStore[M]>>, "behind">;
} & {
  /** Bytes of texts by day (UTC), client, server and tool. */
  bytes(query: Pick<MetricsQuery, "from" | "to">): TextBytes[];
};

/** What a client's calls of a tool held on one day. */
export interface TextBytes {
  /** Its start, milliseconds since the epoch. */
  readonly day: number;
  readonly client: string | null;
  readonly server: string | null;
  readonly tool: string | null;
  readonly calls: number;
  readonly requestBytes: number;
  readonly resultBytes: number;
}

/** Lines of a chart beside the one of all: more cannot be told apart. */
const MOST_GROUPS = 8;
/** What is not drawn by time is read as coarsely as its ends allow. */
const TOP_BUCKETS = 100;
/** Columns of a heatmap. */
const MOST_COLUMNS = 120;
/** The upper ends of the bands of a heatmap in microseconds: 1, 2, 5 of each power of ten from 0.1 ms to 100 s. */
const BANDS = [2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power)).concat(1e8);

const DAY = 86_400_000;
/** The coarsest cells: this many make a day. */
const COARSEST = 2;
const DAY_CELLS = DAY / LEVELS[COARSEST].width;

/** start, calls, tool_errors, errors, denied, cancelled, timeouts, latency and waits in hexadecimal, key. */
type Cell = [number, number, number, number, number, number, number, string, string | null, number];

/** Sums being added up. */
class Sum {
  readonly counts = [0, 0, 0, 0, 0, 0];
  readonly latency = new HistogramSum();
  readonly waits = new HistogramSum();

  add(cell: Cell): void {
    for (let i = 0; i < 6; i++) this.counts[i] = (this.counts[i] ?? 0) + (cell[i + 1] as number);
    unlessSpoilt(() => this.latency.mergeHex(cell[7]));
    unlessSpoilt(() => cell[8] !== null && this.waits.mergeHex(cell[8]));
  }

  merge(other: Sum): void {
    for (let i = 0; i < 6; i++) this.counts[i] = (this.counts[i] ?? 0) + (other.counts[i] ?? 0);
    this.latency.merge(other.latency);
    this.waits.merge(other.waits);
  }

  clear(): void {
    this.counts.fill(0);
    this.latency.clear();
    this.waits.clear();
  }

  get calls(): number {
    return this.counts[0] ?? 0;
  }

  get failed(): number {
    return (this.counts[1] ?? 0) + (this.counts[2] ?? 0) + (this.counts[5] ?? 0);
  }

  read(): MetricsSum {
    const [calls = 0, toolErrors = 0, errors = 0, denied = 0, cancelled = 0, timeouts = 0] = this.counts;
    const [p50 = null, p95 = null, p99 = null] = this.latency.percentiles([50, 95, 99]);
    const [waitP50 = null, waitP95 = null] = this.waits.percentiles([50, 95]);
    const waited = this.waits.total;
    return {
      ...{ calls, toolErrors, errors, denied, cancelled, timeouts },
      ...{ p50, p95, p99, waited, waitP50, waitP95 },
    };
  }
}

/** Answers questions about sums on one connection. `clock` in milliseconds since the epoch. */
export function openRollupReader(connection: Connection, names: Names, clock: () => number): RollupReader {
  const keys = openRollupKeys(connection, names);
  /** What to select of the cells of one kind, over a span of one level, of some of its keys (a JSON array of ids). */
  const prepare = <Row>(columns: string, end = "") =>
    connection
      .prepare<[number, number, number, number, string], Row>(
        `SELECT ${columns} FROM rollup WHERE level = ? AND kind = ? AND start >= ? AND start < ?
         AND key IN (SELECT value FROM json_each(?)) ${end}`,
      )
      .raw();
  // Most cells have no waits, and a null costs less than an empty text.
  const cells = prepare<Cell>(
    "start, calls, tool_errors, errors, denied, cancelled, timeouts, hex(latency), nullif(hex(waits), ''), key",
    "ORDER BY start",
  );
  const counted = prepare<[number, number]>("key, sum(calls)", "GROUP BY key");
  const daily = prepare<[number, number, number, number, number]>(
    `key, start / ${DAY_CELLS}, sum(calls), sum(request_bytes), sum(result_bytes)`,
    "GROUP BY 1, 2",
  );

  /** The grid over what is kept of the sums that a question reads. */
  const gridOf = (
    from: number,
    to: number,
    filter: MetricsFilter,
    dimensions: readonly MetricsDimension[],
    limits: { readonly most?: number; readonly oldest?: number } = {},
  ): Grid => {
    const mixed = keys.kindFor(filter, dimensions) === MIXED_KIND;
    return gridOver(from, to, clock(), { ...limits, levels: mixed ? MIXED_LEVELS : LEVELS });
  };

  /** Which cells a grid and some keys mean; the keys are all of one kind. */
  const reach = (
    { level, width, start, count }: Grid,
    some: readonly RollupKey[],
  ): [level: number, kind: number, from: number, to: number, ids: string] => {
    const unit = LEVELS[level]?.width ?? width;
    const ids = JSON.stringify(some.map(({ id }) => id));
    return [level, some[0]?.kind ?? 0, start / unit, (start + count * width) / unit, ids];
  };

  /** Calls `each` with the sum of every bucket of every group of keys that has calls; it holds only until the next. */
  const eachBucket = (
    grid: Grid,
    groups: readonly (readonly RollupKey[])[],
    each: (group: number, bucket: number, sum: Sum) => void,
  ): void => {
    const sums = groups.map(() => new Sum());
    const sumOf = new Map(groups.flatMap((group, i) => group.map(({ id }) => [id, sums[i]] as const)));
    const asked = reach(grid, groups.flat());
    const [, , from, to] = asked;
    const perBucket = (to - from) / grid.count;
    let bucket = -1;
    const give = (): void => {
      for (const [group, sum] of sums.entries())
        if (sum.calls > 0) {
          each(group, bucket, sum);
          sum.clear();
        }
    };
    for (const cell of cells.iterate(...asked)) {
      const at = Math.floor((cell[0] - from) / perBucket);
      if (at !== bucket) {
        give();
        bucket = at;
      }
      sumOf.get(cell[9])?.add(cell);
    }
    give();
  };

  /** A line for each group of keys, yet without a name. */
  const linesOf = (grid: Grid, groups: readonly (readonly RollupKey[])[]): MetricsLine[] => {
    const row = <T>(fill: T): T[] => new Array<T>(grid.count).fill(fill);
    const lines = groups.map(() => ({
      total: new Sum(),
      ...{ calls: row(0), failed: row(0), waited: row(0) },
      ...{ p50: row<number | null>(null), p95: row<number | null>(null), p99: row<number | null>(null) },
      waitP95: row<number | null>(null),
    }));
    eachBucket(grid, groups, (group, bucket, sum) => {
      const line = lines[group];
      if (line === undefined) return;
      line.total.merge(sum);
      line.failed[bucket] = sum.failed;
      const { calls, p50, p95, p99, waited, waitP95 } = sum.read();
      line.calls[bucket] = calls;
      line.p50[bucket] = p50;
      line.p95[bucket] = p95;
      line.p99[bucket] = p99;
      line.waited[bucket] = waited;
      line.waitP95[bucket] = waitP95;
    });
    return lines.map((line) => ({ ...line, total: line.total.read(), name: null, server: null }));
  };

  /** The keys in groups that `by` tells apart. */
  const grouped = (some: readonly RollupKey[], by: MetricsDimension): RollupKey[][] => {
    const groups = new Map<string, RollupKey[]>();
    for (const key of some) {
      const name = by === "tool" ? `${key.server} ${key.tool}` : String(key[by]);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [key]);
      else group.push(key);
    }
    return [...groups.values()];
  };

  /** The groups of keys that have calls, those with most first. */
  const busiest = (grid: Grid, groups: readonly RollupKey[][]): RollupKey[][] => {
    const calls = new Map(counted.all(...reach(grid, groups.flat())));
    return groups
      .map((group) => ({ group, calls: group.reduce((sum, { id }) => sum + (calls.get(id) ?? 0), 0) }))
      .filter((each) => each.calls > 0)
      .sort((a, b) => b.calls - a.calls)
      .map(({ group }) => group);
  };

  const text = (id: number): string | null => (id === 0 ? null : names.textOf(id));
  const spanOf = ({ start, width, count }: Grid): { from: number; to: number; width: number } => ({
    from: start,
    to: start + count * width,
    width,
  });

  /** Sums over a whole span of each tool that a filter admits, by server and tool. */
  const toolSums = (grid: Grid, filter: MetricsFilter): Map<string, { key: RollupKey; sum: Sum }> => {
    const tools = new Map<string, { key: RollupKey; sum: Sum }>();
    const some = keys.matching(filter, ["server", "tool"]);
    const byId = new Map(some.map((key) => [key.id, key]));
    for (const cell of cells.iterate(...reach(grid, some))) {
      const key = byId.get(cell[9]);
      if (key === undefined) continue;
      const name = `${key.server} ${key.tool}`;
      let tool = tools.get(name);
      if (tool === undefined) {
        tool = { key, sum: new Sum() };
        tools.set(name, tool);
      }
      tool.sum.add(cell);
    }
    return tools;
  };

  return {
    series({ from, to, filter, by }): Omit<MetricsSeries, "behind"> {
      const grid = gridOf(from, to, filter, by === undefined ? [] : [by]);
      const [all] = linesOf(grid, [keys.matching(filter, [])]) as [MetricsLine];
      if (by === undefined) return { ...spanOf(grid), all, groups: [], more: 0 };
      const some = keys.matching(filter, [by]);
      const parts = grouped(some, by);
      const busy = parts.length > MOST_GROUPS ? busiest(grid, parts) : parts;
      const groups = linesOf(grid, busy.slice(0, MOST_GROUPS))
        .map((line, index) => {
          const first = busy[index]?.[0];
          const server = by === "tool" ? text(first?.server ?? 0) : null;
          return { ...line, name: text(first?.[by] ?? 0), server };
        })
        .filter(({ total }) => total.calls > 0)
        .sort((a, b) => b.total.calls - a.total.calls);
      const more = Math.max(0, busy.length - MOST_GROUPS);
      return { ...spanOf(grid), all, groups, more };
    },

    heatmap({ from, to, filter }): Omit<MetricsHeatmap, "behind"> {
      const grid = gridOf(from, to, filter, [], { most: MOST_COLUMNS });
      const counts = Array.from({ length: grid.count }, () => new Array<number>(BANDS.length + 1).fill(0));
      eachBucket(grid, [keys.matching(filter, [])], (_, bucket, sum) => {
        const column = counts[bucket] ?? [];
        let band = 0;
        sum.latency.forEach((us, count) => {
          while (us >= (BANDS[band] ?? Number.POSITIVE_INFINITY)) band++;
          column[band] = (column[band] ?? 0) + count;
        });
      });
      return { ...spanOf(grid), bands: BANDS, counts };
    },

    bytes({ from, to }) {
      const first = Math.floor(from / DAY) * DAY_CELLS;
      const end = Math.ceil(to / DAY) * DAY_CELLS;
      const some = keys.matching({}, ["server", "tool", "client"]);
      const byId = new Map(some.map((key) => [key.id, key]));
      const ids = JSON.stringify([...byId.keys()]);
      return daily
        .all(COARSEST, some[0]?.kind ?? 0, first, end, ids)
        .map(([id, day, calls, requestBytes, resultBytes]) => {
          const key = byId.get(id);
          return {
            ...{ day: day * DAY, calls, requestBytes, resultBytes },
            client: text(key?.client ?? 0),
            server: text(key?.server ?? 0),
            tool: text(key?.tool ?? 0),
          };
        });
    },

    top({ from, to, filter, limit }): Omit<MetricsTop, "behind"> {
      const grid = gridOf(from, to, filter, ["server", "tool"], {
        most: TOP_BUCKETS,
        oldest: from - (to - from),
      });
      const now = toolSums(grid, filter);
      const before = toolSums({ ...grid, start: grid.start - grid.count * grid.width }, filter);
      const tools = [...now].map(([name, { key, sum }]) => ({
        failedShare: sum.failed / sum.calls,
        failed: sum.failed,
        tool: {
          server: text(key.server),
          tool: text(key.tool),
          now: sum.read(),
          before: before.get(name)?.sum.read() ?? null,
        } satisfies ToolMetrics,
      }));
      const slowest = [...tools].sort((a, b) => (b.tool.now.p95 ?? 0) - (a.tool.now.p95 ?? 0));
      const failing = tools
        .filter(({ failed }) => failed > 0)
        .sort((a, b) => b.failed - a.failed || b.failedShare - a.failedShare);
      return {
        ...spanOf(grid),
        slowest: slowest.slice(0, limit).map(({ tool }) => tool),
        failing: failing.slice(0, limit).map(({ tool }) => tool),
      };
    },
  };
}
