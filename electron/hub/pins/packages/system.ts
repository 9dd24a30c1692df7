import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** The outside, as far as finding an installed package needs it. What cannot be read is undefined or empty. */
export interface PackageSystem {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readText(path: string): Promise<string | undefined>;
  list(folder: string): Promise<readonly string[]>;
  /** Milliseconds since the epoch. */
  modifiedAt(path: string): Promise<number | undefined>;
  /** What a program prints; undefined when it fails or takes too long. */
  run(command: string, args: readonly string[]): Promise<string | undefined>;
}

/** Longest file that is read, and longest that a program may take (milliseconds) and print. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_RUN_MS = 10_000;

/** This machine. */
export function thisSystem(): PackageSystem {
  const orUndefined = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch {
      return undefined;
    }
  };
  return {
    platform: process.platform,
    home: homedir(),
    env: process.env,
    readText: async (path) => {
      const size = (await orUndefined(stat(path)))?.size ?? Number.POSITIVE_INFINITY;
      return size > MAX_BYTES ? undefined : orUndefined(readFile(path, "utf8"));
    },
    list: async (folder) => (await orUndefined(readdir(folder))) ?? [],
    modifiedAt: async (path) => (await orUndefined(stat(path)))?.mtimeMs,
    run: (command, args) =>
      new Promise((resolve) => {
        const options = { timeout: MAX_RUN_MS, maxBuffer: MAX_BYTES, windowsHide: true };
        execFile(command, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
      }),
  };
}

/** The paths of a platform. */
export const pathsOf = ({ platform }: Pick<PackageSystem, "platform">): typeof posix =>
  platform === "win32" ? win32 : posix;
