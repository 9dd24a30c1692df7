import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { markInEnvironment } from "../environment/marker.ts";
import { parseStat } from "../termination/system-linux.ts";
import type { UsageEntry, UsageSource } from "./usage-source.ts";

/** As in system-linux.ts: clock ticks, and processes read before the event loop gets its turn. */
const MS_PER_TICK = 10;
const SLICE = 32;

interface KnownMark {
  readonly startTime: number;
  readonly mark: string | null;
  /** Between fork and exec a process shows its parent's environment: it is read once more at the next look. */
  readonly settled: boolean;
}

/** Linux: two numbers of /proc/PID/stat more than termination reads; environments are read only of new processes. */
export function createLinuxSource(proc = "/proc"): UsageSource {
  const pageBytes = pageSize(proc);
  let marks = new Map<number, KnownMark>();
  const text = (file: string, encoding: "utf8" | "latin1" = "utf8"): string | undefined => {
    try {
      return readFileSync(`${proc}/${file}`, encoding);
    } catch {
      return undefined;
    }
  };
  const markOf = (pid: number, startTime: number): KnownMark => {
    const known = marks.get(pid);
    const same = known?.startTime === startTime;
    if (same && known.settled) return known;
    const block = text(`${pid}/environ`, "latin1");
    return { startTime, mark: block === undefined ? null : markInEnvironment(block), settled: same };
  };
  return {
    pace: { watched: 3_000, unwatched: 30_000 },
    countsEnded: true,
    sameStart: (a, b) => a === b,
    async look() {
      const entries: UsageEntry[] = [];
      const nextMarks = new Map<number, KnownMark>();
      let read = 0;
      for (const name of readdirSync(proc)) {
        const first = name.charCodeAt(0);
        if (first < 0x30 || first > 0x39) continue;
        read += 1;
        if (read % SLICE === 0) await nextTurn();
        const line = text(`${name}/stat`);
        const stat = line === undefined ? undefined : parseStat(line);
        if (line === undefined || stat === undefined) continue;
        const known = markOf(stat.pid, stat.startTime);
        nextMarks.set(stat.pid, known);
        entries.push({ ...stat, mark: known.mark, ...usageIn(line, pageBytes) });
      }
      marks = nextMarks;
      return entries;
    },
    ownBytes({ pid }) {
      const [, resident, shared] = text(`${pid}/statm`)?.split(" ").map(Number) ?? [];
      if (resident === undefined || shared === undefined) return undefined;
      return Math.max(0, resident - shared) * pageBytes;
    },
    close: () => undefined,
  };
}

/** The kernel's page size, from the vector that it hands to every program (AT_PAGESZ is 6); 4096 where it cannot be read. */
function pageSize(proc: string): number {
  try {
    const vector = readFileSync(`${proc}/self/auxv`);
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === 6n) return Number(vector.readBigUInt64LE(at + 8));
  } catch {
    // A /proc without it.
  }
  return 4_096;
}

/** CPU time with that of ended children (utime, stime, cutime, cstime) and resident pages: proc_pid_stat(5). */
function usageIn(stat: string, pageBytes: number): { cpuMs: number; residentBytes: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    cpuMs: (field(14) + field(15) + field(16) + field(17)) * MS_PER_TICK,
    residentBytes: field(24) * pageBytes,
  };
}
