/** The process table with what each process uses. One implementation a platform. */
import type { ProcessEntry } from "../termination/process-system.ts";
import { createDarwinSource } from "./source-darwin.ts";
import { createLinuxSource } from "./source-linux.ts";
import { createWindowsSource } from "./source-windows.ts";

/** One living process with what it uses. */
export interface UsageEntry extends ProcessEntry {
  /** CPU time since its start, in milliseconds. */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

export interface UsageSource {
  readonly pace: { readonly watched: number; readonly unwatched: number };
  /** Whether a process's CPU time holds that of its ended children. */
  readonly countsEnded: boolean;
  /** One look at the table. Rejects when the system's own tool fails. */
  look(): Promise<readonly UsageEntry[]>;
  /** The part of a process's memory that no other shares, in bytes, as of the last look; undefined: not known. */
  ownBytes(entry: UsageEntry): number | undefined;
  sameStart(a: number, b: number): boolean;
  close(): void;
}

/** The source of the system that this process runs on. */
export function currentSource(platform: NodeJS.Platform = process.platform): UsageSource {
  if (platform === "linux") return createLinuxSource();
  return platform === "win32" ? createWindowsSource() : createDarwinSource();
}
