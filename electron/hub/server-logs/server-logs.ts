import { createHash } from "node:crypto";
import { join } from "node:path";
import { type LogFilter, type LogLine, logMatcher } from "../../../shared/model/server.ts";
import { NO_REDACTION, type Redaction } from "../../core/redact/redaction.ts";
import { FloodGate } from "./flood-gate.ts";
import { formatLine, splitLine } from "./line-format.ts";
import { type LogPage, readBack } from "./read-back.ts";
import { RotatedFile, type RotationFiles } from "./rotated-file.ts";

/** A log file's size, in bytes, and how many older ones are kept. */
const MAX_BYTES = 5 * 1024 * 1024;
const GENERATIONS = 4;
/** How long lines are gathered before they are written, in milliseconds, and how often a flood's count is told. */
const FLUSH_MS = 250;
const NOTICE_MS = 1_000;
/** Lines kept in memory for a log that cannot be written. */
const KEPT_LINES = 1_000;
/** How much of a log one question looks through, in bytes. */
const LOOK_BYTES = 8 * 1024 * 1024;

export interface ServerLogsOptions {
  readonly folder: string;
  /** Stands before everything that is kept or told. */
  readonly redaction?: Redaction;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly maxBytes?: number;
  readonly files?: RotationFiles;
}

/** Which lines of a log are asked for. */
export interface LogQuery extends LogFilter {
  readonly limit: number;
  /** What an earlier answer gave. */
  readonly before?: string | undefined;
}

interface ServerLog {
  readonly file: RotatedFile;
  readonly gate: FloodGate;
  unwritten: string[];
  recent: LogLine[];
  lastAt: number;
  noticedAt: number;
  /** Writing and reading take turns, so that no file is put aside while it is read. */
  turn: Promise<unknown>;
  broken: boolean;
}

/**
 * Each server's log: what it writes on stderr, stray lines of its stdout, its logging notifications, and what Gatehouse
 * says about it, in rotated files that outlive the hub's runs. Floods are cut, secrets are taken out.
 */
export class ServerLogs {
  readonly #options: ServerLogsOptions;
  readonly #logs = new Map<string, ServerLog>();
  #timer: NodeJS.Timeout | undefined;
  /** Told of each line that is kept. */
  onLine: (server: string, line: LogLine) => void = () => {};

  constructor(options: ServerLogsOptions) {
    this.#options = options;
  }

  append(server: string, line: LogLine): void {
    const log = this.#logOf(server);
    for (const each of splitLine(line))
      if (log.gate.admit(each.text.length, this.#now())) this.#keep(server, log, each);
    this.#arm();
  }

  /** A page of the newest lines that fit, from the files, or from memory where they cannot be written. */
  async read(server: string, { limit, before, ...filter }: LogQuery): Promise<LogPage> {
    const log = this.#logOf(server);
    const matches = logMatcher(filter);
    const page = async (): Promise<LogPage> => {
      await this.#write(log);
      return log.broken
        ? { lines: log.recent.filter(matches).slice(-limit), before: null }
        : readBack({ paths: log.file.paths, matches, limit, before, maxBytes: LOOK_BYTES });
    };
    const turn = log.turn.then(page);
    log.turn = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const [server, log] of this.#logs) this.#notice(server, log);
    await this.#flush();
  }

  #logOf(server: string): ServerLog {
    const known = this.#logs.get(server);
    if (known !== undefined) return known;
    const { folder, maxBytes = MAX_BYTES, files } = this.#options;
    const log: ServerLog = {
      file: new RotatedFile({
        path: join(folder, logFileName(server)),
        maxBytes,
        generations: GENERATIONS,
        ...(files === undefined ? {} : { files }),
      }),
      gate: new FloodGate(),
      unwritten: [],
      recent: [],
      lastAt: 0,
      noticedAt: 0,
      turn: Promise.resolve(),
      broken: false,
    };
    this.#logs.set(server, log);
    return log;
  }

  #keep(server: string, log: ServerLog, line: LogLine): void {
    const redaction = this.#options.redaction ?? NO_REDACTION;
    log.lastAt = Math.max(log.lastAt, line.at);
    const kept: LogLine = {
      ...line,
      at: log.lastAt,
      text: redaction.text(line.text),
      ...(line.logger === undefined ? {} : { logger: redaction.text(line.logger).slice(0, 200) }),
    };
    log.unwritten.push(`${formatLine(kept)}\n`);
    log.recent.push(kept);
    if (log.recent.length > KEPT_LINES * 1.5) log.recent = log.recent.slice(-KEPT_LINES);
    this.onLine(server, kept);
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const now = this.#now();
      for (const [server, log] of this.#logs) if (now - log.noticedAt >= NOTICE_MS) this.#notice(server, log);
      void this.#flush();
      // A count that was too early to tell is told by the next turn.
      if ([...this.#logs.values()].some(({ gate }) => gate.dropped > 0)) this.#arm();
    }, FLUSH_MS);
  }

  /** Tells how many lines a flood has cost. */
  #notice(server: string, log: ServerLog): void {
    const dropped = log.gate.takeDropped();
    if (dropped === 0) return;
    const at = this.#now();
    log.noticedAt = at;
    const what = dropped === 1 ? "1 line was" : `${dropped} lines were`;
    this.#keep(server, log, { at, stream: "hub", text: `${what} left out: it writes more than is kept` });
  }

  async #flush(): Promise<void> {
    const turns = [...this.#logs.values()].map((log) => {
      log.turn = log.turn.then(() => this.#write(log));
      return log.turn;
    });
    await Promise.all(turns);
  }

  async #write(log: ServerLog): Promise<void> {
    if (log.unwritten.length === 0) return;
    const text = log.unwritten.join("");
    log.unwritten = [];
    try {
      await log.file.append(text);
      log.broken = false;
    } catch {
      // A log that cannot be written must not stop the hub; the lines in memory remain.
      log.broken = true;
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Names that Windows keeps for devices, whatever follows their first dot; `hub.log` is the hub's own. */
const RESERVED = /^(hub|con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The file of a server's log: names that differ only in case, or that a system keeps for itself, get a hash. */
export function logFileName(server: string): string {
  if (!/[A-Z]/.test(server) && !RESERVED.test(server)) return `${server}.log`;
  const hash = createHash("sha256").update(server).digest("hex").slice(0, 8);
  return `log-of-${server}~${hash}.log`;
}
