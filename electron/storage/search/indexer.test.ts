import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { notAround } from "../damage.ts";
import { openConnection } from "../database.ts";
import { append, type Home, makeHome } from "../fixtures/storage.ts";
import { openIndexer } from "./indexer.ts";
import { openSearchDb } from "./search-db.ts";
import { segmentSpan } from "./segment-builder.ts";

const CALLS = 2 * segmentSpan + 500;

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

test("an index is made anew without one write to the calls' database, and never in the way of who writes there", async () => {
  const storage = home.open();
  await Promise.all(
    Array.from({ length: CALLS }, (_, i) =>
      append(storage, { result: Buffer.from(`{"text":"word-${i} 数据 ${"src/index.ts ".repeat(40)}"}`) }),
    ),
  );
  await storage.close();

  // As the worker does it: a connection that reads, and a file of its own.
  const reading = openConnection(home.file, 4_000, { readOnly: true });
  const db = openSearchDb(join(dirname(home.file), "search.db"), () => {});
  const indexer = openIndexer(reading, db, notAround);
  // Somebody who writes, and would be refused at once rather than wait.
  const writing = openConnection(home.file, 1_000);
  writing.pragma("busy_timeout = 0");
  const write = writing.prepare("UPDATE call SET duration_us = duration_us + 1 WHERE id = ?");
  const seen = (): number => Number(writing.pragma("data_version", { simple: true }));
  const version = seen();
  let writes = 0;
  const pause = (): Promise<void> => {
    writing.transaction(() => write.run(1 + writes)).immediate();
    writes += 1;
    return Promise.resolve();
  };
  let steps = 0;
  while (await indexer.step(pause)) steps += 1;
  expect(steps).toBeGreaterThanOrEqual(2);
  expect(indexer.state()).toEqual({ through: CALLS, of: CALLS });
  // There are pauses within a segment, by time spent, so that nothing waits for a whole one.
  expect(writes).toBeGreaterThan(steps);
  // What other connections commit changes the version: nobody but the writer has.
  expect(seen()).toBe(version);
  expect(reading.prepare("SELECT total_changes()").pluck().get()).toBe(0);
  expect(() => reading.prepare("UPDATE call SET status = 1").run()).toThrow("readonly");
  db.close();
  reading.close();
  writing.close();
});

/** Indexes the closed database as the worker does. */
async function indexAll(): Promise<void> {
  const reading = openConnection(home.file, 4_000, { readOnly: true });
  const db = openSearchDb(join(dirname(home.file), "search.db"), () => {});
  const indexer = openIndexer(reading, db, notAround);
  while (await indexer.step(() => Promise.resolve()));
  expect(db.segments().length).toBeGreaterThan(0);
  db.close();
  reading.close();
}

test("calls recorded after a backup was put back are found at once, though the index is of those they came in place of", async () => {
  const startedAt = Date.now();
  const before = home.open();
  for (let i = 0; i < 10; i++) await append(before, { startedAt, result: Buffer.from(`"kept-${i}"`) });
  await before.close();
  copyFileSync(home.file, `${home.file}.backup`);
  const lost = home.open();
  await Promise.all(
    Array.from({ length: CALLS }, (_, i) => append(lost, { startedAt, result: Buffer.from(`"lost-${i}"`) })),
  );
  await lost.close();
  await indexAll();

  copyFileSync(`${home.file}.backup`, home.file);
  // So few that all of them may be read in one search.
  const fresh = segmentSpan + 300;
  const storage = home.open();
  await Promise.all(
    Array.from({ length: fresh }, (_, i) =>
      append(storage, { startedAt: startedAt + 1 + i, result: Buffer.from(`"fresh-${i}"`) }),
    ),
  );
  const found = async (search: string) => {
    const { calls } = await storage.calls.list({ search }, 10, undefined);
    return calls.map(({ id }) => id);
  };
  expect(await found('fresh-7"')).toEqual([18]);
  expect(await found(`fresh-${fresh - 1}`)).toEqual([fresh + 10]);
  expect(await found("kept-3")).toEqual([4]);
  expect(await found("lost-20")).toEqual([]);
});
