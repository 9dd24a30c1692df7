import { type RunTool, runTool } from "../termination/run-tool.ts";
import { parsePs } from "../termination/system-darwin.ts";
import type { UsageEntry, UsageSource } from "./usage-source.ts";

const LINE =
  /^\s*((\d+)\s+\d+\s+\d+\s+\S+\s+\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(\d+)\s+([\d:.-]+)\s?(.*)$/;

/** The milliseconds of ps's `time`: [[days-]hours:]minutes:seconds[.hundredths]. */
export function parsePsTime(text: string): number {
  const [clock = "", days = "0"] = text.split("-").reverse();
  const seconds = clock.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1_000);
}

/** Reads `ps -E -ww -x -o pid=,ppid=,pgid=,state=,lstart=,rss=,time=,command=`; rss is in kilobytes. */
function parsePsUsage(output: string): UsageEntry[] {
  return output.split("\n").flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [, head = "", , rss, time = "", command = ""] = match;
    return parsePs(`${head} ${command}`).map((entry) => ({
      ...entry,
      cpuMs: parsePsTime(time),
      residentBytes: Number(rss) * 1_024,
    }));
  });
}

/** macOS (and other systems with a BSD ps): one ps a look. */
export function createDarwinSource(run: RunTool = runTool): UsageSource {
  return {
    pace: { watched: 5_000, unwatched: 60_000 },
    countsEnded: false,
    sameStart: (a, b) => Math.abs(a - b) <= 3_000,
    look: async () =>
      parsePsUsage(
        await run("/bin/ps", [
          "-E",
          "-ww",
          "-x",
          "-o",
          "pid=,ppid=,pgid=,state=,lstart=,rss=,time=,command=",
        ]),
      ),
    ownBytes: () => undefined,
    close: () => undefined,
  };
}
