import { writeSync } from "node:fs";
import { constants, setPriority } from "node:os";
import Database from "better-sqlite3";
import { sentenceOf } from "../../../shared/errors.ts";

/** Faults that are told. */
const most = 20;

/** The process that looks databases over (check.ts): writes what is wrong with each as JSON, and ends. */
export function runCheck(files: readonly string[]): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It works without, at the cost of a little of the others' time.
  }
  writeSync(1, JSON.stringify(files.map(faultsOf)));
}

/** What SQLite finds wrong; empty: nothing. */
function faultsOf(file: string): string[] {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file, { timeout: 5_000, readonly: true });
    connection.pragma("cache_size = -4000");
    const rows = connection.pragma(`quick_check(${most})`) as { quick_check: string }[];
    return rows.map(({ quick_check }) => quick_check).filter((text) => text !== "ok");
  } catch (error) {
    return [sentenceOf(error)];
  } finally {
    connection?.close();
  }
}
