import { MARK_VARIABLE } from "../environment/marker.ts";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";
import { type RunTool, runTool } from "./run-tool.ts";
import { signalEach } from "./signal.ts";

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s?(.*)$/;
const MARK = new RegExp(`(?:^|\\s)${MARK_VARIABLE}=(\\S+)`);

/**
 * Reads `ps -E -ww -x -o pid=,ppid=,pgid=,state=,lstart=,command=`, in which the environment follows the command.
 * System programs hide theirs; they are found by group and parent.
 */
export function parsePs(output: string): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const line of output.split("\n")) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, pid, ppid, pgid, state = "", started = "", command = ""] = match;
    const startTime = Date.parse(started);
    if (state.startsWith("Z") || Number.isNaN(startTime)) continue;
    entries.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      startTime,
      mark: MARK.exec(command)?.[1] ?? null,
    });
  }
  return entries;
}

/** macOS (and other systems with a BSD ps). */
export function createDarwinSystem(
  run: RunTool = runTool,
  now: () => number = Date.now,
  signal: typeof signalEach = signalEach,
): ProcessSystem {
  return {
    poll: { min: 50, max: 250 },
    bootId: () => "",
    // ps rounds to seconds, and the moment of the spawn is taken by ourselves.
    startTimeOf: () => now(),
    sameStart: (a, b) => Math.abs(a - b) <= 3_000,
    list: async () =>
      parsePs(await run("/bin/ps", ["-E", "-ww", "-x", "-o", "pid=,ppid=,pgid=,state=,lstart=,command="])),
    end: async (entries, groups, name) => signal(entries, groups, name),
  };
}
