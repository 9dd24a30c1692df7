import { appendFileSync, renameSync, statSync } from "node:fs";

export type Level = "info" | "warn" | "error";
export type Log = (level: Level, message: string) => void;

const ROTATE_BYTES = 5 * 1024 * 1024;

/** The hub's own log: a rotated file of mode 0600, and `echo` for a terminal. Written at once: a crash loses no line. */
export function createLog(file: string, echo: (line: string) => void): Log {
  let size = sizeOf(file);
  return (level, message) => {
    const line = `${new Date().toISOString()} ${level} ${message}`;
    echo(line);
    try {
      if (size > ROTATE_BYTES) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
      size += line.length + 1;
    } catch {
      // A log that cannot be written must not stop the hub.
    }
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
