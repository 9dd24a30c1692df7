import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeProcess, fakeMachine } from "../fixtures/fake-system.ts";
import { createChildRecord, sweepLeftovers } from "./leftovers.ts";

let folder = "";
let file = "";
const warnings: string[] = [];
const log = (_level: string, message: string): void => void warnings.push(message);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-"));
  file = join(folder, "children.json");
  warnings.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const process = (pid: number, more: Partial<FakeProcess> = {}): FakeProcess => ({
  pid,
  ppid: 1,
  pgid: pid,
  startTime: pid * 10,
  mark: null,
  ...more,
});

it("the record names the living children, readable by nobody else, and goes in the end", () => {
  const { system } = fakeMachine([]);
  const record = createChildRecord({ file, instance: "i", log, system });
  const child = { pid: 100, startTime: 1_000, mark: "i:s:1" };
  record.register(child);
  record.register({ ...child, pid: 101 });
  record.unregister(101);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    instance: "i",
    bootId: "boot",
    children: [child],
  });
  if (globalThis.process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  record.close();
  expect(existsSync(file)).toBe(false);
});

const leave = (bootId: string): void =>
  writeFileSync(
    file,
    JSON.stringify({
      instance: "old",
      bootId,
      children: [
        { pid: 100, startTime: 1_000, mark: "old:a:1" },
        { pid: 101, startTime: 1_010, mark: "old:b:2" },
        { pid: 102, startTime: 1_020, mark: "old:c:3" },
      ],
    }),
  );
const table = [
  process(100, { ignores: ["SIGTERM"] }),
  process(101, { startTime: 99_999 }),
  process(105, { mark: "old:b:2" }),
  process(106, { pgid: 102 }),
  process(107, { mark: "new:a:1" }),
];

it("a start after hub and guard have died ends what they left, and no stranger", async () => {
  leave("boot");
  const machine = fakeMachine(table);
  expect(await sweepLeftovers({ recordFile: file, log, ...machine })).toEqual({ found: 2, left: 0 });
  // 101 has passed to another process; a group without its leader may be a stranger's by now.
  expect([...machine.living.keys()]).toEqual([101, 106, 107]);
  expect(warnings).toEqual(["Ended 2 processes that an earlier hub had left running."]);
});

it("a start after a reboot goes by marks alone", async () => {
  leave("boot before");
  const machine = fakeMachine(table);
  await sweepLeftovers({ recordFile: file, log, ...machine });
  expect([...machine.living.keys()]).toEqual([100, 101, 106, 107]);
});

it("a missing record is nothing to do, a damaged one is reported and stops nobody", async () => {
  const machine = fakeMachine(table);
  expect(await sweepLeftovers({ recordFile: file, log, ...machine })).toEqual({ found: 0, left: 0 });
  expect(warnings).toEqual([]);
  writeFileSync(file, '{"instance":');
  expect(await sweepLeftovers({ recordFile: file, log, ...machine })).toEqual({ found: 0, left: 0 });
  expect(warnings[0]).toContain("is damaged");
  expect(machine.sent).toEqual([]);
});
