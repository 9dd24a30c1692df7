import { existsSync, rmSync, writeFileSync } from "node:fs";
import type { Problem } from "../../shared/model/server.ts";
import type { StorageHealth } from "../hub/ports/storage.ts";
import { isDamage } from "./damage.ts";
import { sqliteCode } from "./database.ts";
import type { Displaced } from "./in-place.ts";

/** Commits in a row that fail, from which on what failed is not a record's own fault, whatever SQLite says of it. */
const mostStrange = 3;

/** Milliseconds between tries whether calls can be recorded again. */
const probeInterval = 1_000;

/** SQLite's words for what is not the record's own fault. */
const storageFaults = /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN|PERM|AUTH|BUSY|LOCKED|NOMEM)/;

/** Whether the file or its disk is at fault, and not what was to be done. */
export const isStorageFault = (error: unknown): boolean => storageFaults.test(sqliteCode(error) ?? "");

/** What the storage's parts tell of its health. */
export interface Health extends StorageHealth {
  /** The state of recording after a commit: what went wrong, or nothing. */
  recorded(error: Error | undefined): void;
  /** A call could not be stored for whatever reason: it is found out whether others can. */
  suspect(): void;
  /** Nothing is written to a database of a newer Gatehouse, or to a file that cannot be written. */
  readOnly(problem: Problem): void;
  /** The database's files do not lie where they were opened; undefined: they do again. */
  displaced(found: Displaced | undefined): void;
  damaged(faults: readonly string[]): void;
  /** The database was looked over and found whole. */
  whole(): void;
  /** Whether an earlier run has found damage. */
  wasDamaged(): boolean;
  close(): void;
}

interface Options {
  readonly file: string;
  /** What was found when the database was opened. */
  readonly found: Problem | undefined;
  /** Tries to record something; its end is told by `recorded`. */
  readonly probe: () => void;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** The health of one database, told by whoever writes to it. */
export function createHealth({ file, found, probe, log }: Options): Health {
  const mark = `${file}.damaged`;
  let failing: Error | undefined;
  let readOnly: Problem | undefined;
  let displaced: { error: Error; advice: string } | undefined;
  let damage: Problem | undefined;
  let strange = 0;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const probeSoon = (): void => {
    // Damage does not heal by itself.
    if (timer !== undefined || readOnly !== undefined || isDamage(failing)) return;
    timer = setTimeout(() => {
      timer = undefined;
      probe();
      if (failing !== undefined) probeSoon();
    }, probeInterval);
    timer.unref();
  };

  return {
    get failing() {
      return displaced?.error ?? failing;
    },
    problems() {
      const problems: Problem[] = [];
      if (readOnly !== undefined) problems.push(readOnly);
      else {
        const error = displaced?.error ?? failing;
        if (error !== undefined)
          problems.push({
            code: "recording_failed",
            message: `calls cannot be recorded: ${error.message}`,
            advice: displaced?.advice ?? adviceFor(sqliteCode(error), file),
          });
      }
      if (damage !== undefined) problems.push(damage);
      if (found !== undefined) problems.push(found);
      return problems;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    recorded(error) {
      if (readOnly !== undefined) return;
      if (error === undefined) strange = 0;
      else if (!isStorageFault(error) && ++strange < mostStrange) return;
      // What was written now lies elsewhere: the next call may meet the damage again.
      if (error === undefined && failing !== undefined && isDamage(failing)) return;
      if ((error === undefined) === (failing === undefined)) return;
      failing = error;
      if (error !== undefined) probeSoon();
      changed();
    },
    suspect: probe,
    readOnly(problem) {
      readOnly = problem;
      failing = new Error(problem.message);
      changed();
    },
    displaced(found) {
      displaced = found && { error: new Error(found.sentence), advice: found.advice };
      changed();
    },
    damaged(faults) {
      if (damage !== undefined) return;
      log("error", `${file} is damaged: ${faults.join("; ")}`);
      damage = {
        code: "database_damaged",
        message: `the database ${file} is damaged: ${faults[0] ?? "it could not be read"}`,
        advice:
          "What can be read stays readable. Stop Gatehouse, move the file and its -wal and -shm aside and put a backup (`gatehouse backup`) in its place; without one, the next start begins anew, and clients must be connected again.",
      };
      try {
        writeFileSync(mark, "", { mode: 0o600 });
      } catch {
        // Without the mark the next unclean end finds it again.
      }
      changed();
    },
    whole() {
      rmSync(mark, { force: true });
      if (damage === undefined) return;
      damage = undefined;
      changed();
    },
    wasDamaged: () => existsSync(mark),
    close: () => clearTimeout(timer),
  };
}

/** What the person can do about SQLite's error. */
export function adviceFor(code: string | undefined, file: string): string {
  if (code?.startsWith("SQLITE_FULL") || code === "SQLITE_IOERR_WRITE")
    return "Make room on the disk: it goes on by itself within seconds.";
  if (code?.startsWith("SQLITE_READONLY")) return `Make ${file} writable and restart Gatehouse.`;
  if (code?.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB")
    return "The database is damaged. Stop Gatehouse, move it aside and put a backup in its place.";
  return "See that the disk has room and that you may write to the home folder; it is tried again every second.";
}
