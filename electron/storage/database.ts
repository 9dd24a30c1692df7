import { chmodSync, closeSync, existsSync, openSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";

/** A connection of better-sqlite3. */
export type Connection = Database.Database;

/** SQLite's own code of a thrown value ("SQLITE_BUSY" and so on), or undefined when it is something else. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** Whether a row does not fit what stands in the database already. */
export const isConstraint = (error: unknown): boolean =>
  sqliteCode(error)?.startsWith("SQLITE_CONSTRAINT") === true;

/**
 * Opens one connection to the call database: WAL, `synchronous=NORMAL`, no automatic checkpoints (the worker makes
 * them), files readable by their owner alone; a new one can give pages back (`incremental_vacuum`). `readOnly`: every
 * write fails. `existing`: none is made in the place of one that is gone. Throws GatehouseError storage_unusable.
 */
export function openConnection(
  file: string,
  cacheKibibytes: number,
  { readOnly = false, existing = false }: { readonly readOnly?: boolean; readonly existing?: boolean } = {},
): Connection {
  let connection: Connection | undefined;
  try {
    for (const path of [file, `${file}-wal`, `${file}-shm`])
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw aFolder(path);
    if (!existing) makePrivate(file, true);
    connection = new Database(file, { timeout: 5_000, fileMustExist: existing });
    // Of use to an empty file only, and a write to any other: an older one keeps its pages for new calls.
    if (isEmpty(connection)) connection.pragma("auto_vacuum = INCREMENTAL");
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    connection.pragma("wal_autocheckpoint = 0");
    connection.pragma(`journal_size_limit = ${16 * 1024 * 1024}`);
    connection.pragma("foreign_keys = ON");
    connection.pragma("trusted_schema = OFF");
    connection.pragma(`cache_size = -${cacheKibibytes}`);
    connection.prepare("SELECT count(*) FROM sqlite_schema").get();
    if (readOnly) connection.pragma("query_only = ON");
    return connection;
  } catch (error) {
    connection?.close();
    throw unusable(file, error);
  }
}

const aFolder = (path: string): GatehouseError =>
  new GatehouseError(
    "storage_unusable",
    `${path} is a folder, where a file of the call history belongs`,
    "Stop Gatehouse, move the folder away and put the file or a backup back; without one the history begins anew.",
  );

/** Whether nothing was ever written to a database. */
export function isEmpty(connection: Connection): boolean {
  return Number(connection.pragma("page_count", { simple: true })) === 0;
}

/** The error for a database that SQLite refuses; GatehouseErrors pass unchanged. */
export function unusable(file: string, error: unknown): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const code = sqliteCode(error);
  const full = code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE" || code === "SQLITE_IOERR_WRITE";
  const damaged = code === "SQLITE_NOTADB" || code?.startsWith("SQLITE_CORRUPT") === true;
  return new GatehouseError(
    "storage_unusable",
    `cannot open ${file}: ${sentenceOf(error)}${full ? ", there is no room on its disk" : ""}`,
    damaged
      ? "The file is damaged. Stop Gatehouse, move it and its -wal and -shm files aside, and start again; the history and the clients' tokens in it are lost unless you have a backup."
      : "See that the folder exists, that you may write to it, and that the disk has room.",
    error,
  );
}

/**
 * Creates a missing file, and makes it and its companions readable by the owner alone; SQLite gives -wal and -shm the
 * mode of the main file. `asItIs`: a file that its owner has made read-only stays so. An existing file is never opened
 * here: on POSIX systems closing it again would drop the locks that SQLite holds on it in this process.
 */
export function makePrivate(file: string, asItIs = false): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      chmodSync(path, asItIs ? statSync(file).mode & 0o600 : 0o600);
    } catch (error) {
      // There is none, or it lies where nothing can be changed: then it is opened for reading.
      if (!["ENOENT", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}
