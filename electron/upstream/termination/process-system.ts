/** The operating system's processes, as far as termination needs them. One implementation a platform. */
import { createDarwinSystem } from "./system-darwin.ts";
import { createLinuxSystem } from "./system-linux.ts";
import { createWindowsSystem } from "./system-windows.ts";

/** One living process (no zombie) of this user. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  /** Process group; null where there are none. */
  readonly pgid: number | null;
  /** When it started, in milliseconds; on Linux since boot, elsewhere since the epoch. Tells a reused pid. */
  readonly startTime: number;
  /** The value of MCP_HUB_MARK in its environment; null when absent or not readable on this platform. */
  readonly mark: string | null;
}

export interface ProcessSystem {
  /** A snapshot of this user's living processes. Rejects when the system's own tool fails. */
  list(): Promise<ProcessEntry[]>;
  /** The start time to remember for a process that this process has spawned just now. */
  startTimeOf(pid: number): number;
  /** Whether two start times are of the same process, given the same pid. */
  sameStart(a: number, b: number): boolean;
  /**
   * Ends processes: SIGTERM asks, SIGKILL does not. Process groups in `groups` are signalled as a whole besides.
   * Entries whose pid has meanwhile passed to another process are left alone where that can be seen. Never throws.
   */
  end(
    entries: readonly ProcessEntry[],
    groups: readonly number[],
    signal: "SIGTERM" | "SIGKILL",
  ): Promise<void>;
  /** Changes with each boot, where start times count from it; else "". */
  bootId(): string;
  /** How often the table may be read while waiting: shortest and longest pause in milliseconds. */
  readonly poll: { readonly min: number; readonly max: number };
}

/** The system that this process runs on. */
export function currentSystem(platform: NodeJS.Platform = process.platform): ProcessSystem {
  if (platform === "linux") return createLinuxSystem();
  return platform === "win32" ? createWindowsSystem() : createDarwinSystem();
}
