import { readdirSync, readFileSync, statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { markInEnvironment } from "../environment/marker.ts";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";
import { signalEach } from "./signal.ts";

// The kernel reports start times in clock ticks, 100 a second on every architecture that Node runs on.
const MS_PER_TICK = 10;
// Processes read before the event loop gets its turn.
const SLICE = 16;

/** The fields of /proc/PID/stat that matter; undefined for zombies and unreadable text. */
export function parseStat(text: string): Omit<ProcessEntry, "mark"> | undefined {
  // The name in brackets may hold anything, brackets and spaces too.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [state, ppid, pgid] = fields;
  const ticks = fields[19];
  const pid = Number.parseInt(text, 10);
  if (end < 0 || !pid || ticks === undefined || state === "Z" || state === "X") return undefined;
  return { pid, ppid: Number(ppid), pgid: Number(pgid), startTime: Number(ticks) * MS_PER_TICK };
}

/** Linux: everything from /proc. */
export function createLinuxSystem(proc = "/proc", uid = process.getuid?.() ?? -1): ProcessSystem {
  const statOf = (pid: number | string): Omit<ProcessEntry, "mark"> | undefined => {
    try {
      return parseStat(readFileSync(`${proc}/${pid}/stat`, "utf8"));
    } catch {
      return undefined;
    }
  };
  const markOf = (pid: string): string | null => {
    try {
      return markInEnvironment(readFileSync(`${proc}/${pid}/environ`, "latin1"));
    } catch {
      return null;
    }
  };
  const mine = (pid: string): boolean => {
    try {
      return statSync(`${proc}/${pid}`).uid === uid;
    } catch {
      return false;
    }
  };
  const sameStart = (a: number, b: number): boolean => a === b;
  return {
    poll: { min: 15, max: 120 },
    sameStart,
    bootId: () => {
      try {
        return readFileSync(`${proc}/sys/kernel/random/boot_id`, "utf8").trim();
      } catch {
        return "";
      }
    },
    startTimeOf: (pid) => statOf(pid)?.startTime ?? 0,
    async list() {
      const entries: ProcessEntry[] = [];
      let read = 0;
      for (const name of readdirSync(proc)) {
        if (!/^\d+$/.test(name)) continue;
        read += 1;
        if (read % SLICE === 0) await nextTurn();
        const stat = statOf(name);
        if (stat !== undefined) entries.push({ ...stat, mark: mine(name) ? markOf(name) : null });
      }
      return entries;
    },
    async end(entries, groups, signal) {
      const verified = entries.filter((entry) => {
        const now = statOf(entry.pid);
        return now !== undefined && sameStart(now.startTime, entry.startTime);
      });
      signalEach(verified, groups, signal);
    },
  };
}
