import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { append, type Home, makeHome } from "./fixtures/storage.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

test("an empty file gets the whole schema and the newest version", async () => {
  const storage = home.open();
  await storage.close();
  const database = new Database(home.file);
  expect(database.pragma("user_version", { simple: true })).toBe(migrations.at(-1)?.version);
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  database.close();
});

test("migrations are numbered from 1 upwards, each number once", () => {
  const versions = migrations.map(({ version }) => version);
  expect(versions[0]).toBe(1);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});

test("a failing migration leaves the version and the schema before it", () => {
  const database = new Database(":memory:");
  const steps = [
    { version: 1, sql: "CREATE TABLE one (a)" },
    { version: 2, sql: "CREATE TABLE two (a); CREATE TABLE one (a)" },
  ];
  expect(() => migrate(database, steps)).toThrow("already exists");
  expect(database.pragma("user_version", { simple: true })).toBe(1);
  expect(database.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["one"]);
});

test("a database of a newer Gatehouse is refused and left as it is", () => {
  const database = new Database(home.file);
  database.pragma("user_version = 999");
  database.close();
  expect(() => home.open()).toThrow(
    expect.objectContaining({ code: "storage_newer", advice: expect.stringContaining("newer Gatehouse") }),
  );
});

test("a database of another program is refused", () => {
  const database = new Database(home.file);
  database.exec("CREATE TABLE bookmarks (url)");
  database.close();
  expect(() => home.open()).toThrow(expect.objectContaining({ code: "storage_unusable" }));
});

test("a damaged file is refused with what to do, and not changed", () => {
  const garbage = "no database at all ".repeat(1_000);
  writeFileSync(home.file, garbage);
  expect(() => home.open()).toThrow(
    expect.objectContaining({ code: "storage_unusable", advice: expect.stringContaining("move it") }),
  );
  expect(readFileSync(home.file, "utf8")).toBe(garbage);
});

test("a path that cannot hold a file is refused", () => {
  mkdirSync(home.file);
  expect(() => home.open()).toThrow(expect.objectContaining({ code: "storage_unusable" }));
});

test.skipIf(process.platform === "win32")(
  "the database and its companions are readable by their owner alone",
  async () => {
    writeFileSync(home.file, "", { mode: 0o644 });
    const storage = home.open();
    await append(storage);
    for (const path of [home.file, `${home.file}-wal`, `${home.file}-shm`])
      expect(statSync(path).mode & 0o777, path).toBe(0o600);
  },
);

test("closing twice is harmless and leaves no write-ahead log", async () => {
  const storage = home.open();
  await append(storage);
  await Promise.all([storage.close(), storage.close()]);
  expect(existsSync(`${home.file}-wal`)).toBe(false);
  expect(home.messages).toEqual([]);
});

test("calls that are on their way are committed before closing ends", async () => {
  const storage = home.open();
  const large = Buffer.alloc(6_000_000, "a large payload ");
  const appended = [
    append(storage),
    append(storage, { result: large.subarray(0, 500_000) }),
    append(storage, { result: large }),
  ];
  await storage.close();
  await Promise.all(appended);
  const again = home.open();
  expect((await again.calls.list({}, 10, undefined)).calls).toHaveLength(3);
});

test("a call appended after closing is answered with an error", async () => {
  const storage = home.open();
  await storage.close();
  await expect(append(storage)).rejects.toThrow("closed");
  await expect(append(storage, { result: Buffer.alloc(5_000_000) })).rejects.toThrow("closed");
  await expect(storage.calls.list({}, 1, undefined)).rejects.toThrow("closed");
});

test("pieces of large payloads that were never finished are removed at the next start", async () => {
  const storage = home.open();
  const id = await append(storage, { result: Buffer.alloc(6_000_000, "kept") });
  await storage.close();
  const database = new Database(home.file);
  const insert = database.prepare("INSERT INTO payload_chunk VALUES (?, 1, ?, zeroblob(1000))");
  for (let position = 0; position < 20; position++) insert.run(7, position);
  database.close();
  const again = home.open();
  expect((await again.calls.get(id, 8))?.result?.text).toBe("keptkept");
  await again.close();
  const after = new Database(home.file, { readonly: true });
  expect(after.prepare("SELECT DISTINCT chunk_set FROM payload_chunk").pluck().all()).toEqual([1]);
  after.close();
  expect(home.messages).toEqual(["info: removed 1 unfinished large payloads of an earlier run"]);
});
