import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Storage } from "../hub/ports/storage.ts";
import { append, callRow, chainKey, type Home, makeHome, workerScript } from "./fixtures/storage.ts";
import { openStorage } from "./open.ts";

let home: Home;
let ends: (() => unknown)[] = [];
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
  await home.dispose();
});

/** What a list finds; a search is repeated until it reaches all calls. */
const ids = async (storage: Storage, search?: string): Promise<number[]> => {
  for (;;) {
    const filter = search === undefined ? {} : { search };
    const { calls, searched } = await storage.calls.list(filter, 10_000, undefined);
    if (searched === undefined || searched.through === searched.of) return calls.map(({ id }) => id);
  }
};

const codes = (storage: Storage): string[] => storage.health.problems().map(({ code }) => code);

/** Resolves when the storage's health has changed so that `is` holds. */
const healthIs = (storage: Storage, is: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (is()) resolve();
    const stop = storage.health.onChanged(() => {
      if (!is()) return;
      stop();
      resolve();
    });
  });

test("a database of a newer Gatehouse is opened for reading, said so, and not changed", async () => {
  const storage = home.open();
  await append(storage, { result: Buffer.from('{"old":"needle"}') });
  await storage.close();
  const database = new Database(home.file);
  database.exec("CREATE TABLE of_the_future (a); PRAGMA user_version = 999");
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  const again = home.open();
  expect(codes(again)).toEqual(["storage_newer"]);
  expect(again.health.failing?.message).toContain("newer Gatehouse");
  expect(await ids(again)).toEqual([1]);
  expect(await ids(again, "needle")).toEqual([1]);
  await expect(append(again)).rejects.toThrow("readonly");
  await again.close();
  const after = new Database(home.file, { readonly: true });
  expect(after.pragma("user_version", { simple: true })).toBe(999);
  expect(after.prepare("SELECT count(*) FROM call").pluck().get()).toBe(1);
  after.close();
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "a file that cannot be written is opened for reading, and said so (as root every file can be)",
  async () => {
    const storage = home.open();
    await append(storage);
    await storage.close();
    chmodSync(home.file, 0o400);
    const again = home.open();
    expect(codes(again)).toEqual(["storage_read_only"]);
    expect(await ids(again)).toEqual([1]);
    await expect(append(again)).rejects.toThrow("readonly");
  },
);

test("a database that even root cannot write is opened for reading, and said so", async (context) => {
  const storage = home.open();
  await storage.history.takeKeys([chainKey], "empty");
  for (let i = 0; i < 3; i++) await append(storage, { result: Buffer.from(`{"text":"needle ${i}"}`) });
  await storage.close();
  // The file alone: the log that SQLite keeps beside it can be written.
  if (!bound(home.file)) return context.skip("a file can only be mounted read-only by root");
  const again = home.open();
  expect(codes(again)).toEqual(["storage_read_only"]);
  expect(again.health.failing?.message).toContain("cannot be written");
  expect(await ids(again)).toEqual([3, 2, 1]);
  expect(await ids(again, "needle 1")).toEqual([2]);
  await expect(append(again)).rejects.toThrow("readonly");
  expect(await again.check()).toMatchObject({ problem: null, whole: true });
  expect(await again.history.takeKeys([{ ...chainKey, key: Buffer.alloc(32, 6) }], "lost")).toBe(null);
  expect(await again.history.takeKeys([chainKey], "lost")).toBe("file");
  expect(await again.history.verify(() => {})).toMatchObject({ ok: true, checked: 3, pending: 0 });
  await again.close();
});

/** Mounts a file read-only on itself; false where it may not be. */
function bound(file: string): boolean {
  try {
    execFileSync("mount", ["--bind", file, file], { stdio: "ignore" });
  } catch {
    return false;
  }
  ends.push(() => execFileSync("umount", ["-l", file]));
  try {
    execFileSync("mount", ["-o", "remount,ro,bind", file], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Mounts a tmpfs of so many KB where it may be mounted; undefined elsewhere. */
function smallDisk(kilobytes: number): string | undefined {
  const folder = join(dirname(home.file), "disk");
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  ends.push(() => execFileSync("umount", ["-l", folder]));
  return folder;
}

test("a full disk is said, loses nothing that was recorded, and recording goes on when there is room", async (context) => {
  const disk = smallDisk(6_000);
  if (disk === undefined) return context.skip("a small tmpfs can only be mounted by root");
  const file = join(disk, "gatehouse.db");
  const storage = openStorage({
    file,
    workerScript,
    log: (level, message) => home.messages.push(`${level}: ${message}`),
  });
  ends.push(() => storage.close());
  const stored: number[] = [];
  const filler = join(disk, "filler");
  await append(storage).then((id) => stored.push(id));
  // Its workers have begun.
  expect(await ids(storage, "nothing")).toEqual([]);
  writeFileSync(filler, Buffer.alloc(3_500_000));
  let failure: unknown;
  for (let i = 0; i < 400 && failure === undefined; i++)
    await append(storage, { result: Buffer.alloc(60_000, "x") }).then(
      (id) => stored.push(id),
      (error: unknown) => {
        failure = error;
      },
    );
  expect(failure).toBeInstanceOf(Error);
  expect(codes(storage)).toEqual(["recording_failed"]);
  expect(storage.health.problems()[0]?.advice).toContain("disk");
  expect(await ids(storage)).toEqual(stored.toReversed());
  rmSync(filler);
  await healthIs(storage, () => storage.health.failing === undefined);
  expect(codes(storage)).toEqual([]);
  stored.push(await append(storage));
  expect(await ids(storage)).toEqual(stored.toReversed());
});

/** Writes nonsense over some pages of a closed database. */
function corrupt(file: string, pages: readonly number[]): void {
  const handle = openSync(file, "r+");
  for (const page of pages) writeSync(handle, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096);
  closeSync(handle);
}

test("the storage closes at once while a database is being looked over", async () => {
  const storage = home.open();
  await append(storage);
  const checked = storage.check();
  const refused = expect(checked).rejects.toMatchObject({ code: "internal" });
  await storage.close();
  await refused;
});

test("a corrupted page is found after an unclean end, said, and what can be read stays", async () => {
  const storage = home.open();
  for (let i = 0; i < 300; i++)
    void append(storage, { result: Buffer.from(`{"text":"${"word ".repeat(400)}"}`) });
  await append(storage);
  await storage.close();
  const database = new Database(home.file, { readonly: true });
  // The leaves of the payloads, which are far more than half of all pages.
  const pages = Math.floor(statSync(home.file).size / 4_096);
  database.close();
  corrupt(home.file, [Math.floor(pages * 0.6)]);
  // What an unclean end leaves.
  writeFileSync(`${home.file}.damaged`, "");
  const again = home.open();
  await healthIs(again, () => again.health.problems().length > 0);
  expect(codes(again)).toEqual(["database_damaged"]);
  expect(again.health.problems()[0]?.message).toContain(home.file);
  expect((await ids(again)).length).toBe(301);
  expect(home.messages.some((message) => message.startsWith("error:") && message.includes("damaged"))).toBe(
    true,
  );
});

test("a lost index is made anew, and so is a damaged one; both find what they found before", async () => {
  const searchFile = join(dirname(home.file), "search.db");
  const storage = home.open();
  await Promise.all(
    Array.from({ length: 5_000 }, (_, i) =>
      append(storage, { result: Buffer.from(`{"text":"word-${i} 数据"}`) }),
    ),
  );
  const indexed = async (open: Storage): Promise<void> => {
    for (;;) {
      await open.calls.list({ search: "word" }, 1, undefined);
      if (segments(searchFile) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const finds = async (open: Storage): Promise<void> => {
    // A search says how far it reaches while the index is being made.
    for (;;) {
      const { searched } = await open.calls.list({ search: "nothing such" }, 1, undefined);
      if (searched?.through === 5_000) break;
    }
    expect(await ids(open, "word-17 ")).toEqual([18]);
    expect(await ids(open, "WORD-4999")).toEqual([5_000]);
    expect(await ids(open, "nothing such")).toEqual([]);
    expect(await ids(open, "据")).toHaveLength(5_000);
  };
  await indexed(storage);
  await finds(storage);
  await storage.close();
  for (const path of [searchFile, `${searchFile}-wal`, `${searchFile}-shm`]) rmSync(path, { force: true });
  const lost = home.open();
  await finds(lost);
  await indexed(lost);
  await finds(lost);
  await lost.close();
  writeFileSync(searchFile, "no index at all ".repeat(1_000));
  const damaged = home.open();
  await finds(damaged);
  await indexed(damaged);
  await damaged.close();
  corrupt(searchFile, [3, 4, 5, 6, 7, 8]);
  const torn = home.open();
  await finds(torn);
  expect(home.messages.filter((message) => message.includes("made anew")).length).toBeGreaterThan(0);
});

test.each([
  ["gone", () => rmSync(home.file)],
  ["empty", () => writeFileSync(home.file, "")],
])("a database that is %s where there was a history begins anew, which is told once", async (_, lose) => {
  const first = home.open();
  await append(first, { result: Buffer.from('{"text":"needle"}') });
  expect(await ids(first, "needle")).toEqual([1]);
  await first.close();
  lose();
  const storage = home.open();
  expect(codes(storage)).toEqual(["history_lost"]);
  expect(await ids(storage, "needle")).toEqual([]);
  expect(await append(storage)).toBe(1);
  await storage.close();
  expect(codes(home.open())).toEqual([]);
});

test("where no index can be made, the newest calls are searched all the same, and the answer says that there is none", async () => {
  // A folder in the place of its file can be neither opened nor removed.
  mkdirSync(join(dirname(home.file), "search.db", "occupied"), { recursive: true });
  const storage = home.open();
  await append(storage, { result: Buffer.from('{"text":"needle"}') });
  const { calls, searched } = await storage.calls.list({ search: "needle" }, 10, undefined);
  expect([calls.map(({ id }) => id), searched]).toEqual([[1], { through: 1, of: 1, noIndex: true }]);

  // As soon as one can be made, it is.
  rmSync(join(dirname(home.file), "search.db"), { recursive: true });
  for (let missing = true; missing; ) {
    await append(storage);
    const found = await storage.calls.list({ search: "needle" }, 10, undefined);
    expect(found.calls.map(({ id }) => id)).toEqual([1]);
    missing = found.searched?.noIndex === true;
  }
  expect(existsSync(join(dirname(home.file), "search.db"))).toBe(true);
});

/** Segments that the index has, as another connection sees them. */
function segments(file: string): number {
  if (!existsSync(file)) return 0;
  const database = new Database(file, { readonly: true, timeout: 5_000 });
  try {
    return Number(database.prepare("SELECT count(*) FROM segment").pluck().get());
  } catch {
    return 0;
  } finally {
    database.close();
  }
}

// Windows lets nobody remove a file that is open.
test.skipIf(process.platform === "win32").each([
  ["the database", "", "gatehouse backup"],
  ["its log", "-wal", "Stop Gatehouse in order"],
  ["its log's index", "-shm", "Stop Gatehouse in order"],
])(
  "%s, removed while it is in use, is told until it is back, and what was recorded can be saved",
  async (_, suffix, advice) => {
    const storage = home.open();
    await append(storage);
    // Its workers have it open too.
    await storage.calls.list({ search: "files" }, 10, undefined);
    await storage.calls.count({});
    const changed = (): Promise<void> =>
      new Promise((resolve) => {
        const end = storage.health.onChanged(() => {
          end();
          resolve();
        });
      });
    const [path, aside] = [`${home.file}${suffix}`, `${home.file}.aside`];
    const gone = changed();
    renameSync(path, aside);
    await gone;
    expect(storage.health.problems()).toEqual([
      {
        code: "recording_failed",
        message: expect.stringContaining(`${path} was removed`),
        advice: expect.stringContaining(advice),
      },
    ]);
    expect(storage.health.failing?.message).toContain(path);
    const back = changed();
    const backup = `${home.file}.backup`;
    await storage.history.backUp(backup, () => {});
    const database = new Database(backup, { readonly: true });
    expect(database.prepare("SELECT count(*) FROM call").pluck().get()).toBe(1);
    database.close();
    renameSync(aside, path);
    await back;
    expect(storage.health.problems()).toEqual([]);
    expect(storage.health.failing).toBeUndefined();
  },
);

test("a backup is whole, for its owner alone, made while calls are recorded, and replaces nothing", async () => {
  const storage = home.open();
  await storage.history.takeKeys([chainKey], "empty");
  for (let i = 0; i < 200; i++) await append(storage, { result: Buffer.alloc(5_000, "text ") });
  const file = join(dirname(home.file), "copy.db");
  // What a hub left that was killed over a backup is no obstacle.
  writeFileSync(`${file}.unfinished`, "a part");
  writeFileSync(`${file}.unfinished-journal`, "");
  const copying = storage.history.backUp(file, () => expect(existsSync(file)).toBe(false));
  for (let i = 0; i < 50; i++) await append(storage);
  expect(await copying).toBeGreaterThan(1_000_000);
  expect(existsSync(`${file}.unfinished`)).toBe(false);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  const copy = new Database(file, { readonly: true });
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(Number(copy.prepare("SELECT count(*) FROM call").pluck().get())).toBeGreaterThanOrEqual(200);
  copy.close();
  await expect(storage.history.backUp(file, () => {})).rejects.toMatchObject({ code: "bad_request" });
  await expect(storage.history.backUp(join(file, "no", "folder"), () => {})).rejects.toThrow("backup");
  await storage.close();
  // It is a history like the one it was made of.
  copyFileSync(file, home.file);
  const again = home.open();
  await again.history.takeKeys([chainKey], "fits");
  expect((await again.history.verify(() => {})).findings).toEqual([]);
});

test("filters by time, duration, session, method, error text, several values and their opposites are exact", async () => {
  const storage = home.open();
  const base = callRow().startedAt;
  await append(storage, { tool: "write_a", durationUs: 500, session: "s-1", startedAt: base });
  await append(storage, { tool: "write_b", durationUs: 5_000, session: "s-2", startedAt: base + 10 });
  await append(storage, {
    tool: "read",
    method: "resources/read",
    status: "error",
    result: null,
    error: Buffer.from('{"message":"Disk FULL"}'),
    startedAt: base + 20,
  });
  await append(storage, {
    tool: null,
    server: null,
    status: "tool_error",
    result: Buffer.from('{"isError":true,"t":"disk full"}'),
  });
  await append(storage, { request: Buffer.from('{"q":"disk full"}') });
  const table: [Parameters<Storage["calls"]["list"]>[0], number[]][] = [
    [{ minDurationUs: 5_000 }, [2]],
    [{ maxDurationUs: 500 }, [1]],
    [{ until: base + 10 }, [5, 4, 1]],
    [{ since: base + 10, until: base + 20 }, [2]],
    [{ session: "s-2" }, [2]],
    [{ method: "resources/*" }, [3]],
    [{ tool: ["write_a", "read"], until: base + 5 }, [5, 1]],
    [{ not: { tool: "write_*" } }, [5, 4, 3]],
    [{ not: { tool: "write_*", server: "files" } }, [4]],
    [{ status: ["error", "tool_error"] }, [4, 3]],
    [{ not: { status: ["ok", "error"] } }, [4]],
    [{ error: "disk full" }, [4, 3]],
    [{ error: "disk full", method: "tools/call" }, [4]],
    [{ search: "disk full" }, [5, 4, 3]],
    [{ search: "disk full", not: { status: "error" } }, [5, 4]],
  ];
  for (const [filter, expected] of table)
    expect(
      (await storage.calls.list(filter, 100, undefined)).calls.map(({ id }) => id),
      JSON.stringify(filter),
    ).toEqual(expected);
});
