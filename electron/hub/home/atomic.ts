import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A name beside `file` that nobody else uses. */
export const besideFile = (file: string): string =>
  join(dirname(file), `.${basename(file)}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`);

/** Creates `file` anew with these bytes, flushed to the disk; fails if it exists. */
export function writeNewFile(file: string, data: string | Uint8Array, mode: number): void {
  const handle = openSync(file, "wx", mode);
  try {
    // The umask can only have taken rights away; this sets them exactly.
    if (process.platform !== "win32") fchmodSync(handle, mode);
    writeFileSync(handle, data);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Replaces `file` whole: a reader, or a crash at any moment, sees the old or the new contents, never a mixture.
 * Throws what the file system throws; nothing is left behind then.
 */
export function writeFileAtomic(file: string, data: string | Uint8Array, mode = 0o600): void {
  const temporary = besideFile(file);
  try {
    writeNewFile(temporary, data, mode);
    renameReplacing(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Windows refuses to replace a file while a scanner or an editor holds it for a moment: tried again a few times. */
function renameReplacing(from: string, to: string, attempts = process.platform === "win32" ? 10 : 1): void {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (left <= 0 || (code !== "EPERM" && code !== "EACCES" && code !== "EBUSY")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
