import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync, statfsSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Problem } from "../../../shared/model/problem.ts";
import type { Log } from "../log.ts";
import { besideFile } from "./atomic.ts";

/** Bytes that are kept. */
const KEPT = 512 * 1024;
/** Bytes that a start takes: run.json, what SQLite keeps beside its files, the record of processes, some lines of logs. */
const NEEDED = 192 * 1024;
/** Free bytes from which on the reserve is taken out of them while the hub runs. */
const ROOMY = 1024 * 1024;
/** Milliseconds between looks whether there is room again. */
const LOOK_EVERY = 2_000;

/** Room on the home's disk that a hub can start with when everything else of it is used up. */
export interface Reserve {
  /** That the hub runs on the last of the disk; undefined: it does not. */
  problem(): Problem | undefined;
  /** Returns the disposer. */
  onChanged(listener: () => void): () => void;
  /** The end: takes the room again, or what there is of it, since the hub's own files have just given some back. */
  close(): void;
}

/**
 * Keeps the reserve, a file of random bytes, or gives it up when there is too little room for a start; it is taken again
 * as soon as there is. What it cannot do it leaves: with enough room a start needs none.
 */
export function openReserve(file: string, log: Log): Reserve {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  if (isFull(file)) {
    const bytes = sizeOf(file);
    rmSync(file, { force: true });
    const used = bytes === 0 ? "no room was reserved on it" : `${bytes} bytes that were reserved are used`;
    log("warn", `the disk of ${dirname(file)} is full: ${used}`);
    timer = setInterval(() => {
      if (freeBytes(file) < ROOMY || !fill()) return;
      clearInterval(timer);
      timer = undefined;
      for (const listener of listeners) listener();
    }, LOOK_EVERY).unref();
  } else if (sizeOf(file) < KEPT && freeBytes(file) >= ROOMY) fill();

  return {
    problem: () =>
      timer === undefined
        ? undefined
        : {
            code: "disk_low",
            message: `the disk of ${dirname(file)} is full: Gatehouse has started in the room that it had reserved there`,
            advice: "Make room on the disk: what is left may not be enough for the next calls.",
          },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      if (sizeOf(file) < KEPT) fill();
    },
  };

  /** True: all of it. */
  function fill(): boolean {
    try {
      const handle = openSync(file, "w", 0o600);
      try {
        // Random: what can be compressed would take no room. In pieces: what there is of it counts too.
        for (let left = KEPT; left > 0; left -= 4_096) writeSync(handle, randomBytes(4_096));
        return true;
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      if (!isNoRoom(error)) log("warn", `no room could be reserved for a full disk: ${sentenceOf(error)}`);
      return false;
    }
  }
}

/** Whether a file system has no room left, or none for this user. */
const isNoRoom = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

/** Whether what a start needs cannot be written: tried, since quotas show nowhere else. */
function isFull(file: string): boolean {
  const trial = besideFile(file);
  try {
    writeFileSync(trial, randomBytes(NEEDED), { mode: 0o600 });
    return false;
  } catch (error) {
    return isNoRoom(error);
  } finally {
    rmSync(trial, { force: true });
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function freeBytes(file: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  } catch {
    return 0;
  }
}
