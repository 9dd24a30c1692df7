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
