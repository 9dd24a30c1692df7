import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { processTree } from "../e2e/lib/processes.ts";

/** What the operating system accounts for a set of processes; undefined where /proc is not to be had. */
export interface Account {
  /** User and system time since the processes began, in microseconds (the kernel counts in ticks of 10 ms). */
  readonly cpuUs: number;
  /** Resident memory, in megabytes (10^6 bytes). */
  readonly rssMb: number;
}

let ticks: number | undefined;
const ticksPerSecond = (): number => {
  ticks ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return ticks;
};

/**
 * The account of a process and all below it, without the branches whose command line contains `upstream`: the server
 * that it runs is not the hub's own work.
 */
export function accountOf(root: number, upstream: string): Account | undefined {
  if (process.platform !== "linux") return undefined;
  let cpu = 0;
  let rss = 0;
  for (const pid of processTree(root, ({ command }) => command.includes(upstream))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpu += Number(fields[11]) + Number(fields[12]);
      rss += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
    } catch {} // it has ended since the tree was read
  }
  return { cpuUs: (cpu / ticksPerSecond()) * 1e6, rssMb: (rss * 1024) / 1e6 };
}
