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
  /**
   * What of a hand edit a person must confirm first, a line each; [] takes it over at once. While it is held the last
   * configuration stays in force, and edits through the store are refused.
   */
  readonly review?: ((previous: Config, next: Config) => string[]) | undefined;
  /** A hand edit is held for these reasons; [] when none is any longer (changed back, replaced or confirmed). */
  readonly onHeld?: ((reasons: readonly string[]) => void) | undefined;
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
  /** Takes the held hand edit over, if there is one. */
  confirmHeld(): void;
  /** Leaves the held hand edit out of force for good; the file keeps it until somebody changes it. */
  rejectHeld(): void;
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
  let held:
    | { readonly text: string; readonly config: Config; readonly warnings: readonly ConfigIssue[] }
    | undefined;
  /** The text of a hand edit that a person has turned down. */
  let rejected: string | undefined;

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
      release();
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
    if ("errors" in parsed) {
      release();
      setProblems(parsed.errors);
      return;
    }
    const reasons = options.review?.(config, parsed.config) ?? [];
    if (reasons.length === 0) {
      release();
      adopt(parsed.config, found, parsed.warnings);
    } else if (found === rejected) setProblems([notInForce("was turned down; undo it in the file")]);
    else if (found !== held?.text) {
      held = { text: found, config: parsed.config, warnings: parsed.warnings };
      setProblems([notInForce("waits for confirmation")]);
      options.onHeld?.(reasons);
    }
  }

  function release(): void {
    if (held === undefined) return;
    held = undefined;
    options.onHeld?.([]);
  }

  function runEdit(change: (text: string) => string): Config {
    if (closed) throw new GatehouseError("internal", "the configuration is closed");
    const current = read(file);
    const before = current?.replace(/^\uFEFF/, "") ?? NEW_FILE;
    const broken = parseConfig(before);
    if ("errors" in broken) throw invalidConfig(file, broken.errors);
    if (
      current !== undefined &&
      current !== text &&
      (options.review?.(config, broken.config) ?? []).length > 0
    )
      throw new GatehouseError(
        "config_invalid",
        `${file} holds an edit made by hand that is not in force`,
        "Confirm it in the app, or undo it in the file; then try again.",
      );
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
    confirmHeld() {
      const confirmed = held;
      if (confirmed === undefined) return;
      release();
      adopt(confirmed.config, confirmed.text, confirmed.warnings);
    },
    rejectHeld() {
      rejected = held?.text;
      release();
      if (rejected !== undefined) reload();
    },
    async close() {
      await edits;
      closed = true;
      unwatch();
    },
  };
}

const notInForce = (why: string): ConfigIssue => ({
  line: 1,
  column: 1,
  key: "",
  message: `an edit made by hand ${why}; the last configuration stays in force`,
});

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
