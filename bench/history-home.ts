import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OpenControl, openControl } from "../e2e/lib/control.ts";
import { echoServer, type RunningHub, startHub } from "../e2e/lib/hub.ts";
import type { HistoryState } from "../shared/model/history.ts";
import { generateHistory } from "./history-generate.ts";

/** Calls of the history that is measured. */
const CALLS = 1_000_000;

/** A hub on the generated history, with a control connection of an operator. */
export interface HistoryHub {
  readonly hub: RunningHub;
  readonly control: OpenControl["client"];
  stop(): Promise<void>;
}

type Say = (text: string) => void;

/** Makes `home` ready: its database is made where it has none, and its configuration keeps every call. */
export function prepareHistoryHome(home: string, say: Say): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const config = {
    mcpServers: { echo: echoServer() },
    access: { anonymous: "allow" },
    consent: { default: "allow" },
    log: { days: 0, maxMb: 0 },
  };
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify(config), { mode: 0o600 });
  const file = join(home, "gatehouse.db");
  if (existsSync(file)) return;
  say(`generating ${CALLS.toLocaleString("en-US")} calls (some minutes)`);
  generateHistory(file, CALLS, {
    progress: (done) => {
      if (done % 100_000 === 0) say(`  ${done.toLocaleString("en-US")}`);
    },
  });
}

/** Starts the built hub on the home. */
export async function startHistoryHub(home: string): Promise<HistoryHub> {
  const hub = await startHub({ home, deadlineMs: 120_000, ui: true });
  const { token } = JSON.parse(readFileSync(join(home, "run.json"), "utf8")) as { token: string };
  const { client, close } = await openControl(`ws://127.0.0.1:${hub.port}/control`, token);
  return {
    hub,
    control: client,
    async stop() {
      close();
      await hub.stop();
    },
  };
}

/** How much of the background's work is done: the index, the chain and the sums. */
export interface Backlog {
  readonly state: HistoryState;
  readonly behind: number;
}

const isDone = ({ state: { indexed, chain }, behind }: Backlog): boolean =>
  indexed.through === indexed.of && (chain.key === null || chain.through === chain.of) && behind === 0;

/**
 * Waits until all is indexed, chained and summed up, at most `longest` milliseconds, and says how far it is. Resolves with
 * whether it is done, and whether there was anything to do.
 */
export async function settle(
  { control }: HistoryHub,
  longest: number,
  say: Say,
): Promise<{ readonly done: boolean; readonly was: boolean; readonly seconds: number }> {
  const began = performance.now();
  let was = false;
  let toldAt = 0;
  for (;;) {
    const now = Date.now();
    const { behind } = await control.call("metrics.heatmap", { from: now - 60_000, to: now });
    const backlog = { state: await control.call("calls.state", {}), behind };
    const seconds = (performance.now() - began) / 1_000;
    if (isDone(backlog)) return { done: true, was, seconds };
    was = true;
    if (performance.now() - began > longest) return { done: false, was, seconds };
    if (performance.now() - toldAt > 5_000) {
      toldAt = performance.now();
      const { indexed, chain } = backlog.state;
      say(`  ${indexed.through} of ${indexed.of} indexed, ${chain.through} chained, ${behind} not summed up`);
    }
    await sleep(500);
  }
}

/** Watches the memory of a process: the highest that was seen, in MB (10^6 bytes). Linux only; NaN elsewhere. */
export function watchMemory(pid: number): { readonly peakMb: () => number; stop(): void } {
  let peak = Number.NaN;
  const look = (): void => {
    try {
      const text = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
      const megabytes = (Number(text) * 1_024) / 1e6;
      if (!(peak >= megabytes)) peak = megabytes;
    } catch {} // it has ended, or there is no /proc
  };
  look();
  const timer = setInterval(look, 100);
  return {
    peakMb: () => {
      look();
      return peak;
    },
    stop: () => clearInterval(timer),
  };
}
