import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProcessEntry } from "./process-system.ts";
import { signalEach } from "./signal.ts";
import { createDarwinSystem, parsePs } from "./system-darwin.ts";
import { createLinuxSystem, parseStat } from "./system-linux.ts";
import { createWindowsSystem, parseWindowsTable } from "./system-windows.ts";

const stat = (pid: number, name: string, state: string, ppid: number, pgid: number, ticks: number): string =>
  `${pid} (${name}) ${state} ${ppid} ${pgid} ${pgid} 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${ticks} 99 88`;

describe("Linux", () => {
  it.each([
    [stat(7, "node", "S", 1, 7, 500), { pid: 7, ppid: 1, pgid: 7, startTime: 5_000 }],
    [stat(8, "a) R 9 (b", "R", 7, 7, 501), { pid: 8, ppid: 7, pgid: 7, startTime: 5_010 }],
    [stat(9, "gone", "Z", 7, 7, 502), undefined],
    ["", undefined],
  ])("%j is read from /proc/PID/stat", (text, expected) => {
    expect(parseStat(text)).toEqual(expected);
  });

  it("lists what /proc shows, with the mark of each process's environment", async () => {
    const proc = mkdtempSync(join(tmpdir(), "gatehouse-proc-"));
    try {
      for (const [pid, environ] of [
        ["7", "HOME=/\0MCP_HUB_MARK=i:s:1\0"],
        ["8", "HOME=/\0"],
      ] as const) {
        mkdirSync(join(proc, pid));
        writeFileSync(join(proc, pid, "stat"), stat(Number(pid), "x", "S", 1, 7, 100));
        writeFileSync(join(proc, pid, "environ"), environ);
      }
      mkdirSync(join(proc, "self"));
      mkdirSync(join(proc, "9"));
      const system = createLinuxSystem(proc);
      const entry = { ppid: 1, pgid: 7, startTime: 1_000 };
      expect(await system.list()).toEqual([
        { pid: 7, ...entry, mark: "i:s:1" },
        { pid: 8, ...entry, mark: null },
      ]);
      expect([system.startTimeOf(7), system.startTimeOf(10), system.bootId()]).toEqual([1_000, 0, ""]);
    } finally {
      rmSync(proc, { recursive: true });
    }
  });

  it.runIf(process.platform === "linux")(
    "never signals a pid that has passed to another process",
    async () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      await once(child, "spawn");
      const system = createLinuxSystem();
      const pid = child.pid ?? 0;
      const startTime = system.startTimeOf(pid);
      const entry = { pid, ppid: process.pid, pgid: null, startTime: startTime - 10, mark: null };
      await system.end([entry], [], "SIGKILL");
      expect((await system.list()).some((other) => other.pid === pid)).toBe(true);
      await system.end([{ ...entry, startTime }], [], "SIGKILL");
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    },
  );
});

describe("macOS", () => {
  const output = [
    "    1     0     1 Ss   Sat Nov  1 08:00:00 2025     /sbin/launchd",
    "  500     1   500 S+   Sat Nov 22 11:39:01 2025     /usr/local/bin/node x.js HOME=/Users/me MCP_HUB_MARK=i:s:1 TERM=x",
    "  501   500   500 Z    Sat Nov 22 11:39:02 2025     (node)",
    "  502   500   502 R    Sat Nov 22 11:39:03 2025     node --say=NOT_MCP_HUB_MARK=x",
    "garbage",
  ].join("\n");

  it("reads ps, zombies left out", async () => {
    const entries = parsePs(output);
    expect(entries.map(({ pid, ppid, pgid, mark }) => [pid, ppid, pgid, mark])).toEqual([
      [1, 0, 1, null],
      [500, 1, 500, "i:s:1"],
      [502, 500, 502, null],
    ]);
    expect(entries[1]?.startTime).toBe(new Date(2025, 10, 22, 11, 39, 1).getTime());
    const calls: string[] = [];
    const system = createDarwinSystem(async (file, args) => {
      calls.push([file, ...args].join(" "));
      return output;
    });
    expect(await system.list()).toEqual(entries);
    expect(calls).toEqual(["/bin/ps -E -ww -x -o pid=,ppid=,pgid=,state=,lstart=,command="]);
  });

  it("takes start times within a few seconds for equal: ps rounds them", () => {
    const system = createDarwinSystem(undefined, () => 1_234);
    expect([system.startTimeOf(5), system.sameStart(1_000, 1_999), system.sameStart(1_000, 9_000)]).toEqual([
      1_234,
      true,
      false,
    ]);
  });
});

describe("Windows", () => {
  it("reads the table of CIM", () => {
    expect(parseWindowsTable("0 0 0\r\n4 0 0\r\n500 4 1763811541000\r\nnoise\r\n")).toEqual([
      { pid: 4, ppid: 0, pgid: null, startTime: 0, mark: null },
      { pid: 500, ppid: 4, pgid: null, startTime: 1_763_811_541_000, mark: null },
    ]);
  });

  it("ends all with taskkill, with their children and by force, whether or not it succeeds", async () => {
    const calls: string[] = [];
    const system = createWindowsSystem(
      async (file, args) => {
        calls.push([file, ...args].join(" "));
        throw new Error("one of them was gone");
      },
      () => 1_000,
      "C:\\Windows",
    );
    const entry = { ppid: 1, pgid: null, startTime: 1_000, mark: null };
    await system.end(
      [
        { pid: 5, ...entry },
        { pid: 6, ...entry },
      ],
      [],
      "SIGKILL",
    );
    await system.end([], [], "SIGKILL");
    expect(calls).toEqual(["C:\\Windows\\System32\\taskkill.exe /PID 5 /PID 6 /T /F"]);
  });
});

describe("signals", () => {
  it("go to a group as a whole if it has members, and singly to those outside, never to pid 1 or all", () => {
    const entry = (pid: number, pgid: number | null): ProcessEntry => ({
      pid,
      ppid: 1,
      pgid,
      startTime: 1,
      mark: null,
    });
    const sent: string[] = [];
    const kill = (pid: number, signal: string): void => {
      sent.push(`${pid} ${signal}`);
      if (pid === 20) throw new Error("ESRCH");
    };
    const entries = [entry(10, 10), entry(11, 10), entry(20, 20), entry(21, 21), entry(1, 1), entry(0, 0)];
    signalEach(entries, [10, 99, 1, 0], "SIGTERM", kill);
    expect(sent).toEqual(["-10 SIGTERM", "20 SIGTERM", "21 SIGTERM"]);
  });
});
