import { chmodSync, existsSync, rmSync } from "node:fs";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { type Connection, makePrivate } from "../database.ts";

/** Pages copied at a time, and milliseconds of rest between: others write meanwhile. */
const pagesAtOnce = 256;

/**
 * Copies the database as it is at the end to a new file that only its owner can read, while it is in use; resolves with
 * the file's pages. Throws GatehouseError bad_request for a file that exists, storage_unusable when it cannot be written.
 */
export async function backUp(
  connection: Connection,
  file: string,
  progress: (done: number, of: number) => void,
): Promise<number> {
  if (existsSync(file))
    throw new GatehouseError(
      "bad_request",
      `${file} exists`,
      "Name a new file: a backup never replaces one.",
    );
  try {
    makePrivate(file);
    const { totalPages } = await connection.backup(file, {
      progress({ totalPages, remainingPages }) {
        progress(totalPages - remainingPages, totalPages);
        return pagesAtOnce;
      },
    });
    chmodSync(file, 0o600);
    return totalPages * Number(connection.pragma("page_size", { simple: true }));
  } catch (error) {
    for (const path of [file, `${file}-journal`]) if (existsSync(path)) rmSync(path);
    throw new GatehouseError(
      "storage_unusable",
      `the backup ${file} could not be written: ${sentenceOf(error)}`,
      "See that the folder exists, that you may write to it, and that the disk has room.",
      error,
    );
  }
}
