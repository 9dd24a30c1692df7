/**
 * What a client on stdio pays for `gatehouse connect`: the memory of its process beside one that runs an empty script on
 * the same Node, the time until initialize is answered while the hub runs, and a call's way through it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { LineClient } from "../e2e/connect/line-client.ts";
import { echoServer, startHub } from "../e2e/lib/hub.ts";
import { median } from "./stats.ts";
import { prepareHome } from "./targets/all.ts";

const PROCESSES = 9;
const CALLS = 300;

export interface ConnectFigures {
  /** Resident memory in MB. */
  readonly emptyMb: number;
  readonly readyMb: number;
  /** After some hundred calls. */
  readonly usedMb: number;
  readonly readyMs: number;
  readonly callMs: number;
}

/** Measures processes one after the other, in turns; medians. Linux only: memory is read from /proc. */
export async function measureConnect(): Promise<ConnectFigures> {
  const { home } = await prepareHome(
    { mcpServers: { echo: echoServer() }, consent: { default: "allow" } },
    "bench",
  );
  const hub = await startHub({ home });
  const samples: ConnectFigures[] = [];
  try {
    const first = new LineClient(home);
    await first.initialize();
    await first.call("echo__echo", { text: "warm" });
    await first.close();
    for (let round = 0; round < PROCESSES; round += 1) samples.push(await sample(home));
  } finally {
    await hub.stop();
    rmSync(home, { recursive: true, force: true });
  }
  const of = (figure: keyof ConnectFigures): number => median(samples.map((each) => each[figure]));
  return {
    emptyMb: of("emptyMb"),
    readyMb: of("readyMb"),
    usedMb: of("usedMb"),
    readyMs: of("readyMs"),
    callMs: of("callMs"),
  };
}

async function sample(home: string): Promise<ConnectFigures> {
  const emptyMb = await emptyScript();
  const begun = performance.now();
  const client = new LineClient(home);
  await client.initialize();
  const readyMs = performance.now() - begun;
  await client.request("tools/list");
  const readyMb = residentMb(client.child);
  const times: number[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const sent = performance.now();
    await client.call("echo__echo", { text: "x".repeat(100) });
    times.push(performance.now() - sent);
  }
  const usedMb = residentMb(client.child);
  await client.close();
  return { emptyMb, readyMb, usedMb, readyMs, callMs: median(times) };
}

/** A process that reads stdin and does nothing else. */
async function emptyScript(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume(); console.log('up')"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("the empty script has no stdout");
  await once(child.stdout, "data");
  const resident = residentMb(child);
  child.stdin?.end();
  await once(child, "exit");
  return resident;
}

function residentMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
