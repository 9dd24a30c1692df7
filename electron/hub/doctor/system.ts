/** The machine, as far as checks look at it; tests hand in their own. What cannot be found out is undefined. */
import { execFile } from "node:child_process";
import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, release } from "node:os";
import { posix, win32 } from "node:path";

/** What became of a program that was run. */
export type Ran =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "late" }
  | { readonly kind: "failed"; readonly why: string };

export interface FileFacts {
  /** The permission bits. */
  readonly mode: number;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly uid: number;
}

/** The PATH that servers are looked for on. */
export interface SearchPath {
  readonly path: string;
  /** Where it came from, in words. */
  readonly source: string;
  /** How long it took to find, in milliseconds. */
  readonly tookMs: number;
  /** Why it is not the login shell's, although that was asked; else null. */
  readonly problem: string | null;
}

export interface DoctorSystem {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  /** "linux x64 6.8". */
  readonly name: string;
  /** The version of the Node that runs this, without "v". */
  readonly node: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that does not jump. */
  monotonic(): number;
  searchPath(): Promise<SearchPath>;
  /** A program's file on a PATH, as a server's command is found; undefined when it is not there. */
  findProgram(name: string, path: string): string | undefined;
  /** Runs a program on a PATH without a shell; it is ended after `limitMs`. */
  run(file: string, args: readonly string[], path: string, limitMs: number): Promise<Ran>;
  facts(path: string): Promise<FileFacts | undefined>;
  /** The text of a file of 8 MB at most. */
  readText(path: string): Promise<string | undefined>;
  list(folder: string): Promise<readonly string[]>;
  /** Bytes that this user may still write on a folder's disk. */
  freeBytes(folder: string): Promise<number | undefined>;
  /** Why nobody could listen there now (an error's code, "EADDRINUSE"), or undefined. Listens for a moment. */
  listenProblem(host: string, port: number): Promise<string | undefined>;
  portHolder(port: number): Promise<{ readonly pid: number; readonly name: string | null } | undefined>;
}

/** What the adapters know of this machine. */
export type DoctorAdapters = Pick<DoctorSystem, "searchPath" | "findProgram" | "portHolder">;

const MAX_TEXT = 8 * 1024 * 1024;
const MAX_OUTPUT = 256 * 1024;

/** This machine. */
export function thisMachine(adapters: DoctorAdapters): DoctorSystem {
  return {
    ...adapters,
    platform: process.platform,
    env: process.env,
    homedir: homedir(),
    name: `${process.platform} ${process.arch} ${release()}`,
    node: process.versions.node,
    now: Date.now,
    monotonic: () => performance.now(),
    run: (file, args, path, limitMs) =>
      new Promise((resolve) => {
        const options = {
          env: { ...process.env, PATH: path },
          timeout: limitMs,
          killSignal: "SIGKILL" as const,
          maxBuffer: MAX_OUTPUT,
          windowsHide: true,
        };
        execFile(file, args, options, (error, stdout, stderr) => {
          if (error === null) resolve({ kind: "ended", code: 0, stdout, stderr });
          else if (error.killed === true) resolve({ kind: "late" });
          else if (typeof error.code === "number")
            resolve({ kind: "ended", code: error.code, stdout, stderr });
          else resolve({ kind: "failed", why: error.code ?? error.message });
        });
      }),
    facts: async (path) => {
      const found = await known(stat(path));
      if (found === undefined) return undefined;
      return { mode: found.mode & 0o777, isFolder: found.isDirectory(), bytes: found.size, uid: found.uid };
    },
    readText: async (path) => {
      const bytes = (await known(stat(path)))?.size ?? Number.POSITIVE_INFINITY;
      return bytes > MAX_TEXT ? undefined : known(readFile(path, "utf8"));
    },
    list: async (folder) => (await known(readdir(folder))) ?? [],
    freeBytes: async (folder) => {
      const disk = await known(statfs(folder));
      return disk === undefined ? undefined : disk.bavail * disk.bsize;
    },
    listenProblem: (host, port) =>
      new Promise((resolve) => {
        const server = createServer();
        server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        server.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () =>
          server.close(() => resolve(undefined)),
        );
      }),
  };
}

/** The paths of a platform. */
export const pathsOf = ({ platform }: Pick<DoctorSystem, "platform">): typeof posix =>
  platform === "win32" ? win32 : posix;

async function known<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
