import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Storage } from "../../hub/ports/storage.ts";
import { openConnection } from "../database.ts";
import { append, type callRow, type Home, makeHome } from "../fixtures/storage.ts";
import { openNames } from "../names.ts";
import { openLargeStore } from "../worker/large-store.ts";
import { openMaintenance } from "../worker/maintenance.ts";
import { openChain } from "./chain.ts";
import { openRetention, type RetentionRules } from "./retention.ts";

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

/** Runs retention to its end on the closed database, as the worker does; gives the longest that one write took. */
async function retain(rules: RetentionRules): Promise<{ longestMs: number; removed: number }> {
  const connection = openConnection(home.file, 8_000);
  let longestMs = 0;
  const inTurn = <T>(write: () => T): T => {
    const started = performance.now();
    const result = write();
    longestMs = Math.max(longestMs, performance.now() - started);
    return result;
  };
  try {
    const names = openNames(connection);
    const chain = openChain(connection, inTurn);
    chain.takeKeys([key], "lost");
    while (chain.run(1_000));
    while (openMaintenance(connection, inTurn).run());
    const large = openLargeStore(connection, names, inTurn);
    const summedUp = () => Number.MAX_SAFE_INTEGER;
    longestMs = 0;
    const retention = openRetention({
      connection,
      names,
      chain,
      summedUp,
      inTurn,
      removePieces: large.removePieces,
    });
    retention.setRules(rules);
    while (retention.run(now, 20));
    return { longestMs, removed: retention.removed() };
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
