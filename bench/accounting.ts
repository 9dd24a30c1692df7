import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { processTree } from "../e2e/lib/processes.ts";

/** What the operating system accounts for a set of processes; undefined where /proc is not to be had. */
export interface Account {
  /** Processor time, user and system, that their living threads have taken since they began, in microseconds. */
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
  let cpuUs = 0;
  let rss = 0;
  for (const pid of processTree(root, ({ command }) => command.includes(upstream))) {
    try {
      cpuUs += threadsUs(pid) ?? ticksUs(pid);
      rss += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
    } catch {} // it has ended since the tree was read
  }
  return { cpuUs, rssMb: (rss * 1024) / 1e6 };
}

/** To the nanosecond, by the scheduler; undefined on a kernel that is built without CONFIG_SCHED_INFO. */
function threadsUs(pid: number): number | undefined {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
    } catch {} // it has ended, or nothing is told
  }
  return nanoseconds === 0 ? undefined : nanoseconds / 1e3;
}

/** In ticks of 10 ms, which many kernels only sample: good for seconds, not for less. */
function ticksUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond()) * 1e6;
}
