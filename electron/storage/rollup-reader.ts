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
import { Histogram } from "../core/metrics/histogram.ts";
import type { MetricsQuery, MetricsStore, Summed } from "../hub/ports/metrics.ts";
import type { Connection } from "./database.ts";
import type { Names } from "./names.ts";
import { MIXED_KIND, openRollupKeys, type RollupKey } from "./rollup-keys.ts";

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

/** start, calls, tool_errors, errors, denied, cancelled, timeouts, latency, waits, key. */
type Cell = [number, number, number, number, number, number, number, Buffer, Buffer, number];

/** Sums being added up. */
class Sum {
  readonly counts = [0, 0, 0, 0, 0, 0];
  readonly latency = new Histogram();
  readonly waits = new Histogram();

  add(cell: Cell): void {
    for (let i = 0; i < 6; i++) this.counts[i] = (this.counts[i] ?? 0) + (cell[i + 1] as number);
    this.latency.mergeBytes(cell[7]);
    this.waits.mergeBytes(cell[8]);
  }

  merge(other: Sum): void {
    for (let i = 0; i < 6; i++) this.counts[i] = (this.counts[i] ?? 0) + (other.counts[i] ?? 0);
    this.latency.merge(other.latency);
    this.waits.merge(other.waits);
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
  const cells = prepare<Cell>(
    "start, calls, tool_errors, errors, denied, cancelled, timeouts, latency, waits, key",
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

  /** For each group of keys the sums in each bucket of a grid; undefined where there was no call. */
  const read = (grid: Grid, groups: readonly (readonly RollupKey[])[]): (Sum | undefined)[][] => {
    const lines = groups.map(() => new Array<Sum | undefined>(grid.count).fill(undefined));
    const lineOf = new Map(groups.flatMap((group, i) => group.map(({ id }) => [id, lines[i]] as const)));
    const asked = reach(grid, groups.flat());
    const [, , from, to] = asked;
    const perBucket = (to - from) / grid.count;
    for (const cell of cells.iterate(...asked)) {
      const buckets = lineOf.get(cell[9]) ?? [];
      const at = Math.floor((cell[0] - from) / perBucket);
      let sum = buckets[at];
      if (sum === undefined) {
        sum = new Sum();
        buckets[at] = sum;
      }
      sum.add(cell);
    }
    return lines;
  };

  const line = (name: string | null, server: string | null, buckets: (Sum | undefined)[]): MetricsLine => {
    const total = new Sum();
    const sums = buckets.map((sum) => {
      if (sum !== undefined) total.merge(sum);
      return sum?.read();
    });
    return {
      name,
      server,
      total: total.read(),
      calls: sums.map((sum) => sum?.calls ?? 0),
      failed: buckets.map((sum) => sum?.failed ?? 0),
      p50: sums.map((sum) => sum?.p50 ?? null),
      p95: sums.map((sum) => sum?.p95 ?? null),
      p99: sums.map((sum) => sum?.p99 ?? null),
      waited: sums.map((sum) => sum?.waited ?? 0),
      waitP95: sums.map((sum) => sum?.waitP95 ?? null),
    };
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
      const [whole = []] = read(grid, [keys.matching(filter, [])]);
      const all = line(null, null, whole);
      if (by === undefined) return { ...spanOf(grid), all, groups: [], more: 0 };
      const some = keys.matching(filter, [by]);
      const calls = new Map(counted.all(...reach(grid, some)));
      const busy = grouped(some, by)
        .map((group) => ({ group, calls: group.reduce((sum, { id }) => sum + (calls.get(id) ?? 0), 0) }))
        .filter((each) => each.calls > 0)
        .sort((a, b) => b.calls - a.calls);
      const shown = busy.slice(0, MOST_GROUPS).map(({ group }) => group);
      const groups = read(grid, shown).map((buckets, index) => {
        const first = shown[index]?.[0];
        return line(text(first?.[by] ?? 0), by === "tool" ? text(first?.server ?? 0) : null, buckets);
      });
      return { ...spanOf(grid), all, groups, more: busy.length - groups.length };
    },

    heatmap({ from, to, filter }): Omit<MetricsHeatmap, "behind"> {
      const grid = gridOf(from, to, filter, [], { most: MOST_COLUMNS });
      const [buckets = []] = read(grid, [keys.matching(filter, [])]);
      const counts = buckets.map((sum) => {
        const column = new Array<number>(BANDS.length + 1).fill(0);
        for (const [us, count] of sum?.latency.entries() ?? []) {
          const found = BANDS.findIndex((end) => us < end);
          const band = found < 0 ? BANDS.length : found;
          column[band] = (column[band] ?? 0) + count;
        }
        return column;
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
