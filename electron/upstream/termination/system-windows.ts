import { join } from "node:path/win32";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";
import { type RunTool, runTool } from "./run-tool.ts";

// Created is in milliseconds since the epoch.
const QUERY =
  "Get-CimInstance Win32_Process | ForEach-Object { '{0} {1} {2}' -f $_.ProcessId, $_.ParentProcessId, " +
  "$(if ($_.CreationDate) { [long]($_.CreationDate.ToUniversalTime() - [datetime]'1970-01-01').TotalMilliseconds } else { 0 }) }";

/** Reads lines of "pid ppid created". */
export function parseWindowsTable(output: string): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [pid, ppid, startTime] = line.trim().split(" ").map(Number);
    if (!pid || ppid === undefined || startTime === undefined || Number.isNaN(startTime)) continue;
    entries.push({ pid, ppid, pgid: null, startTime, mark: null });
  }
  return entries;
}

/**
 * Windows: processes by CIM, ended by taskkill with all their children. There is no polite signal for a program without
 * a window (its closed stdin was the polite one), and another process's environment cannot be read, so there are no
 * marks: a parent's pid stays on its children after its death, and start times tell a reused one.
 */
export function createWindowsSystem(
  run: RunTool = runTool,
  now: () => number = Date.now,
  systemRoot = process.env.SystemRoot ?? "C:\\Windows",
): ProcessSystem {
  const system32 = join(systemRoot, "System32");
  const powershell = join(system32, "WindowsPowerShell", "v1.0", "powershell.exe");
  return {
    poll: { min: 300, max: 800 },
    bootId: () => "",
    startTimeOf: () => now(),
    sameStart: (a, b) => Math.abs(a - b) <= 3_000,
    list: async () =>
      parseWindowsTable(await run(powershell, ["-NoProfile", "-NonInteractive", "-Command", QUERY])),
    async end(entries) {
      if (entries.length === 0) return;
      const pids = entries.flatMap((entry) => ["/PID", String(entry.pid)]);
      try {
        await run(join(system32, "taskkill.exe"), [...pids, "/T", "/F"]);
      } catch {
        // It fails when any of them was gone already; the next look at the table tells what is left.
      }
    },
  };
}
