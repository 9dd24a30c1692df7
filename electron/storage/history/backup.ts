import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { type Connection, makePrivate } from "../database.ts";

/** Pages copied at a time, and milliseconds of rest between: others write meanwhile. */
const pagesAtOnce = 256;

/**
 * Copies the database as it is at the end to a new file that only its owner can read, while it is in use; resolves with
 * the file's bytes. It gets its name when it is whole: until then, and after a kill, it is `file`.unfinished.
 * Throws GatehouseError bad_request for a file that exists, storage_unusable when it cannot be written.
 */
export async function backUp(
  connection: Connection,
  file: string,
  progress: (done: number, of: number) => void,
): Promise<number> {
  const refuseExisting = (): void => {
    if (!existsSync(file)) return;
    throw new GatehouseError(
      "bad_request",
      `${file} exists`,
      "Name a new file: a backup never replaces one.",
    );
  };
  const part = `${file}.unfinished`;
  const removePart = (): void => {
    for (const path of [part, `${part}-journal`]) rmSync(path, { force: true });
  };
  refuseExisting();
  try {
    removePart();
    makePrivate(part);
    const { totalPages } = await connection.backup(part, {
      progress({ totalPages, remainingPages }) {
        progress(totalPages - remainingPages, totalPages);
        return pagesAtOnce;
      },
    });
    chmodSync(part, 0o600);
    refuseExisting();
    renameSync(part, file);
    return totalPages * Number(connection.pragma("page_size", { simple: true }));
  } catch (error) {
    try {
      removePart();
    } catch {
      // Where it cannot be removed it could not be made.
    }
    if (error instanceof GatehouseError) throw error;
    throw new GatehouseError(
      "storage_unusable",
      `the backup ${file} could not be written: ${sentenceOf(error)}`,
      "See that the folder exists, that you may write to it, and that the disk has room.",
      error,
    );
  }
}
