import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One line of Linux's /proc/net/tcp or tcp6, as far as it is needed to find a socket's owner. */
export interface SocketRow {
  readonly localPort: number;
  readonly remotePort: number;
  readonly listening: boolean;
  readonly inode: string;
}

/** A process, as a person knows it. `name` is the short command name, `executable` the full path, if readable. */
export interface ProcessInfo {
  readonly pid: number;
  readonly name: string | null;
  readonly executable: string | null;
}

/** The few file-system reads used here; tests hand in their own. */
export interface ProcFiles {
  read(path: string): string;
  list(path: string): string[];
  link(path: string): string;
}

export const realProcFiles: ProcFiles = {
  read: (path) => readFileSync(path, "latin1"),
  list: (path) => readdirSync(path),
  link: (path) => readlinkSync(path),
};

const LISTEN = "0A";

/** Parses the text of /proc/net/tcp or /proc/net/tcp6. */
export function parseSocketRows(text: string): SocketRow[] {
  const rows: SocketRow[] = [];
  for (const line of text.split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local, remote, state] = fields;
    const inode = fields[9];
    if (local === undefined || remote === undefined || inode === undefined) continue;
    rows.push({
      localPort: Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16),
      remotePort: Number.parseInt(remote.slice(remote.lastIndexOf(":") + 1), 16),
      listening: state === LISTEN,
      inode,
    });
  }
  return rows;
}

/**
 * The process that holds the first TCP socket that matches, or undefined when there is none or its process belongs to
 * another user (then /proc does not show its descriptors). Linux only; costs a walk over /proc.
 */
export function findSocketOwner(
  matches: (row: SocketRow) => boolean,
  files: ProcFiles = realProcFiles,
): ProcessInfo | undefined {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = attempt(() => files.read(table));
    if (text === undefined) continue;
    for (const row of parseSocketRows(text))
      if (row.inode !== "0" && matches(row)) inodes.add(`socket:[${row.inode}]`);
  }
  if (inodes.size === 0) return undefined;
  for (const entry of attempt(() => files.list("/proc")) ?? []) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = `/proc/${entry}`;
    for (const descriptor of attempt(() => files.list(`${folder}/fd`)) ?? []) {
      const target = attempt(() => files.link(`${folder}/fd/${descriptor}`));
      if (target === undefined || !inodes.has(target)) continue;
      return {
        pid: Number(entry),
        name: attempt(() => files.read(`${folder}/comm`).trim()) ?? null,
        executable: attempt(() => files.link(`${folder}/exe`)) ?? null,
      };
    }
  }
  return undefined;
}

/** Processes come and go, and others' are not readable: both are no answer, not a failure. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
