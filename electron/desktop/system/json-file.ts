import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";

/** A small file of the desktop's own that may be lost without harm: what cannot be read counts as never written. */
export interface JsonFile<T> {
  read(): T;
  /** Replaces it whole; a failure is told to `log` and nothing else. */
  write(value: T): void;
}

/**
 * A small JSON file of the desktop's own. What is missing, unreadable or does not fit `schema` reads as `fallback`.
 */
export function jsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  fallback: T,
  log: (line: string) => void,
): JsonFile<T> {
  return {
    read() {
      try {
        return schema.parse(JSON.parse(readFileSync(path, "utf8")));
      } catch {
        return fallback;
      }
    },
    write(value) {
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(`${path}.tmp`, JSON.stringify(value), { mode: 0o600 });
        renameSync(`${path}.tmp`, path);
      } catch (error) {
        log(`cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
