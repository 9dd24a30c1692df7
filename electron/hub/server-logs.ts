import { appendFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LogLine } from "../../shared/model/server.ts";

/** Lines of each server kept in memory for the control API. */
const KEPT_LINES = 2_000;
/** Size at which a log file is put aside (one older file is kept), in bytes. */
const ROTATE_BYTES = 5 * 1024 * 1024;
const FLUSH_MS = 250;

interface ServerLog {
  lines: LogLine[];
  unwritten: string[];
}

/** Each server's stderr and odd stdout lines: the last ones in memory, all in a rotated file of mode 0600. */
export class ServerLogs {
  readonly #folder: string;
  readonly #logs = new Map<string, ServerLog>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  append(server: string, line: LogLine): void {
    const log = this.#logs.get(server) ?? { lines: [], unwritten: [] };
    this.#logs.set(server, log);
    log.lines.push(line);
    if (log.lines.length > KEPT_LINES * 1.5) log.lines = log.lines.slice(-KEPT_LINES);
    // A flood is cut rather than kept: what is not yet written stays bounded.
    if (log.unwritten.length < KEPT_LINES)
      log.unwritten.push(`${new Date(line.at).toISOString()} ${line.stream} ${line.text}\n`);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    }, FLUSH_MS);
  }

  /** The last lines, oldest first. */
  tail(server: string, limit: number): LogLine[] {
    return this.#logs.get(server)?.lines.slice(-limit) ?? [];
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    for (const [server, log] of this.#logs) {
      if (log.unwritten.length === 0) continue;
      const text = log.unwritten.join("");
      log.unwritten = [];
      const file = join(this.#folder, `${server}.log`);
      try {
        const size = await stat(file).then(
          (found) => found.size,
          () => 0,
        );
        if (size > ROTATE_BYTES) await rename(file, `${file}.1`);
        await appendFile(file, text, { mode: 0o600 });
      } catch {
        // A log that cannot be written must not stop the hub; the lines in memory remain.
      }
    }
  }
}
