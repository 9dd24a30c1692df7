import Database from "better-sqlite3";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import { makePrivate, sqliteCode } from "./database.ts";

/** The lock of a home, held until `release` or the end of the process. */
export interface HomeLock {
  release(): void;
}

/**
 * Makes this process the only hub of its home; undefined while another process holds the lock. The lock is SQLite's
 * exclusive one on a tiny file: the operating system drops it with the process, however that ends, so that it is never
 * stale. The file stays; it must not be opened and closed by other means in this process, which on POSIX systems would
 * drop the lock. Throws GatehouseError home_unusable when the file cannot be locked at all.
 */
export function acquireHomeLock(file: string): HomeLock | undefined {
  let database: Database.Database | undefined;
  try {
    makePrivate(file);
    database = new Database(file, { timeout: 0 });
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (sqliteCode(error)?.startsWith("SQLITE_BUSY") === true) return undefined;
    throw new GatehouseError(
      "home_unusable",
      `cannot lock ${file}: ${sentenceOf(error)}`,
      "See that the home folder exists on a local disk and that you may write to it; a damaged hub.lock may be deleted while no hub runs.",
      error,
    );
  }
  const held = database;
  return {
    release() {
      if (held.inTransaction) held.exec("ROLLBACK");
      held.close();
    },
  };
}
