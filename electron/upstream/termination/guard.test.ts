import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { allGone, fixture, isAlive } from "../fixtures/harness.ts";
import { type Guard, startGuard } from "./guard.ts";
import { currentSystem } from "./process-system.ts";

const script = fileURLToPath(new URL("./guard-main.ts", import.meta.url));
const nodePath = process.execPath;
const instance = (): string => `t${process.pid}x${Math.random().toString(36).slice(2)}`;
const disposers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const dispose of disposers.splice(0)) await dispose();
});

interface Pids {
  readonly guard: number;
  readonly servers: number[];
}

async function startHub(mode: "wait" | "bye"): Promise<{ hub: ChildProcess; pids: Pids }> {
  const hub = spawn(nodePath, [fixture("hub.ts"), instance(), mode], { stdio: ["pipe", "pipe", "inherit"] });
  disposers.push(() => void hub.kill("SIGKILL"));
  const [line] = await once(createInterface({ input: hub.stdout }), "line");
  return { hub, pids: JSON.parse(line) };
}

// Marks, groups and signals of POSIX; Windows is covered by the tables.
describe.skipIf(process.platform === "win32")("when the hub", () => {
  it("is killed by SIGKILL, every server's whole tree is gone within 3 s, registered or not, and so is the guard", async () => {
    const { hub, pids } = await startHub("wait");
    const all = [...pids.servers, pids.guard];
    expect(all.filter(isAlive)).toHaveLength(6);
    hub.kill("SIGKILL");
    const killedAt = Date.now();
    await allGone(pids.servers, 15_000);
    expect(Date.now() - killedAt).toBeLessThan(3_000);
    await allGone([pids.guard]);
  });

  it("ends in order, nothing is left either, the guard included", async () => {
    const { hub, pids } = await startHub("bye");
    hub.stdin?.write("go\n");
    const [code] = await once(hub, "exit");
    expect(code).toBe(0);
    expect([...pids.servers, pids.guard].filter(isAlive)).toEqual([]);
  });
});

describe("the guard process", () => {
  const start = (warnings: string[] = []): Guard => {
    const guard = startGuard({
      script,
      nodePath,
      instance: instance(),
      log: (_level, message) => warnings.push(message),
    });
    disposers.push(() => guard.close());
    return guard;
  };

  it("is started again when it dies, knows the children again, and ends with close", async () => {
    const warnings: string[] = [];
    const guard = start(warnings);
    const child = spawn(nodePath, [fixture("stubborn.mjs")], {
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    // Known by pid and start time alone: its environment carries no mark.
    guard.register({ pid, startTime: currentSystem().startTimeOf(pid), mark: "x:y:1" });
    const first = guard.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until(() => guard.pid !== undefined && guard.pid !== first);
    expect(warnings).toHaveLength(1);
    const second = guard.pid ?? 0;
    await guard.close();
    await allGone([first, second, pid]);
  });

  it("survives the signals that would end a hub, and carries no environment", async () => {
    const warnings: string[] = [];
    const guard = start(warnings);
    const pid = guard.pid ?? 0;
    if (process.platform === "linux") {
      await until(() => caughtSignals(pid).includes(SIGTERM));
      expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid, signal);
    }
    await guard.close();
    await allGone([pid]);
    expect(warnings).toEqual([]);
  });
});

const SIGTERM = 15;

/** The numbers of the signals that a process has a handler for. */
function caughtSignals(pid: number): number[] {
  const mask = /SigCgt:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  const bits = BigInt(`0x${mask}`);
  return Array.from({ length: 64 }, (_, index) => index + 1).filter((n) => (bits >> BigInt(n - 1)) & 1n);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
