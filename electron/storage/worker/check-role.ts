import { writeSync } from "node:fs";
import { constants, setPriority } from "node:os";
import Database from "better-sqlite3";
import { sentenceOf } from "../../../shared/errors.ts";
import type { LookedOver } from "../check.ts";
import { isDamage } from "../damage.ts";
import { sqliteCode } from "../database.ts";

/** Faults that are told. */
const most = 20;

/** The process that looks databases over (check.ts): writes what is wrong with each as JSON, and ends. */
export function runCheck(files: readonly string[]): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It works without, at the cost of a little of the others' time.
  }
  writeSync(1, JSON.stringify(files.map(lookedOver)));
}

/** What SQLite finds wrong; that a file is locked, or gone, is no damage. */
function lookedOver(file: string): LookedOver {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file, { timeout: 5_000, readonly: true });
    connection.pragma("cache_size = -4000");
    const rows = connection.pragma(`quick_check(${most})`) as { quick_check: string }[];
    return { faults: rows.map(({ quick_check }) => quick_check).filter((text) => text !== "ok") };
  } catch (error) {
    const isFault = isDamage(error) || sqliteCode(error) === "SQLITE_NOTADB";
    return isFault ? { faults: [sentenceOf(error)] } : { failed: sentenceOf(error) };
  } finally {
    connection?.close();
  }
}
