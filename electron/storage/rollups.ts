import { LEVELS, MIXED_LEVELS } from "../core/metrics/grid.ts";
import { Histogram } from "../core/metrics/histogram.ts";
import { LAST_ID } from "./damage.ts";
import type { Connection } from "./database.ts";
import { type Names, nameKind } from "./names.ts";
import { MIXED_KIND, openRollupKeys, type RollupNames, rollupKinds } from "./rollup-keys.ts";

/** Keeps the sums of calls up to date from the committed rows, in the order of their ids, each once. */
export interface Rollups {
  /** Adds what is missing, in short steps with other work in between, until it is done or `milliseconds` are over. */
  catchUp(milliseconds: number): Promise<void>;
  /** Calls that are recorded and not in the sums yet, at most. */
  behind(): number;
  /** The last call that is in the sums. */
  mark(): number;
  /** Removes what is finer than it need be for its age. */
  thin(): Promise<void>;
  stop(): void;
}

interface Options {
  readonly connection: Connection;
  readonly names: Names;
  readonly inTurn: <T>(write: () => T) => T;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Milliseconds from anywhere, by which writes are timed: those that this thread worked, unless a test says otherwise. */
  readonly stopwatch?: () => number;
}

/** started_at, client, server, tool, method, project, status, duration_us, consent_us, request, result and error bytes, id. */
type Row = readonly [
  number,
  number | null,
  number | null,
  number | null,
  number,
  number | null,
  number,
  number,
  number,
  number | null,
  number | null,
  number | null,
  number,
];

interface Figures {
  readonly counts: number[];
  readonly latency: Histogram;
  readonly waits: Histogram;
}

/** Calls of one minute that every sum counts alike; when one of them began, in milliseconds since the epoch. */
interface Group extends Figures {
  readonly startedAt: number;
  readonly names: RollupNames;
}

/** What is added to the sums of one key in one bucket. */
interface Sums extends Figures {
  readonly level: number;
  readonly start: number;
  readonly kind: number;
  readonly names: RollupNames;
}

/** What is to stand in the database of one key in one bucket. */
interface Merged extends Pick<Sums, "level" | "start" | "kind" | "names"> {
  readonly values: readonly (number | Uint8Array)[];
}

type StoredSums = [...counts: number[], latency: Buffer, waits: Buffer];

/** calls, then the statuses after "ok" in the order of status.ts, then bytes of requests and of results. */
const COUNTS = 8;
const COLUMNS =
  "calls, tool_errors, errors, denied, cancelled, timeouts, request_bytes, result_bytes, latency, waits";

/** Milliseconds of the finest buckets, of which all others are made. */
const FINEST = Math.min(...LEVELS.map(({ width }) => width));

const noSums = (): Figures => ({
  counts: new Array<number>(COUNTS).fill(0),
  latency: new Histogram(),
  waits: new Histogram(),
});

/** How long sums of a kind are kept. */
const keptFor = (level: number, kind: number): number =>
  (kind === MIXED_KIND ? MIXED_LEVELS : LEVELS)[level]?.keptFor ?? 0;

/** Merges a stored histogram; one that somebody has spoilt adds no more: the sums must go on without it. */
export function unlessSpoilt(merge: () => unknown): void {
  try {
    merge();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** How long one write should hold up others, in milliseconds; how many rows a step takes follows from it. */
const writeFor = 1.5;
const fewest = 16;
const most = 2_048;
/** Buckets that one write removes. */
const thinAtOnce = 4;

/** On a busy machine a write may wait for its processor however few rows it has: that must not make steps ever smaller. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/**
 * The sums as the database has them; they go on after the last call that was counted. `stopwatch` gives milliseconds
 * of processor time.
 */
export function openRollups({ connection, names, inTurn, clock, stopwatch = threadTime }: Options): Rollups {
  const keys = openRollupKeys(connection, names);
  const next = connection
    .prepare<[number, number], Row>(
      `SELECT started_at, client, server, tool, method, project, status, duration_us, consent_us,
              request_bytes, result_bytes, error_bytes, id
       FROM call WHERE id > ? AND id <= ${LAST_ID} ORDER BY id LIMIT ?`,
    )
    .raw();
  const newest = connection
    .prepare<[], number | null>(`SELECT max(id) FROM call WHERE id <= ${LAST_ID}`)
    .pluck();
  const marked = connection.prepare<[], number>("SELECT call FROM rollup_mark").pluck();
  const setMark = connection.prepare<[number]>("UPDATE rollup_mark SET call = ?");
  const stored = connection
    .prepare<[number, number, number, number], StoredSums>(
      `SELECT ${COLUMNS} FROM rollup WHERE level = ? AND kind = ? AND start = ? AND key = ?`,
    )
    .raw();
  const put = connection.prepare(
    `INSERT OR REPLACE INTO rollup (level, kind, start, key, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const oldest = connection
    .prepare<[number, number], number | null>("SELECT min(start) FROM rollup WHERE level = ? AND kind = ?")
    .pluck();
  const remove = connection.prepare("DELETE FROM rollup WHERE level = ? AND kind = ? AND start < ?");

  let size = 128;
  let stopped = false;
  let running: Promise<void> | undefined;

  /** The mark; no id is used twice, also where somebody has taken the newest calls away. */
  const mark = (): number => marked.get() ?? 0;

  const behind = (): number => Math.max(0, (newest.get() ?? 0) - mark());

  let toolCalls: number | undefined;
  const dimensionsOf = ([, client, server, tool, method, project]: Row): RollupNames => {
    // A name keeps its number.
    toolCalls ??= names.exactly(nameKind.method, "tools/call");
    return {
      server: server ?? 0,
      // Resources, and names that lead nowhere, are whatever a client writes: those calls go by their method.
      tool: server !== null && method === toolCalls ? (tool ?? 0) : method,
      client: client ?? 0,
      project: project ?? 0,
    };
  };

  /** Rows that are alike in everything but their figures, by minute: most rows of a step are. */
  const gather = (rows: readonly Row[]): Group[] => {
    const groups = new Map<string, Group>();
    for (const row of rows) {
      const [startedAt, client, server, tool, method, project, status] = row;
      const [, , , , , , , durationUs, consentUs, request, result, error] = row;
      const text = `${Math.floor(startedAt / FINEST)} ${client} ${server} ${tool} ${method} ${project}`;
      let group = groups.get(text);
      if (group === undefined) {
        group = { startedAt, names: dimensionsOf(row), ...noSums() };
        groups.set(text, group);
      }
      const { counts } = group;
      counts[0] = (counts[0] ?? 0) + 1;
      if (status > 0 && status < 6) counts[status] = (counts[status] ?? 0) + 1;
      counts[6] = (counts[6] ?? 0) + (request ?? 0);
      counts[7] = (counts[7] ?? 0) + (result ?? error ?? 0);
      group.latency.record(durationUs - consentUs);
      if (consentUs > 0) group.waits.record(consentUs);
    }
    return [...groups.values()];
  };

  const sumUp = (rows: readonly Row[]): Sums[] => {
    const sums = new Map<string, Sums>();
    const now = clock();
    for (const group of gather(rows)) {
      for (const [level, { width }] of LEVELS.entries()) {
        const start = Math.floor(group.startedAt / width);
        for (const [kind, told] of rollupKinds.entries()) {
          if (group.startedAt < now - keptFor(level, kind) - width) continue;
          const text = `${level} ${start} ${kind} ${told.map((dimension) => group.names[dimension]).join()}`;
          let sum = sums.get(text);
          if (sum === undefined) {
            sum = { level, start, kind, names: group.names, ...noSums() };
            sums.set(text, sum);
          }
          for (let i = 0; i < COUNTS; i++) sum.counts[i] = (sum.counts[i] ?? 0) + (group.counts[i] ?? 0);
          sum.latency.merge(group.latency);
          sum.waits.merge(group.waits);
        }
      }
    }
    return [...sums.values()];
  };

  /** What stands in the database after these sums were added: read and merged before the turn, as nobody else writes it. */
  const merge = (sums: readonly Sums[]): Merged[] =>
    sums.map(({ level, start, kind, names: dimensions, counts, latency, waits }) => {
      const key = keys.find(kind, dimensions);
      const before = key === undefined ? undefined : stored.get(level, kind, start, key);
      if (before !== undefined) {
        for (let i = 0; i < COUNTS; i++) counts[i] = (counts[i] ?? 0) + (before[i] as number);
        unlessSpoilt(() => latency.mergeBytes(before[COUNTS] as Buffer));
        unlessSpoilt(() => waits.mergeBytes(before[COUNTS + 1] as Buffer));
      }
      const values = [...counts, latency.encode(), waits.encode()];
      return { level, start, kind, names: dimensions, values };
    });

  const write = connection.transaction((merged: readonly Merged[], last: number) => {
    for (const { level, start, kind, names: dimensions, values } of merged)
      put.run(level, kind, start, keys.idOf(kind, dimensions), ...values);
    setMark.run(last);
  });

  /** Adds the next rows; false when there are none. */
  const step = (): boolean => {
    const rows = next.all(mark(), size);
    const last = rows.at(-1)?.[12];
    if (last === undefined) return false;
    const merged = merge(sumUp(rows));
    let took = 0;
    try {
      inTurn(() => {
        const began = stopwatch();
        write.immediate(merged, last);
        took = stopwatch() - began;
      });
    } catch (error) {
      keys.forget();
      throw error;
    }
    if (took > writeFor || rows.length === size) {
      const wanted = size * Math.min(1.25, Math.max(0.25, writeFor / took));
      size = Math.round(Math.min(most, Math.max(fewest, wanted)));
    }
    return true;
  };

  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const run = async (): Promise<void> => {
    while (!stopped && step()) await pause();
  };

  return {
    async catchUp(milliseconds) {
      // One at a time: a step reads what the one before has written.
      running ??= run().finally(() => {
        running = undefined;
      });
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      });
      await Promise.race([running, over]).finally(() => clearTimeout(timer));
    },
    behind,
    mark,
    async thin() {
      const now = clock();
      for (const [level, { width }] of LEVELS.entries()) {
        for (const kind of rollupKinds.keys()) {
          const end = Math.floor((now - keptFor(level, kind)) / width) - 1;
          for (let from = oldest.get(level, kind); typeof from === "number" && from < end && !stopped; ) {
            inTurn(() => remove.run(level, kind, Math.min(end, (from ?? end) + thinAtOnce)));
            await pause();
            from = oldest.get(level, kind);
          }
        }
      }
    },
    stop() {
      stopped = true;
    },
  };
}
