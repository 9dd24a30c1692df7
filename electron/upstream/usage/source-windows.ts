import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path/win32";
import type { UsageEntry, UsageSource } from "./usage-source.ts";

/** Ends each table; no line of a table looks like it. */
const END = "end";
/**
 * PowerShell stays and answers each line on its stdin with a table of "pid ppid created kernel user working private":
 * created in milliseconds since the epoch, times in 100 ns, memory in bytes. It ends with its stdin.
 */
const SCRIPT = [
  "while ($null -ne [Console]::In.ReadLine()) {",
  "Get-CimInstance Win32_Process -Property ProcessId,ParentProcessId,CreationDate,KernelModeTime,UserModeTime,WorkingSetSize,PrivatePageCount | ForEach-Object {",
  "[Console]::Out.WriteLine(('{0} {1} {2} {3} {4} {5} {6}' -f $_.ProcessId, $_.ParentProcessId,",
  "$(if ($_.CreationDate) { [long]($_.CreationDate.ToUniversalTime() - [datetime]'1970-01-01').TotalMilliseconds } else { 0 }),",
  "$_.KernelModeTime, $_.UserModeTime, $_.WorkingSetSize, $_.PrivatePageCount)) };",
  `[Console]::Out.WriteLine('${END}') }`,
].join(" ");
/** Longest wait for a table, and how long the helper stays when nobody asks, in milliseconds. */
const LIMIT_MS = 15_000;
const STAY_MS = 20_000;

interface Row extends UsageEntry {
  readonly privateBytes: number;
}

/** Reads one table. */
function parseWindowsUsage(output: string): Row[] {
  return output.split(/\r?\n/).flatMap((line) => {
    const numbers = line.trim().split(" ").map(Number);
    const [pid, ppid, startTime, kernel, user, working, own] = numbers;
    if (!pid || ppid === undefined || startTime === undefined || numbers.some(Number.isNaN)) return [];
    return [
      {
        pid,
        ppid,
        pgid: null,
        startTime,
        mark: null,
        cpuMs: ((kernel ?? 0) + (user ?? 0)) / 10_000,
        residentBytes: working ?? 0,
        privateBytes: own ?? 0,
      },
    ];
  });
}

/** The program that answers each line with a table. */
export type StartHelper = (file: string, args: readonly string[]) => ChildProcess;

const startHelper: StartHelper = (file, args) =>
  spawn(file, args, {
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
    env: { SystemRoot: process.env.SystemRoot },
  });

/** Windows: one PowerShell for as long as looks follow one another, none else. */
export function createWindowsSource(
  start: StartHelper = startHelper,
  systemRoot = process.env.SystemRoot ?? "C:\\Windows",
): UsageSource {
  const powershell = join(systemRoot, "System32", "WindowsPowerShell", "v1.0", "powershell.exe");
  let helper: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let looking: Promise<readonly Row[]> | undefined;
  const end = (): void => {
    clearTimeout(idle);
    const last = helper;
    helper = undefined;
    last?.stdin?.end();
    last?.kill();
  };
  const ask = (child: ChildProcess): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => {
      let text = "";
      const settle = (act: () => void): void => {
        clearTimeout(limit);
        child.stdout?.off("data", onData);
        child.off("error", onGone).off("exit", onGone);
        act();
      };
      const onGone = (): void =>
        settle(() => {
          if (helper === child) end();
          reject(new Error("PowerShell ended before it had listed the processes"));
        });
      const onData = (chunk: string): void => {
        text += chunk;
        if (/(^|\n)end\r?\n$/.test(text)) settle(() => resolve(parseWindowsUsage(text)));
      };
      const limit = setTimeout(onGone, LIMIT_MS);
      child.stdout?.on("data", onData);
      child.once("error", onGone).once("exit", onGone);
      child.stdin?.write("\n");
    });
  const look = async (): Promise<readonly Row[]> => {
    clearTimeout(idle);
    if (helper === undefined) {
      helper = start(powershell, ["-NoProfile", "-NonInteractive", "-Command", SCRIPT]);
      helper.stdin?.on("error", () => undefined);
      helper.stdout?.setEncoding("utf8");
      helper.unref();
    }
    const rows = await ask(helper);
    idle = setTimeout(end, STAY_MS).unref();
    return rows;
  };
  return {
    pace: { watched: 5_000, unwatched: 60_000 },
    countsEnded: false,
    sameStart: (a, b) => Math.abs(a - b) <= 3_000,
    look: () => {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    ownBytes: (entry) => ("privateBytes" in entry ? Number(entry.privateBytes) : undefined),
    close: end,
  };
}
