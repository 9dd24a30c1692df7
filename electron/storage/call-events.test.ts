import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CallEvent } from "../../shared/model/call.ts";
import type { Storage } from "../hub/ports/storage.ts";
import { append, type Home, makeHome } from "./fixtures/storage.ts";

let home: Home;
let storage: Storage;
beforeEach(() => {
  home = makeHome();
  storage = home.open();
});
afterEach(() => home.dispose());

const events: CallEvent[] = [
  {
    at: 12,
    from: "server",
    kind: "notification",
    method: "notifications/progress",
    bytes: 90,
    note: "1 of 2",
  },
  { at: 4_000, from: "server", kind: "request", method: "roots/list", bytes: 60, note: null },
  { at: 5_000, from: "client", kind: "response", method: "roots/list", bytes: 80, note: null },
];

/** Runs on the closed database. */
async function closed(run: (database: Database.Database) => void): Promise<void> {
  await storage.close();
  const database = new Database(home.file);
  try {
    database.pragma("foreign_keys = ON");
    run(database);
  } finally {
    database.close();
  }
}

test("what went on within a call comes back with it, also of one that the worker stores", async () => {
  const small = await append(storage, { events: { events, more: 7 } });
  const large = await append(storage, { events: { events, more: 0 }, result: Buffer.alloc(5_000_000, "1") });
  expect(await storage.calls.get(small, 10)).toMatchObject({ events, moreEvents: 7 });
  expect(await storage.calls.get(large, 10)).toMatchObject({ events, moreEvents: 0 });
});

test("only calls in which something went on have a row for it, and it goes with its call", async () => {
  const plain = await append(storage);
  const eventful = await append(storage, { events: { events, more: 0 } });
  expect(await storage.calls.get(plain, 10)).not.toHaveProperty("events");
  await closed((database) => {
    const ids = database.prepare("SELECT call_id FROM call_event").pluck();
    expect(ids.all()).toEqual([eventful]);
    database.prepare("DELETE FROM call WHERE id = ?").run(eventful);
    expect(ids.all()).toEqual([]);
  });
});

test("events that somebody has spoilt do not keep the call from being read", async () => {
  const id = await append(storage, { events: { events, more: 0 } });
  await closed((database) =>
    database.exec(
      `UPDATE call_event SET events = '[[1,"nobody","request","x",1,null],[2,"client","response","y",3,null]]'`,
    ),
  );
  storage = home.open();
  expect((await storage.calls.get(id, 10))?.events).toEqual([
    { at: 2, from: "client", kind: "response", method: "y", bytes: 3, note: null },
  ]);
});
