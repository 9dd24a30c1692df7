import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { prepareCallWriter } from "./call-writer.ts";
import { notAround } from "./damage.ts";
import { openConnection } from "./database.ts";
import { append, callRow, type Home, makeHome } from "./fixtures/storage.ts";
import { createOpenMark, renewMark } from "./lost-log.ts";
import { openNames } from "./names.ts";
import { openMaintenance } from "./worker/maintenance.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.dispose());

const CALLS = 40;
const suffixes = ["", "-wal", "-shm", ".open"];

/** Leaves the files as a process leaves them that is killed with calls in the log that are not in the database yet. */
async function killed(): Promise<void> {
  const first = home.open();
  await append(first);
  await first.close();
  // Without the storage's worker, which would take the log into the database in time.
  const connection = openConnection(home.file, 1_000);
  const write = prepareCallWriter(connection, openNames(connection, notAround), notAround);
  for (let at = 0; at < CALLS; at++) write(callRow(), undefined);
  createOpenMark(home.file).committed();
  const left = join(dirname(home.file), "left");
  mkdirSync(left);
  for (const suffix of suffixes) copyFileSync(`${home.file}${suffix}`, join(left, `db${suffix}`));
  connection.close();
  // The database stays the same file, as it does when a process is killed.
  for (const suffix of suffixes) copyFileSync(join(left, `db${suffix}`), `${home.file}${suffix}`);
  renewMark(home.file);
}

const opened = async () => {
  const storage = home.open();
  const { calls } = await storage.calls.list({}, 1_000, undefined);
  return { calls: calls.length, codes: storage.health.problems().map(({ code }) => code), storage };
};
const log = (): string => `${home.file}-wal`;

it("after a kill every committed call is there, and nothing is told, with the log's index and without", async () => {
  await killed();
  rmSync(`${home.file}-shm`);
  const { calls, codes, storage } = await opened();
  expect({ calls, codes }).toEqual({ calls: CALLS + 1, codes: [] });
  await storage.close();
  expect(readdirSync(dirname(home.file)).filter((name) => /-wal|-shm|\.open/.test(name))).toEqual([]);
});

it.each([
  ["removed", () => rmSync(log()), 1],
  ["emptied", () => truncateSync(log()), 1],
  ["cut", () => truncateSync(log(), readFileSync(log()).length >> 1), undefined],
  ["overwritten in the middle", () => spoilMiddle(), undefined],
  ["replaced by something else", () => writeFileSync(log(), "no log at all ".repeat(5_000)), 1],
  ["removed with its index", () => removeAll(log(), `${home.file}-shm`), 1],
])(
  "a log that was %s after a kill is told, once, and what was recorded before is there",
  async (_, lose, left) => {
    await killed();
    lose();
    const { calls, codes, storage } = await opened();
    expect(codes).toEqual(["history_shortened"]);
    if (left !== undefined) expect(calls).toBe(left);
    expect(calls).toBeLessThan(CALLS + 1);
    await append(storage);
    await storage.close();
    const again = await opened();
    expect({ calls: again.calls, codes: again.codes }).toEqual({ calls: calls + 1, codes: [] });
  },
);

function removeAll(...paths: string[]): void {
  for (const path of paths) rmSync(path);
}

function spoilMiddle(): void {
  const bytes = readFileSync(log());
  writeFileSync(log(), bytes.fill(0xa5, bytes.length >> 1, (bytes.length >> 1) + 500));
}

it("after a kill a program that takes the log into the database, as sqlite3 does, has lost nothing", async () => {
  await killed();
  const other = new Database(home.file);
  expect(other.prepare("SELECT count(*) FROM call").pluck().get()).toBe(CALLS + 1);
  other.close();
  expect(existsSync(log())).toBe(false);
  const { calls, codes } = await opened();
  expect({ calls, codes }).toEqual({ calls: CALLS + 1, codes: [] });
});

it("what is killed before it has recorded anything leaves nothing that could be lost", async () => {
  const storage = home.open();
  expect(existsSync(`${home.file}.open`)).toBe(false);
  await append(storage);
  expect(existsSync(`${home.file}.open`)).toBe(true);
  await storage.close();
  expect(existsSync(`${home.file}.open`)).toBe(false);
});

it("a log that was removed is told though much of it had been taken into the database before", async () => {
  const storage = home.open();
  await append(storage, { result: Buffer.alloc(6_000_000, "[1234567890]") });
  await storage.close();
  await killed();
  const connection = openConnection(home.file, 1_000);
  openMaintenance(connection, (write) => write(), notAround).run();
  const mark = readFileSync(`${home.file}.open`);
  connection.close();
  writeFileSync(`${home.file}.open`, mark);
  removeAll(...[log(), `${home.file}-shm`].filter(existsSync));
  expect((await opened()).codes).toEqual(["history_shortened"]);
});

it("a backup that is put in the place of the database after a kill is none that has lost anything", async () => {
  const storage = home.open();
  await append(storage);
  const backup = join(dirname(home.file), "backup.db");
  await storage.history.backUp(backup, () => {});
  await storage.close();
  await killed();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${home.file}${suffix}`);
  renameSync(backup, home.file);
  const { calls, codes } = await opened();
  expect({ calls, codes }).toEqual({ calls: 1, codes: [] });
});

it("a log whose database is gone is kept, and the person is told where", async () => {
  await killed();
  const bytes = readFileSync(log());
  rmSync(home.file);
  const { codes, calls, storage } = await opened();
  expect({ calls, codes }).toEqual({ calls: 0, codes: ["history_lost"] });
  const kept = readdirSync(dirname(home.file)).find((name) => /-wal\.\d+$/.test(name)) ?? "";
  expect(storage.health.problems()[0]?.message).toContain(kept);
  expect(readFileSync(join(dirname(home.file), kept)).equals(bytes)).toBe(true);
});

it.each(["", "-wal", "-shm"])("a folder in the place of gatehouse.db%s is named", (suffix) => {
  rmSync(`${home.file}${suffix}`, { force: true });
  mkdirSync(`${home.file}${suffix}`);
  expect(() => home.open()).toThrow(
    expect.objectContaining({
      code: "storage_unusable",
      message: `${home.file}${suffix} is a folder, where a file of the call history belongs`,
    }),
  );
  expect(existsSync(`${home.file}${suffix}`)).toBe(true);
});
