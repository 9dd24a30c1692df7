import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireHomeLock } from "./lock.ts";

const holder = fileURLToPath(new URL("./fixtures/lock-holder.ts", import.meta.url));
let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-lock-"));
  file = join(folder, "hub.lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(folder, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function start(): Promise<{ child: ChildProcess; answer: string }> {
  const child = spawn(process.execPath, [holder, file], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const [data] = (await once(child.stdout as NonNullable<typeof child.stdout>, "data")) as [Buffer];
  return { child, answer: data.toString().trim() };
}

test("a second process is refused while the first holds the lock", async () => {
  const lock = acquireHomeLock(file);
  expect(lock).toBeDefined();
  expect((await start()).answer).toBe("refused");
  lock?.release();
  expect((await start()).answer).toBe("held");
});

test("a lock is free at once after its process was killed with SIGKILL", async () => {
  const { child, answer } = await start();
  expect(answer).toBe("held");
  expect(acquireHomeLock(file)).toBeUndefined();
  await kill(child);
  const lock = acquireHomeLock(file);
  expect(lock).toBeDefined();
  lock?.release();
});

test.skipIf(process.platform === "win32")("the lock's file is readable by its owner alone", () => {
  const lock = acquireHomeLock(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  lock?.release();
});

test("a refused second try in the same process leaves the lock in place for others", async () => {
  const lock = acquireHomeLock(file);
  expect(acquireHomeLock(file)).toBeUndefined();
  expect((await start()).answer).toBe("refused");
  lock?.release();
});

test("the same process gets the lock only once, and again after its release", () => {
  const lock = acquireHomeLock(file);
  expect(acquireHomeLock(file)).toBeUndefined();
  lock?.release();
  const again = acquireHomeLock(file);
  expect(again).toBeDefined();
  again?.release();
});

test("a file that cannot be locked is an error with advice", () => {
  writeFileSync(file, "this is not a lock file, and longer than a header of SQLite".repeat(10));
  expect(() => acquireHomeLock(file)).toThrow(expect.objectContaining({ code: "home_unusable" }));
  expect(() => acquireHomeLock(join(folder, "missing", "hub.lock"))).toThrow(
    expect.objectContaining({ code: "home_unusable" }),
  );
});
