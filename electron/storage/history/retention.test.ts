import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Storage } from "../../hub/ports/storage.ts";
import { notAround } from "../damage.ts";
import { openConnection } from "../database.ts";
import { append, type callRow, type Home, makeHome } from "../fixtures/storage.ts";
import { openNames } from "../names.ts";
import { openLargeStore } from "../worker/large-store.ts";
import { openMaintenance } from "../worker/maintenance.ts";
import { openChain } from "./chain.ts";
import { openRetention, type RetentionRules } from "./retention.ts";
import { verifyChain } from "./verify.ts";

const day = 86_400_000;
const now = Date.UTC(2030, 5, 1);
const key = { key: Buffer.alloc(32, 5), source: "file" } as const;
const none: RetentionRules = { days: 0, maxMb: 0, servers: [] };
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

/** Appends calls that started so many days ago. */
const appendAll = async (
  storage: Storage,
  calls: readonly (Parameters<typeof callRow>[0] & { daysAgo: number })[],
) => {
  for (const { daysAgo, ...changes } of calls)
    await append(storage, { ...changes, startedAt: now - daysAgo * day });
};

/** One write of retention: what it changed, and the processor's time it took, in milliseconds. */
interface Write {
  /** Rows, those of payloads, links and pieces included. */
  readonly rows: number;
  /** Pages given back to the file system. */
  readonly pages: number;
  readonly cpuMs: number;
}

/**
 * Runs retention to its end on the closed database, as the worker does; gives its writes. `costMs`: what a row and a page
 * cost each by its stopwatch, in place of the clock.
 */
async function retain(rules: RetentionRules, costMs?: number): Promise<{ writes: Write[]; removed: number }> {
  const connection = openConnection(home.file, 8_000);
  const changes = connection.prepare<[], number>("SELECT total_changes()").pluck();
  const pageCount = (): number => Number(connection.pragma("page_count", { simple: true }));
  const most = pageCount();
  const writes: Write[] = [];
  const inTurn = <T>(write: () => T): T => {
    const before = { rows: changes.get() ?? 0, pages: pageCount() };
    const began = process.threadCpuUsage();
    const result = write();
    const { user, system } = process.threadCpuUsage(began);
    writes.push({
      rows: (changes.get() ?? 0) - before.rows,
      pages: before.pages - pageCount(),
      cpuMs: (user + system) / 1_000,
    });
    return result;
  };
  try {
    const names = openNames(connection, notAround);
    const chain = openChain(connection, inTurn, notAround);
    chain.takeKeys([key], "lost");
    while (chain.run(1_000));
    while (openMaintenance(connection, inTurn, notAround).run());
    const large = openLargeStore(connection, names, inTurn, notAround);
    const summedUp = () => Number.MAX_SAFE_INTEGER;
    writes.length = 0;
    const work = (): number => (changes.get() ?? 0) + most - pageCount();
    const retention = openRetention({
      connection,
      names,
      chain,
      summedUp,
      inTurn,
      removePieces: large.removePieces,
      ...(costMs === undefined ? {} : { stopwatch: () => work() * costMs }),
    });
    retention.setRules(rules);
    while (retention.run(now, 20));
    return { writes, removed: retention.removed() };
  } finally {
    connection.close();
  }
}

async function left(): Promise<number[]> {
  const storage = home.open();
  await storage.history.takeKeys([key], "lost");
  const { calls } = await storage.calls.list({}, 10_000, undefined);
  const verified = await storage.history.verify(() => {});
  expect(verified).toMatchObject({ ok: true, findings: [], checked: calls.length });
  await storage.close();
  const database = new Database(home.file, { readonly: true });
  expect(database.pragma("foreign_key_check")).toEqual([]);
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  const orphans = `SELECT count(*) FROM payload_chunk WHERE chunk_set NOT IN (SELECT chunk_set FROM payload WHERE chunk_set IS NOT NULL)`;
  expect(database.prepare(orphans).pluck().get()).toBe(0);
  database.close();
  return calls.map(({ id }) => id).reverse();
}

test("calls go by age, those of single servers earlier, and the chain vouches for the rest", async () => {
  const storage = home.open();
  await appendAll(storage, [
    { daysAgo: 100, result: Buffer.alloc(5_000_000, "large and old ") },
    { daysAgo: 95 },
    { daysAgo: 50, server: "noisy" },
    { daysAgo: 40 },
    { daysAgo: 30, server: "noisy", result: Buffer.alloc(600_000, "compressed ") },
    // Its clock was set back.
    { daysAgo: 99 },
    { daysAgo: 3, server: "noisy" },
    { daysAgo: 1, server: "noisy" },
    { daysAgo: 0 },
  ]);
  await storage.close();
  expect(
    await retain({
      ...none,
      days: 90,
      servers: [
        { name: "noisy", days: 2 },
        { name: "unheard-of", days: 1 },
      ],
    }),
  ).toMatchObject({
    removed: 6,
  });
  expect(await left()).toEqual([4, 8, 9]);
});

test("the newest call stays, so that no id is given twice", async () => {
  const storage = home.open();
  await appendAll(storage, [{ daysAgo: 100 }, { daysAgo: 99 }, { daysAgo: 98 }]);
  await storage.close();
  await retain({ ...none, days: 1 });
  expect(await left()).toEqual([3]);
  const again = home.open();
  expect(await append(again)).toBe(4);
});

/** What the chain shows once retention has done its work on what somebody changed. */
async function verifiedAfter(rules: RetentionRules, ...changes: string[]) {
  const first = home.open();
  await first.history.takeKeys([key], "lost");
  await first.close();
  const database = new Database(home.file);
  for (const change of changes) expect(database.prepare(change).run().changes, change).toBeGreaterThan(0);
  database.close();
  const { removed } = await retain(rules);
  const storage = home.open();
  await storage.history.takeKeys([key], "lost");
  const { ok, findings } = await storage.history.verify(() => {});
  await storage.close();
  return { removed, ok, findings };
}

test("a call that was made old, or altered otherwise, is told though retention has removed it", async () => {
  const storage = home.open();
  await appendAll(
    storage,
    [100, 99, 98, 97, 1, 1, 1, 1, 0].map((daysAgo) => ({ daysAgo })),
  );
  await storage.close();
  expect(
    await verifiedAfter(
      { ...none, days: 30 },
      "UPDATE call SET started_at = 1 WHERE id = 7",
      "UPDATE payload SET result = CAST('{}' AS BLOB) WHERE call_id = 2",
    ),
  ).toEqual({
    removed: 5,
    ok: false,
    findings: [
      { kind: "altered", first: 2, last: 2 },
      { kind: "altered", first: 7, last: 7 },
    ],
  });
  // It stays told, whatever is removed beside it later.
  expect(await verifiedAfter({ ...none, days: 0.5 })).toMatchObject({
    removed: 3,
    findings: [
      { kind: "altered", first: 2, last: 2 },
      { kind: "altered", first: 7, last: 7 },
    ],
  });
});

test("a call that was slipped in among removed ones leaves no trace when retention removes it too", async () => {
  const storage = home.open();
  await appendAll(
    storage,
    [100, 99, 98, 97, 1, 0].map((daysAgo) => ({ daysAgo })),
  );
  await storage.close();
  await retain({ ...none, days: 30 });
  const slippedIn = `INSERT INTO call SELECT 3, 0, client_id, client, session, server, tool, method, profile, project, rule, status,
    duration_us, queue_us, consent_us, upstream_us, hub_us, request_bytes, result_bytes, error_bytes FROM call WHERE id = 5`;
  expect(await verifiedAfter(none, slippedIn)).toMatchObject({
    findings: [{ kind: "added", first: 3, last: 3 }],
  });
  expect(await verifiedAfter({ ...none, days: 30 })).toEqual({ removed: 1, ok: true, findings: [] });
});

test("a history is whole while calls are recorded, chained and removed beyond where it is checked", async () => {
  const storage = home.open();
  await appendAll(
    storage,
    Array.from({ length: 600 }, () => ({ daysAgo: 50 })),
  );
  await storage.history.takeKeys([key], "lost");
  await storage.close();
  const connection = openConnection(home.file, 8_000);
  const inTurn = <T>(write: () => T): T => write();
  const chain = openChain(connection, inTurn, notAround);
  chain.takeKeys([key], "lost");
  const names = openNames(connection, notAround);
  const large = openLargeStore(connection, names, inTurn, notAround);
  const retention = openRetention({
    connection,
    names,
    chain,
    summedUp: () => Number.MAX_SAFE_INTEGER,
    inTurn,
    removePieces: large.removePieces,
  });
  retention.setRules({ ...none, days: 30 });
  const add = connection.prepare(
    `INSERT INTO call SELECT max(id) + 1, started_at, client_id, client, session, server, tool, method, profile, project, rule,
     status, duration_us, queue_us, consent_us, upstream_us, hub_us, request_bytes, result_bytes, error_bytes FROM call`,
  );
  let pauses = 0;
  const verified = await verifyChain({
    connection,
    chain,
    progress: () => {},
    around: notAround,
    slice: 0,
    pause: async () => {
      pauses += 1;
      for (let i = 0; i < 50; i++) add.run();
      while (chain.run(1_000));
      if (pauses === 2) while (retention.run(now, 20));
    },
  });
  expect(pauses).toBeGreaterThanOrEqual(2);
  expect(retention.removed()).toBeGreaterThan(600);
  expect(verified).toMatchObject({ ok: true, findings: [] });
  connection.close();
});

test("nothing goes without bounds", async () => {
  const storage = home.open();
  await appendAll(storage, [{ daysAgo: 5_000 }, { daysAgo: 0 }]);
  await storage.close();
  expect(await retain(none)).toMatchObject({ removed: 0 });
  expect(await left()).toEqual([1, 2]);
});

test("the oldest go when the database is larger than it may be, and their pages are given back", async () => {
  const storage = home.open();
  const text = Buffer.alloc(20_000, "some text ");
  for (let i = 0; i < 400; i++) void append(storage, { result: text });
  await append(storage);
  await storage.close();
  const before = statSync(home.file).size;
  expect(before).toBeGreaterThan(8_000_000);
  await retain({ ...none, maxMb: 4 });
  const database = new Database(home.file);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  expect(statSync(home.file).size).toBeLessThan(6_000_000);
  const ids = await left();
  expect(ids.at(-1)).toBe(401);
  // Not more of them than have to: what is left nearly fills what it may.
  expect(ids.length * text.length).toBeGreaterThan(3_500_000);
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => 402 - ids.length + i));
});

test("blocks of calls that are gone go too, and filters find what is left", async () => {
  const storage = home.open();
  const rows = Array.from({ length: 3_000 }, (_, i) => ({
    startedAt: now - (3_000 - i) * 3_600_000,
    server: i % 2 === 0 ? "even" : "odd",
  }));
  await Promise.all(rows.map((row) => append(storage, row)));
  await storage.close();
  // 24 calls a day: half of the days.
  await retain({ ...none, days: 62.5 });
  const ids = await left();
  expect(ids).toEqual(Array.from({ length: 1_500 }, (_, i) => 1_501 + i));
  const again = home.open();
  const { calls } = await again.calls.list({ server: "odd", until: now - 60 * day }, 10_000, undefined);
  expect(calls.length).toBe(30);
  const database = new Database(home.file, { readonly: true });
  expect(database.prepare("SELECT min(number) FROM block").pluck().get()).toBe(1);
  expect(database.prepare("SELECT count(*) FROM block_name WHERE block < 1").pluck().get()).toBe(0);
  database.close();
});

/** A history of calls as large as real ones, some of them larger, of which all but the last few are old. */
async function recordOld(calls: number): Promise<void> {
  const storage = home.open();
  const text = "const value = await client.callTool({ name }); // 数据库 ";
  await Promise.all(
    Array.from({ length: calls }, (_, i) =>
      append(storage, {
        startedAt: now - (i < calls - 20 ? 100 : 0) * day,
        tool: `tool-${i % 40}`,
        session: `s-${i % 25}`,
        result: Buffer.from(`{"n":${i},"text":"${text.repeat(i % 100 === 0 ? 1_500 : 20)}"}`),
      }),
    ),
  );
  await append(storage, { startedAt: now - 100 * day, result: Buffer.alloc(6_000_000, "large and old ") });
  await append(storage, { startedAt: now });
  await storage.close();
}

describe("steps", () => {
  test("hold as much as takes 3 ms, whatever a row takes on this machine, and never more than 5", async () => {
    for (const costMs of [0.001, 0.01, 0.05]) {
      await recordOld(1_500);
      const { writes, removed } = await retain({ ...none, days: 30 }, costMs);
      expect(removed).toBeGreaterThan(1_400);
      const taken = writes.map(({ rows, pages }) => (rows + pages) * costMs);
      expect(Math.max(...taken), `at ${costMs} ms a row`).toBeLessThanOrEqual(5);
      // They are not made smaller than they need be either.
      expect(writes.length, `at ${costMs} ms a row`).toBeLessThan(
        20 + (removed * 6 * costMs) / 0.5 + removed / 32,
      );
      await home.dispose();
      home = makeHome();
    }
  });

  test("are bounded in rows and pages however quick the machine, and take 5 ms of the processor at most", async () => {
    await recordOld(4_000);
    const { writes, removed } = await retain({ ...none, days: 30 });
    expect(removed).toBe(3_981);
    // A call is its row, its payload and its link; a step has 256 of them at most, with their checkpoint.
    expect(Math.max(...writes.map(({ rows }) => rows))).toBeLessThanOrEqual(256 * 3 + 8);
    expect(Math.max(...writes.map(({ pages }) => pages))).toBeLessThanOrEqual(256 + 2);
    // Two of these writes, some fifty, may have met a collection of garbage.
    const slowest = writes.map(({ cpuMs }) => cpuMs).sort((one, other) => other - one);
    expect(slowest[2]).toBeLessThanOrEqual(5);
  });
});
