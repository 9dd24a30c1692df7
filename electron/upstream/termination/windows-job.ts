/**
 * Windows' own guarantee that nothing outlives the hub: the hub is put into a job that kills all its processes when its
 * last handle closes, and from which none can break away. Whatever the hub starts from then on is in the job from its
 * first instruction, and so is whatever that starts; the only handle is the hub's own (a duplicate that no child
 * inherits), so that the kernel ends them all with the hub, by whatever way it goes, the guard alive or not.
 *
 * Node cannot make jobs; Windows PowerShell, which every Windows has, can, by P/Invoke. It runs once, at the hub's start.
 */
import { join } from "node:path/win32";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Log } from "../clock.ts";
import { type RunTool, runTool } from "./run-tool.ts";

const DONE = "gatehouse-job-ready";

/** PROCESS_TERMINATE | PROCESS_DUP_HANDLE | PROCESS_SET_QUOTA: what assigning and duplicating into a process need. */
const ACCESS = 0x0001 | 0x0040 | 0x0100;
/** JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE alone: neither BREAKAWAY_OK nor SILENT_BREAKAWAY_OK. */
const LIMITS = 0x2000;
/** JobObjectExtendedLimitInformation; its size on 64 and 32 bits, and where LimitFlags stands in it, in bytes. */
const EXTENDED_LIMITS = 9;
const SIZE_64 = 144;
const SIZE_32 = 112;
const FLAGS_AT = 16;
const DUPLICATE_SAME_ACCESS = 2;

// No double quotes within the PowerShell: it travels as one argument. C# has its own in the here-string's halves.
const imports = [
  "IntPtr CreateJobObjectW(IntPtr security, IntPtr name)",
  "bool SetInformationJobObject(IntPtr job, int kind, IntPtr information, uint length)",
  "IntPtr OpenProcess(uint access, bool inherit, uint pid)",
  "bool DuplicateHandle(IntPtr from, IntPtr handle, IntPtr to, out IntPtr copy, uint access, bool inherit, uint how)",
  "bool AssignProcessToJobObject(IntPtr job, IntPtr process)",
  "IntPtr GetCurrentProcess()",
]
  .map((signature) => `[DllImport("kernel32.dll", SetLastError = true)] public static extern ${signature};`)
  .join(" ");

/** The PowerShell program that puts the process `pid` into such a job and hands it the only handle. */
export function jobScript(pid: number): string {
  return [
    "$ErrorActionPreference = 'Stop'",
    `$native = Add-Type -PassThru -Namespace Gatehouse -Name Native -MemberDefinition '${imports}'`,
    "function Check($ok, $what) { if (-not $ok) { throw ($what + ' failed with error ' + [Runtime.InteropServices.Marshal]::GetLastWin32Error()) } }",
    "$none = [IntPtr]::Zero",
    "$job = $native::CreateJobObjectW($none, $none)",
    "Check ($job -ne $none) 'CreateJobObject'",
    `$size = $(if ([IntPtr]::Size -eq 8) { ${SIZE_64} } else { ${SIZE_32} })`,
    "$limits = [Runtime.InteropServices.Marshal]::AllocHGlobal($size)",
    "[Runtime.InteropServices.Marshal]::Copy((New-Object byte[] $size), 0, $limits, $size)",
    `[Runtime.InteropServices.Marshal]::WriteInt32($limits, ${FLAGS_AT}, ${LIMITS})`,
    `Check ($native::SetInformationJobObject($job, ${EXTENDED_LIMITS}, $limits, $size)) 'SetInformationJobObject'`,
    `$hub = $native::OpenProcess(${ACCESS}, $false, ${pid})`,
    "Check ($hub -ne $none) 'OpenProcess'",
    "$copy = $none",
    // The hub's handle first: from then on this process may end without the job ending.
    `Check ($native::DuplicateHandle($native::GetCurrentProcess(), $job, $hub, [ref] $copy, 0, $false, ${DUPLICATE_SAME_ACCESS})) 'DuplicateHandle'`,
    "Check ($native::AssignProcessToJobObject($job, $hub)) 'AssignProcessToJobObject'",
    `Write-Output '${DONE}'`,
  ].join("\n");
}

/**
 * Puts this process into such a job. Resolves with whether that worked; where it does not (PowerShell forbidden or in
 * constrained language mode), that is logged, and the guard's look at the process table remains. Never rejects.
 */
export async function enterJob(
  options: { pid?: number; run?: RunTool; log?: Log; systemRoot?: string } = {},
): Promise<boolean> {
  const {
    pid = process.pid,
    run = runTool,
    log,
    systemRoot = process.env.SystemRoot ?? "C:\\Windows",
  } = options;
  const powershell = join(systemRoot, "System32", "WindowsPowerShell", "v1.0", "powershell.exe");
  try {
    const output = await run(powershell, ["-NoProfile", "-NonInteractive", "-Command", jobScript(pid)]);
    if (output.includes(DONE)) return true;
    log?.("warn", `${NOT_IN_JOB}: PowerShell did not say that it was done.`);
  } catch (error) {
    log?.("warn", `${NOT_IN_JOB}: ${sentenceOf(error)}`);
  }
  return false;
}

const NOT_IN_JOB =
  "The hub could not be put into a job of its own, so that its guard alone ends what is left of it when it dies";
