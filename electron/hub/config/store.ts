import { mkdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { Config } from "../../../shared/model/config.ts";
import { writeFileAtomic } from "../home/atomic.ts";
import { NEW_FILE } from "./edit.ts";
import { type ConfigIssue, invalidConfig, issueLine } from "./issue.ts";
import { defaultConfig, parseConfig } from "./parse.ts";
import { watchForChanges } from "./watch.ts";

export interface ConfigStoreOptions {
  readonly file: string;
  /** A new configuration is in force: after a hand edit, or an edit through the store. */
  readonly onChange: (config: Config, previous: Config) => void;
  /** The file cannot be used and the last good configuration keeps running; [] when it can be used again. */
  readonly onProblem: (issues: readonly ConfigIssue[]) => void;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** gatehouse.json, live: what is in force, hand edits as they come, and edits of our own. */
export interface ConfigStore {
  /** The configuration in force. */
  readonly config: Config;
  /** What is wrong with the file now; [] when it is the configuration in force. */
  readonly problems: readonly ConfigIssue[];
  /**
   * Changes the file's text (see edit.ts) and puts the result in force before it resolves. Edits run one after the
   * other, each on what is on the disk then, so that hand edits are never lost. Throws what `change` throws,
   * `config_invalid` (nothing is written) or `config_unwritable`.
   */
  edit(change: (text: string) => string): Promise<Config>;
  /** Stops watching, after the edits under way. */
  close(): Promise<void>;
}

/**
 * Opens the configuration. A missing file means the defaults; nothing is written before the first edit.
 * Throws `config_invalid` with every issue's line, column and key when the file cannot be used.
 */
export function openConfig(options: ConfigStoreOptions): ConfigStore {
  const { file, log } = options;
  const name = basename(file);
  // From before the first read, so that no change falls in between.
  const unwatch = watchForChanges(file, reload);
  let text: string | undefined;
  let config: Config;
  try {
    text = read(file);
    const first = text === undefined ? { config: defaultConfig(), warnings: [] } : parseConfig(text);
    if ("errors" in first) throw invalidConfig(file, first.errors);
    warn(first.warnings);
    config = first.config;
  } catch (error) {
    unwatch();
    throw error;
  }
  let problems: readonly ConfigIssue[] = [];
  let edits: Promise<unknown> = Promise.resolve();
  let closed = false;

  function warn(warnings: readonly ConfigIssue[]): void {
    for (const warning of warnings) log("warn", issueLine(name, warning));
  }

  function setProblems(next: readonly ConfigIssue[]): void {
    if (isDeepStrictEqual(problems, next)) return;
    problems = next;
    for (const issue of next) log("error", issueLine(name, issue));
    if (next.length === 0) log("info", `${name} can be used again`);
    options.onProblem(next);
  }

  function adopt(next: Config, nextText: string, warnings: readonly ConfigIssue[]): void {
    text = nextText;
    setProblems([]);
    if (isDeepStrictEqual(config, next)) return;
    warn(warnings);
    const previous = config;
    config = next;
    options.onChange(next, previous);
  }

  /** Takes over what is on the disk, if that is new. */
  function reload(): void {
    if (closed) return;
    let found: string | undefined;
    try {
      found = read(file);
    } catch (error) {
      setProblems([{ line: 1, column: 1, key: "", message: sentenceOf(error) }]);
      return;
    }
    if (found === text) {
      setProblems([]);
      return;
    }
    if (found === undefined) {
      // Most likely an editor between two steps, or a mistake: servers are not stopped for it.
      setProblems([
        {
          line: 1,
          column: 1,
          key: "",
          message: "the file is gone; the last configuration stays in force until a restart",
        },
      ]);
      return;
    }
    const parsed = parseConfig(found);
    if ("errors" in parsed) setProblems(parsed.errors);
    else adopt(parsed.config, found, parsed.warnings);
  }

  function runEdit(change: (text: string) => string): Config {
    if (closed) throw new GatehouseError("internal", "the configuration is closed");
    const current = read(file);
    const before = current?.replace(/^\uFEFF/, "") ?? NEW_FILE;
    const broken = parseConfig(before);
    if ("errors" in broken) throw invalidConfig(file, broken.errors);
    const after = change(before);
    const parsed = parseConfig(after);
    if ("errors" in parsed) throw invalidConfig(file, parsed.errors);
    if (after !== before) write(file, after);
    if (after !== before || current !== undefined) adopt(parsed.config, after, parsed.warnings);
    return parsed.config;
  }

  return {
    get config() {
      return config;
    },
    get problems() {
      return problems;
    },
    edit(change) {
      const result = edits.then(() => runEdit(change));
      edits = result.catch(() => undefined);
      return result;
    },
    async close() {
      await edits;
      closed = true;
      unwatch();
    },
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new GatehouseError(
      "config_invalid",
      `${file} cannot be read: ${sentenceOf(error)}`,
      "Make it readable for you, or move it away to start with the defaults.",
      error,
    );
  }
}

/** Atomic, for this user alone; through a link to where the file really is, so that the link stays. */
function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileAtomic(target(file), text, 0o600);
  } catch (error) {
    throw new GatehouseError(
      "config_unwritable",
      `${file} cannot be written: ${sentenceOf(error)}`,
      "Make it and its folder writable for you.",
      error,
    );
  }
}

function target(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
