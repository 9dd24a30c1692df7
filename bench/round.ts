import { setTimeout as sleep } from "node:timers/promises";
import { type Account, accountOf } from "./accounting.ts";
import { latency, throughput } from "./load/measure.ts";
import type { RunningTarget, Target, Upstream } from "./targets/target.ts";

/** How much load a round makes. */
export interface Effort {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly singleCalls: number;
  readonly lists: number;
  readonly loadMs: number;
  /** Of the comparison of the eras: rounds before it counts, rounds that count, calls of each kind in a round. */
  readonly eraWarmUps: number;
  readonly eraRounds: number;
  readonly eraCalls: number;
}

export const FULL: Effort = {
  rounds: 5,
  warmUpMs: 1_500,
  singleCalls: 2_000,
  lists: 300,
  loadMs: 4_000,
  eraWarmUps: 3,
  eraRounds: 32,
  eraCalls: 1_600,
};
export const QUICK: Effort = {
  rounds: 1,
  warmUpMs: 100,
  singleCalls: 50,
  lists: 10,
  loadMs: 200,
  eraWarmUps: 0,
  eraRounds: 2,
  eraCalls: 320,
};

export const IN_FLIGHT = 32;

/** What one round found out about a target; NaN where it does not apply. */
export interface Sample {
  readonly coldStartMs: number;
  readonly p50Ms: number;
  readonly callsPerSecond: number;
  readonly cpuUsPerCall: number;
  readonly listMs: number;
  readonly idleMb: number;
  readonly loadedMb: number;
}

export const TEXT = `bench ${"0123456789abcdef".repeat(6)}`;
const LIST = '"method":"tools/list"';
const callOf = (tool: string): string =>
  `"method":"tools/call","params":{"name":"${tool}","arguments":{"text":"${TEXT}","message":"${TEXT}"}}`;

/** Starts a target, measures it, and ends it. `bare` answers with its own text whatever it is asked. */
export async function measureOnce(target: Target, upstream: Upstream, effort: Effort): Promise<Sample> {
  const running = await target.start(upstream);
  try {
    return await measureRunning(running, upstream, effort);
  } finally {
    await running.stop();
  }
}

async function measureRunning(running: RunningTarget, upstream: Upstream, effort: Effort): Promise<Sample> {
  const { line, pid, echoTool } = running;
  const call = callOf(echoTool);
  const [echoed, listed] = echoTool === "" ? ["bare", "bare"] : [TEXT, '"inputSchema"'];
  const account = (): Account =>
    (pid === undefined ? undefined : accountOf(pid, upstream.marker)) ?? {
      cpuUs: Number.NaN,
      rssMb: Number.NaN,
    };

  // A list first, as every client does; a call then needs the server to be up.
  const first = await line.connect();
  await first.send(LIST);
  await first.send(call);
  first.close();
  const coldStartMs = performance.now() - running.begunAt;
  await sleep(300);
  const idleMb = account().rssMb;

  await throughput(line, call, echoed, IN_FLIGHT, effort.warmUpMs);
  const single = await latency(line, call, echoed, effort.singleCalls);
  const list = await latency(line, LIST, listed, effort.lists);
  const before = account();
  const load = await throughput(line, call, echoed, IN_FLIGHT, effort.loadMs);
  const after = account();
  return {
    coldStartMs,
    p50Ms: single.p50,
    callsPerSecond: load.calls / load.seconds,
    cpuUsPerCall: (after.cpuUs - before.cpuUs) / load.calls,
    listMs: list.p50,
    idleMb,
    loadedMb: after.rssMb,
  };
}
