import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { canonicalAddress } from "./address.ts";

/** One line of Linux's /proc/net/tcp or tcp6, as far as it is needed to find a socket's owner. */
export interface SocketRow {
  /** Canonical text, see `canonicalAddress`. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listening: boolean;
  /** The user whose process made the socket. */
  readonly uid: number;
  /** "0": no process has it any more, and the uid says nothing. */
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
    const uid = fields[7];
    const inode = fields[9];
    if (local === undefined || remote === undefined || uid === undefined || inode === undefined) continue;
    const [localAddress, localPort] = parseEnd(local);
    const [remoteAddress, remotePort] = parseEnd(remote);
    rows.push({
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
      listening: state === LISTEN,
      uid: Number(uid),
      inode,
    });
  }
  return rows;
}

/** "0100007F:12AC": the address in 32-bit words of the machine's byte order (little on all that Node runs on), the port. */
function parseEnd(end: string): [address: string, port: number] {
  const [hex = "", port = ""] = end.split(":");
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const address =
    bytes.length === 4
      ? bytes.map((byte) => Number.parseInt(byte, 16)).join(".")
      : (bytes.join("").match(/.{4}/g) ?? []).join(":");
  return [canonicalAddress(address), Number.parseInt(port, 16)];
}

/** The rows of all TCP sockets; empty where /proc cannot be read. */
export function readSocketRows(files: ProcFiles): SocketRow[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    parseSocketRows(attempt(() => files.read(table)) ?? ""),
  );
}

/**
 * The process that holds the first TCP socket that matches, or undefined when there is none or its process belongs to
 * another user (then /proc does not show its descriptors). Linux only; costs a walk over /proc.
 */
export function findSocketOwner(
  matches: (row: SocketRow) => boolean,
  files: ProcFiles = realProcFiles,
): ProcessInfo | undefined {
  const rows = readSocketRows(files).filter((row) => row.inode !== "0" && matches(row));
  return findInodeOwner(
    rows.map(({ inode }) => inode),
    files,
  );
}

/** The process that holds a socket of one of these inodes, as `findSocketOwner`. */
export function findInodeOwner(
  inodes: readonly string[],
  files: ProcFiles = realProcFiles,
): ProcessInfo | undefined {
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const entry of attempt(() => files.list("/proc")) ?? []) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = `/proc/${entry}`;
    for (const descriptor of attempt(() => files.list(`${folder}/fd`)) ?? []) {
      const target = attempt(() => files.link(`${folder}/fd/${descriptor}`));
      if (target === undefined || !links.has(target)) continue;
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
