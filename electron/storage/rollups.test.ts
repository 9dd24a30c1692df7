import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallStatus } from "../../shared/model/call.ts";
import type { MetricsDimension, MetricsFilter, MetricsLine } from "../../shared/model/metrics.ts";
import { rankOf } from "../core/metrics/histogram.ts";
import type { CallRow, Storage } from "../hub/ports/storage.ts";
import { notAround } from "./damage.ts";
import { openConnection } from "./database.ts";
import { append, callRow, type Home, makeHome } from "./fixtures/storage.ts";
import { openNames } from "./names.ts";
import { openRollups } from "./rollups.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let home: Home;
let storage: Storage;
beforeEach(() => {
  home = makeHome();
  storage = home.open();
});
afterEach(() => home.dispose());

/** A generator of the same numbers each time (mulberry32), from 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STATUSES: readonly CallStatus[] = [
  "ok",
  "ok",
  "ok",
  "tool_error",
  "error",
  "denied",
  "cancelled",
  "timeout",
];

/** Durations in microseconds, of a number from 0 up to 1. */
type Spread = (random: number) => number;

/** Over five powers of ten, with a tail. */
const wide: Spread = (random) => Math.round(10 ** (1.5 + 5 * random ** 2));

/** Calls of a few servers, tools, clients and projects. */
function calls(count: number, from: number, to: number, seed: number, spread = wide): CallRow[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, () => {
    const durationUs = spread(random());
    const consentUs = random() < 0.1 ? Math.round(durationUs * random()) : 0;
    const server = pick(["files", "web"]);
    return callRow({
      startedAt: Math.floor(from + random() * (to - from)),
      server,
      tool: pick(["read", "write"]),
      client: pick(["claude", "cursor", "zed"]),
      project: pick([null, "/home/me/web"]),
      status: pick(STATUSES),
      durationUs,
      consentUs,
      queueUs: 0,
      upstreamUs: durationUs - consentUs,
      hubUs: 0,
      request: null,
      result: null,
    });
  });
}

async function store(rows: readonly CallRow[]): Promise<void> {
  await Promise.all(rows.map((row) => append(storage, row)));
}

const latencyOf = (row: CallRow): number => row.durationUs - row.consentUs;

/** Checks each bucket of a line against the raw rows; gives how many buckets had 100 samples or more. */
function check(line: MetricsLine, rows: readonly CallRow[], start: number, width: number): number {
  let large = 0;
  for (const [bucket, count] of line.calls.entries()) {
    const begin = start + bucket * width;
    const within = rows.filter(({ startedAt }) => startedAt >= begin && startedAt < begin + width);
    expect(count).toBe(within.length);
    const failures = within.filter(({ status }) => ["tool_error", "error", "timeout"].includes(status));
    expect(line.failed[bucket]).toBe(failures.length);
    expect(line.waited[bucket]).toBe(within.filter(({ consentUs }) => consentUs > 0).length);
    if (within.length < 100) continue;
    large++;
    const sorted = within.map(latencyOf).sort((a, b) => a - b);
    for (const [p, shown] of [
      [50, line.p50[bucket]],
      [95, line.p95[bucket]],
      [99, line.p99[bucket]],
    ] as const) {
      const exact = sorted[rankOf(p, sorted.length) - 1] ?? Number.NaN;
      expect(Math.abs((shown ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.02);
    }
  }
  return large;
}

describe("percentiles of the charts", () => {
  const now = Date.now();
  const spans: readonly [string, number, number][] = [
    ["15 minutes", 15 * MINUTE, 4_000],
    ["24 hours", DAY, 12_000],
    ["7 days", 7 * DAY, 12_000],
    ["90 days", 90 * DAY, 16_000],
  ];
  test.each(spans)(
    "of %s are those of the raw rows, to 2 in 100, in each bucket of 100 calls or more",
    async (_, span, count) => {
      // Half of the calls in the last twentieth of the time, so that fine buckets are full as well.
      const rows = [
        ...calls(count / 2, now - span, now, 1),
        ...calls(count / 2, now - span / 20, now, 2),
      ].sort((a, b) => a.startedAt - b.startedAt);
      await store(rows);
      const ask = (filter: MetricsFilter, by?: MetricsDimension) =>
        storage.metrics.series({ from: now - span, to: now, filter, by });
      await settle();
      let large = 0;
      const sights: readonly [MetricsFilter, MetricsDimension | undefined][] = [
        [{}, undefined],
        [{}, "server"],
        [{ server: "files" }, "tool"],
        [{ tool: "read", project: "/home/me/web" }, "client"],
        [{ client: "zed" }, "project"],
      ];
      for (const [filter, by] of sights) {
        const series = await ask(filter, by);
        const admitted = rows.filter((row) =>
          Object.entries(filter).every(([dimension, text]) => row[dimension as MetricsDimension] === text),
        );
        large += check(series.all, admitted, series.from, series.width);
        expect(series.all.total.calls).toBe(admitted.length);
        for (const group of series.groups)
          large += check(
            group,
            admitted.filter((row) => by === undefined || row[by] === group.name),
            series.from,
            series.width,
          );
        expect(series.groups.reduce((sum, { total }) => sum + total.calls, 0)).toBe(
          by === undefined ? 0 : admitted.length,
        );
      }
      expect(large).toBeGreaterThan(20);
    },
  );

  const spreads: readonly [string, Spread][] = [
    // Of infinite variance: the slowest call takes longer than thousands of others together.
    ["heavy tails", (random) => Math.min(86_400_000_000, Math.round(200 / (1 - random) ** 1.6))],
    ["many that took no time at all", (random) => (random < 0.97 ? 0 : Math.round(1e7 * (random - 0.97)))],
    ["a gap between quick and slow", (random) => (random < 0.6 ? (900 + random * 100) | 0 : 30_000_000)],
    ["one duration alone", () => 123_457],
    [
      "durations at the borders of slots",
      (random) => 2 ** Math.floor(7 + 20 * random) - (random < 0.5 ? 1 : 0),
    ],
  ];
  /** Spans that are drawn by minutes, by hours and by eight hours. */
  const drawn: readonly [number, number][] = [
    [15 * MINUTE, MINUTE],
    [7 * DAY, HOUR],
    [90 * DAY, 8 * HOUR],
  ];
  test.each(spreads)("hold for %s, in sums of minutes, hours and eight hours", async (_, spread) => {
    for (const [seed, [span, width]] of drawn.entries()) {
      const rows = [
        ...calls(700, now - span, now, 20 + seed, spread),
        ...calls(1_100, now - 8 * width, now, 30 + seed, spread),
      ];
      // Each span has a server of its own.
      const server = `of ${span}`;
      const own = rows.map((row) => ({ ...row, server }));
      await store(own);
      await settle();
      const series = await storage.metrics.series({
        from: now - span,
        to: now,
        filter: { server },
        by: undefined,
      });
      expect(series.width).toBe(width);
      expect(check(series.all, own, series.from, width)).toBeGreaterThan(5);
    }
  });

  test("hold on both sides of the age at which minutes are given up for hours", async () => {
    const seam = now - 49 * HOUR;
    const rows = calls(8_000, seam - 6 * HOUR, seam + 6 * HOUR, 40);
    await store(rows);
    await settle();
    const ask = (from: number, to: number) => storage.metrics.series({ from, to, filter: {}, by: undefined });
    for (const thinned of [false, true]) {
      if (thinned) {
        // What the worker does every hour.
        await storage.close();
        const connection = openConnection(home.file, 1_000);
        const names = openNames(connection, notAround);
        await openRollups({ connection, names, inTurn: (write) => write(), clock: () => now }).thin();
        connection.close();
        storage = home.open();
        await settle();
      }
      const younger = await ask(seam + HOUR, seam + 5 * HOUR);
      expect(younger.width).toBeLessThan(HOUR);
      expect(check(younger.all, rows, younger.from, younger.width)).toBe(0);
      const across = await ask(seam - 5 * HOUR, seam + 5 * HOUR);
      expect(across.width).toBe(HOUR);
      expect(check(across.all, rows, across.from, across.width)).toBeGreaterThan(9);
      const older = await ask(seam - 6 * HOUR, seam - HOUR);
      expect(older.width).toBe(HOUR);
      expect(check(older.all, rows, older.from, older.width)).toBeGreaterThan(4);
    }
  });
});

/** Waits until everything recorded is in the sums. */
async function settle(): Promise<void> {
  const now = Date.now();
  while ((await storage.metrics.series({ from: now, to: now, filter: {}, by: undefined })).behind > 0);
}

const total = async (from: number, to: number, filter: MetricsFilter = {}) =>
  (await storage.metrics.series({ from, to, filter, by: undefined })).all.total;

describe("sums", () => {
  const now = Date.now();

  test("leave out the wait for a person, and tell it apart", async () => {
    await store([
      callRow({ startedAt: now, durationUs: 30_000_100, consentUs: 30_000_000 }),
      callRow({ startedAt: now, durationUs: 100, consentUs: 0 }),
    ]);
    await settle();
    const sum = await total(now - HOUR, now);
    expect(sum).toMatchObject({ calls: 2, p50: 100, p99: 100, waited: 1 });
    expect(Math.abs((sum.waitP50 ?? 0) / 30_000_000 - 1)).toBeLessThan(0.008);
  });

  test("count what did not end well by status", async () => {
    await store(STATUSES.map((status) => callRow({ startedAt: now, status })));
    await settle();
    expect(await total(now - HOUR, now)).toMatchObject({
      ...{ calls: 8, toolErrors: 1, errors: 1, denied: 1, cancelled: 1, timeouts: 1 },
    });
  });

  test("tell calls that are no tool's by their method, and names that lead nowhere not at all", async () => {
    await store([
      callRow({ startedAt: now, method: "resources/read", tool: "file:///secret" }),
      callRow({ startedAt: now, server: null, tool: "made-up" }),
    ]);
    await settle();
    const { groups } = await storage.metrics.series({ from: now - HOUR, to: now, filter: {}, by: "tool" });
    expect(groups.map(({ server, name }) => [server, name]).sort()).toEqual([
      [null, "tools/call"],
      ["files", "resources/read"],
    ]);
  });

  test("outlive the rows they were made of", async () => {
    await store(calls(500, now - DAY, now, 3));
    await settle();
    const before = await total(now - 90 * DAY, now);
    await storage.close();
    const connection = openConnection(home.file, 1_000);
    connection.exec("DELETE FROM call WHERE id <= 400");
    connection.close();
    storage = home.open();
    await settle();
    expect(await total(now - 90 * DAY, now)).toEqual(before);
  });

  test("are made anew for a history that has none", async () => {
    await store(calls(3_000, now - 30 * DAY, now, 4));
    await settle();
    const before = await total(now - 90 * DAY, now);
    await storage.close();
    const connection = openConnection(home.file, 1_000);
    connection.exec("DELETE FROM rollup; DELETE FROM rollup_key; UPDATE rollup_mark SET call = 0");
    connection.close();
    storage = home.open();
    await settle();
    expect(before.calls).toBe(3_000);
    expect(await total(now - 90 * DAY, now)).toEqual(before);
  });

  test("go on where somebody has spoilt a histogram: the calls in it are counted, their latency is not", async () => {
    await store([callRow({ startedAt: now, durationUs: 100, consentUs: 0 })]);
    await settle();
    await storage.close();
    const connection = openConnection(home.file, 1_000);
    connection.exec("UPDATE rollup SET latency = x'ffffff', waits = x'80'");
    connection.close();
    storage = home.open();
    await store([callRow({ startedAt: now, durationUs: 50, consentUs: 0 })]);
    await settle();
    expect(await total(now - HOUR, now)).toMatchObject({ calls: 2, p50: 50 });
  });

  test("the slowest and most failing tools stand beside the time before", async () => {
    const row = (changes: Partial<CallRow>): CallRow => callRow({ consentUs: 0, ...changes });
    await store([
      row({ startedAt: now - 30 * MINUTE, tool: "slow", durationUs: 100 }),
      row({ startedAt: now - 30 * MINUTE, tool: "bad", durationUs: 50, status: "error" }),
      row({ startedAt: now - 90 * MINUTE, tool: "slow", durationUs: 10 }),
    ]);
    await settle();
    const { slowest, failing } = await storage.metrics.top({
      from: now - HOUR,
      to: now,
      filter: {},
      limit: 5,
    });
    expect(slowest.map(({ tool, now: sum, before }) => [tool, sum.p95, before?.p95])).toEqual([
      ["slow", 100, 10],
      ["bad", 50, undefined],
    ]);
    expect(failing.map(({ tool }) => tool)).toEqual(["bad"]);
  });

  test("a heatmap holds each call once, in the band of its latency", async () => {
    await store([
      callRow({ startedAt: now, durationUs: 50, consentUs: 0 }),
      callRow({ startedAt: now, durationUs: 3_000, consentUs: 0 }),
      callRow({ startedAt: now, durationUs: 300_000_000, consentUs: 0 }),
    ]);
    await settle();
    const { bands, counts } = await storage.metrics.heatmap({ from: now - HOUR, to: now, filter: {} });
    const summed = [...bands, Number.POSITIVE_INFINITY].map((end, band) => [
      end,
      counts.reduce((sum, column) => sum + (column[band] ?? 0), 0),
    ]);
    expect(summed.filter(([, count]) => count !== 0)).toEqual([
      [100, 1],
      [5_000, 1],
      [Number.POSITIVE_INFINITY, 1],
    ]);
  });
});

describe("a crash", () => {
  test("between any two writes counts no call twice and forgets none", async () => {
    const now = Date.now();
    await store(calls(2_000, now - HOUR, now, 5));
    await settle();
    const whole = await total(now - DAY, now);
    await storage.close();
    const reset = new Database(home.file);
    reset.exec("DELETE FROM rollup; DELETE FROM rollup_key; UPDATE rollup_mark SET call = 0");
    reset.close();
    const random = seeded(6);
    for (let done = false; !done; ) {
      // A process that dies does so before its transaction, within it, or after it.
      const connection = openConnection(home.file, 1_000);
      const rollups = openRollups({
        connection,
        names: openNames(connection, notAround),
        clock: () => now,
        inTurn: (write) => {
          const fate = random();
          if (fate < 0.2) throw new Error("killed before");
          if (fate < 0.4)
            connection.transaction(() => {
              write();
              throw new Error("killed within");
            })();
          const written = write();
          if (fate < 0.6) throw new Error("killed after");
          return written;
        },
      });
      await rollups.catchUp(1_000).catch((error: unknown) => expect(String(error)).toContain("killed"));
      done = rollups.behind() === 0;
      connection.close();
    }
    storage = home.open();
    await settle();
    expect(await total(now - DAY, now)).toEqual(whole);
  });

  test("of a history that begins anew after all its rows were removed leaves both in the sums", async () => {
    const now = Date.now();
    await store(calls(10, now - HOUR, now, 7));
    await settle();
    await storage.close();
    const connection = openConnection(home.file, 1_000);
    connection.exec("DELETE FROM call");
    connection.close();
    storage = home.open();
    await store(calls(3, now - HOUR, now, 8));
    await settle();
    expect((await total(now - DAY, now)).calls).toBe(13);
  });
});

test("a history is summed up in writes as small as keeps each of them short", async () => {
  const now = Date.now();
  await store(calls(2_000, now - 30 * DAY, now, 10));
  await settle();
  await storage.close();
  /** How many writes it takes when each call in one costs this many milliseconds. */
  const writesAt = async (cost: number): Promise<number> => {
    const connection = openConnection(home.file, 1_000);
    connection.exec("DELETE FROM rollup; DELETE FROM rollup_key; UPDATE rollup_mark SET call = 0");
    let writes = 0;
    let time = 0;
    let marked = 0;
    const rollups = openRollups({
      connection,
      names: openNames(connection, notAround),
      clock: () => now,
      inTurn(write) {
        const written = write();
        writes += 1;
        return written;
      },
      // Asked before a write and after it.
      stopwatch() {
        time += (rollups.mark() - marked) * cost;
        marked = rollups.mark();
        return time;
      },
    });
    await rollups.catchUp(60_000);
    expect(rollups.behind()).toBe(0);
    connection.close();
    return writes;
  };
  expect(await writesAt(0)).toBeLessThan(12);
  // 1.5 ms are 30 of these calls.
  const paced = await writesAt(0.05);
  expect(paced).toBeGreaterThan(58);
  expect(paced).toBeLessThan(90);
  storage = home.open();
});

test("what is finer than it need be for its age is thinned out, and the coarse sums stay", async () => {
  const now = Date.now();
  await store(calls(300, now - HOUR, now, 9));
  await settle();
  await storage.close();
  const connection = openConnection(home.file, 1_000);
  const levels = (): unknown =>
    connection.prepare("SELECT DISTINCT level FROM rollup ORDER BY level").pluck().all();
  const at = async (later: number): Promise<unknown> => {
    const names = openNames(connection, notAround);
    await openRollups({ connection, names, inTurn: (write) => write(), clock: () => now + later }).thin();
    return levels();
  };
  expect(await at(0)).toEqual([0, 1, 2]);
  expect(await at(3 * DAY)).toEqual([1, 2]);
  expect(await at(120 * DAY)).toEqual([2]);
  expect(await at(900 * DAY)).toEqual([]);
  connection.close();
  storage = home.open();
});
