import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { Problem } from "../../shared/model/problem.ts";
import type { Connection } from "./database.ts";

/** Of SQLite's file format: the version of a write-ahead log's index, and what the log itself begins with. */
const indexVersion = 3_007_000;
const logMagic = 0x377f0682;
const headerBytes = 48;

/** What a process that did not end in order has committed to the write-ahead log, and not yet taken into the database. */
export interface Committed {
  /** Frames that the log must have; undefined: a log there must be, how long is not known. */
  readonly frames: number | undefined;
}

/** Lies beside a database to which something was committed, until an orderly end: until then its log must be there. */
const markOf = (file: string): string => `${file}.open`;

/**
 * Which file this is, and when we changed it last. Another one in its place, as a backup, has a log of its own or none;
 * and one that somebody has changed since was opened by a program that took the log into it, as sqlite3 does when it ends.
 */
function stateOf(file: string): string {
  const { ino, mtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

function mark(file: string): void {
  try {
    writeFileSync(markOf(file), stateOf(file), { mode: 0o600 });
  } catch {
    // Without the mark a log that was removed is only noticed by its index.
  }
}

/** Marks a database at the first commit: its log exists from then on, and is removed by an orderly end alone. */
export interface OpenMark {
  /** Something was committed. Cheap. */
  committed(): void;
  /** Before an orderly end. */
  unmark(): void;
}

/** The mark of one database, by who writes to it. */
export function createOpenMark(file: string): OpenMark {
  let marked = false;
  return {
    committed() {
      if (marked) return;
      marked = true;
      mark(file);
    },
    unmark: () => rmSync(markOf(file), { force: true }),
  };
}

/** To be called when the log was taken into a database: it has changed, by ourselves. */
export function renewMark(file: string): void {
  if (existsSync(markOf(file))) mark(file);
}

function isMarked(file: string): boolean {
  try {
    return readFileSync(markOf(file), "utf8") === stateOf(file);
  } catch {
    return false;
  }
}

/**
 * Reads from the log's index (-shm), which outlives a killed process, how much the log must hold; undefined: nothing, or
 * nothing is known of it. To be called while no connection of this process is open: closing the file drops its locks.
 */
export function committedBefore(file: string): Committed | undefined {
  const known = inIndex(file);
  if (known !== undefined) return known;
  const isGone = statSync(`${file}-wal`, { throwIfNoEntry: false }) === undefined;
  return isGone && isMarked(file) ? { frames: undefined } : undefined;
}

function inIndex(file: string): Committed | undefined {
  const index = firstBytes(`${file}-shm`, 2 * headerBytes + 4);
  if (index === undefined) return undefined;
  const isIntact =
    index.readUInt32LE(0) === indexVersion &&
    index[12] === 1 &&
    index.subarray(0, headerBytes).equals(index.subarray(headerBytes, 2 * headerBytes));
  const frames = index.readUInt32LE(16);
  if (!isIntact || frames <= index.readUInt32LE(2 * headerBytes)) return undefined;
  const log = firstBytes(`${file}-wal`, 32);
  const isLog = log !== undefined && (log.readUInt32BE(0) & ~1) >>> 0 === logMagic;
  // Of another log than this one the index tells nothing, as after a power cut that took the newer one.
  if (isLog && !log.subarray(16, 24).equals(index.subarray(32, 40))) return undefined;
  return { frames };
}

/** What of that is not there any more, now that SQLite has read the log; undefined: nothing. */
export function lostSince(connection: Connection, { frames }: Committed): Problem | undefined {
  const [{ log }] = connection.pragma("wal_checkpoint(NOOP)") as [{ log: number }];
  if (frames !== undefined && log >= frames) return undefined;
  const file = connection.name;
  return {
    code: "history_shortened",
    message: `the newest part of ${file} is lost: ${file}-wal, which held it, was removed, cut or damaged while no hub ran`,
    advice:
      "Calls from before the hub's last, unclean end are missing, and clients that were added then must be connected again.",
  };
}

/** The first bytes of a file; undefined: it has fewer, or cannot be read. */
function firstBytes(path: string, bytes: number): Buffer | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const found = Buffer.alloc(bytes);
  try {
    const handle = openSync(path, "r");
    try {
      return readSync(handle, found, 0, bytes, 0) === bytes ? found : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
