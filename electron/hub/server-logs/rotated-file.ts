import { appendFile, copyFile, rename, rm, stat, truncate } from "node:fs/promises";

/** What rotation needs of the file system, so that tests can stand in for one that refuses. */
export interface RotationFiles {
  rename(from: string, to: string): Promise<void>;
}

export interface RotatedFileOptions {
  readonly path: string;
  /** Size at which it is put aside, in bytes, and how many files are kept besides it: `path.1` is the newest of them. */
  readonly maxBytes: number;
  readonly generations: number;
  readonly files?: RotationFiles;
}

/** Windows refuses to rename a file that somebody looks at; a moment later it may not. */
const HELD = new Set(["EPERM", "EACCES", "EBUSY"]);
const RETRIES = 4;
const RETRY_MS = 25;

/** A file of mode 0600 that grows to a bound, and its older generations. One call at a time. */
export class RotatedFile {
  readonly #options: RotatedFileOptions;
  #size: number | undefined;

  constructor(options: RotatedFileOptions) {
    this.#options = options;
  }

  /** All files that may exist, the newest first. */
  get paths(): string[] {
    const { path, generations } = this.#options;
    return [path, ...Array.from({ length: generations }, (_, index) => `${path}.${index + 1}`)];
  }

  /** Appends whole lines. Rejects when they cannot be written. */
  async append(text: string): Promise<void> {
    const { path, maxBytes } = this.#options;
    const bytes = Buffer.from(text);
    this.#size ??= await sizeOf(path);
    if (this.#size > 0 && this.#size + bytes.length > maxBytes) await this.#rotate();
    await appendFile(path, bytes, { mode: 0o600 });
    this.#size += bytes.length;
  }

  async #rotate(): Promise<void> {
    const paths = this.paths;
    const oldest = paths.at(-1);
    if (oldest !== undefined) await rm(oldest, { force: true });
    for (let index = paths.length - 2; index >= 0; index -= 1) {
      const [from, to] = [paths[index], paths[index + 1]];
      if (from !== undefined && to !== undefined) await this.#move(from, to);
    }
    this.#size = 0;
  }

  async #move(from: string, to: string): Promise<void> {
    const files = this.#options.files ?? { rename };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await files.rename(from, to);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        if (code === "ENOENT") return;
        if (!HELD.has(code)) throw error;
        if (attempt >= RETRIES) break;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    // A reader does not keep it from being copied and emptied.
    await copyFile(from, to);
    await truncate(from);
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
