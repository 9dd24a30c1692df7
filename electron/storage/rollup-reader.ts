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
import { type Grid, gridOver, LEVELS } from "../core/metrics/grid.ts";
import { Histogram } from "../core/metrics/histogram.ts";
import type { MetricsStore } from "../hub/ports/metrics.ts";
import type { Connection } from "./database.ts";
import type { Names } from "./names.ts";
import { openRollupKeys, type RollupKey } from "./rollup-keys.ts";

/** Answers questions about the sums of calls, as they stand. */
export type RollupReader = {
  [M in keyof MetricsStore]: (
    query: Parameters<MetricsStore[M]>[0],
  ) => Omit<Awaited<ReturnType<MetricsStore[M]>>, "behind">;
};

/** Lines of a chart beside the one of all: more cannot be told apart. */
const MOST_GROUPS = 8;
/** Columns of a heatmap. */
const MOST_COLUMNS = 120;
/** The upper ends of the bands of a heatmap in microseconds: 1, 2, 5 of each power of ten from 0.1 ms to 100 s. */
const BANDS = [2, 3, 4, 5, 6, 7].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power)).concat(1e8);

/** start, calls, tool_errors, errors, denied, cancelled, timeouts, latency, waits. */
type Cell = [number, number, number, number, number, number, number, Buffer, Buffer];

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
  const cells = connection
    .prepare<[number, number, number, number], Cell>(
      `SELECT start, calls, tool_errors, errors, denied, cancelled, timeouts, latency, waits
       FROM rollup WHERE level = ? AND key = ? AND start >= ? AND start < ?`,
    )
    .raw();
  const counted = connection
    .prepare<[number, number, number, number], number | null>(
      "SELECT sum(calls) FROM rollup WHERE level = ? AND key = ? AND start >= ? AND start < ?",
    )
    .pluck();

  /** The cells of a grid, in units of its level. */
  const reach = ({
    level,
    width,
    start,
    count,
  }: Grid): readonly [level: number, from: number, to: number] => {
    const unit = LEVELS[level]?.width ?? width;
    return [level, start / unit, (start + count * width) / unit];
  };

  /** The sums of some keys in each bucket of a grid; undefined where there was no call. */
  const read = (grid: Grid, some: readonly RollupKey[]): (Sum | undefined)[] => {
    const buckets = new Array<Sum | undefined>(grid.count).fill(undefined);
    const [level, from, to] = reach(grid);
    const perBucket = (to - from) / grid.count;
    for (const { id } of some)
      for (const cell of cells.iterate(level, id, from, to)) {
        const at = Math.floor((cell[0] - from) / perBucket);
        let sum = buckets[at];
        if (sum === undefined) {
          sum = new Sum();
          buckets[at] = sum;
        }
        sum.add(cell);
      }
    return buckets;
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
    const [level, from, to] = reach(grid);
    const tools = new Map<string, { key: RollupKey; sum: Sum }>();
    for (const key of keys.matching(filter, ["server", "tool"])) {
      const name = `${key.server} ${key.tool}`;
      for (const cell of cells.iterate(level, key.id, from, to)) {
        let tool = tools.get(name);
        if (tool === undefined) {
          tool = { key, sum: new Sum() };
          tools.set(name, tool);
        }
        tool.sum.add(cell);
      }
    }
    return tools;
  };

  return {
    series({ from, to, filter, by }): Omit<MetricsSeries, "behind"> {
      const grid = gridOver(from, to, clock());
      const all = line(null, null, read(grid, keys.matching(filter, [])));
      if (by === undefined) return { ...spanOf(grid), all, groups: [], more: 0 };
      const span = reach(grid);
      const busy = grouped(keys.matching(filter, [by]), by)
        .map((group) => {
          const calls = group.reduce(
            (sum, { id }) => sum + (counted.get(span[0], id, span[1], span[2]) ?? 0),
            0,
          );
          return { group, calls };
        })
        .filter(({ calls }) => calls > 0)
        .sort((a, b) => b.calls - a.calls);
      const groups = busy.slice(0, MOST_GROUPS).map(({ group }) => {
        const [first] = group;
        return line(
          text(first?.[by] ?? 0),
          by === "tool" ? text(first?.server ?? 0) : null,
          read(grid, group),
        );
      });
      return { ...spanOf(grid), all, groups, more: busy.length - groups.length };
    },

    heatmap({ from, to, filter }): Omit<MetricsHeatmap, "behind"> {
      const grid = gridOver(from, to, clock(), MOST_COLUMNS);
      const counts = read(grid, keys.matching(filter, [])).map((sum) => {
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

    top({ from, to, filter, limit }): Omit<MetricsTop, "behind"> {
      const grid = gridOver(from, to, clock(), undefined, from - (to - from));
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
