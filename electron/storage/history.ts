import { existsSync } from "node:fs";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import type { CallHistory } from "../hub/ports/storage.ts";
import type { Checking } from "./check.ts";
import type { Health } from "./health.ts";
import type { ChainKey } from "./history/chain.ts";
import type { RetentionRules } from "./history/retention.ts";
import type { SearchServices, StoreServices, WorkerEvent } from "./worker/messages.ts";
import type { WorkerLink } from "./worker-link.ts";

interface Options {
  readonly worker: WorkerLink<StoreServices>;
  readonly search: WorkerLink<SearchServices>;
  readonly health: Health;
  /** Begins to look these databases over. */
  readonly startCheck: (files: readonly string[]) => Checking;
  readonly file: string;
  readonly searchFile: string;
  /** Of the database. */
  readonly readOnly: boolean;
  /** Of a later Gatehouse: how its calls are chained is not known. */
  readonly isNewer: boolean;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** The history's upkeep as the main thread steers it. */
export interface HistorySteering extends CallHistory {
  /** Something was committed. Called for each commit, and cheap. */
  written(): void;
  /** A call was recorded. Called for each, and cheap. */
  recorded(): void;
  told(event: WorkerEvent): void;
  /** The store worker was started anew and must be told its settings again. */
  restarted(): void;
  /** Looks the database over in the background, and tells `health` of it. */
  check(): void;
  /** What is wrong with the database; empty: nothing. */
  faults(): Promise<string[]>;
  close(): Promise<void>;
}

/** Milliseconds after a commit at which the workers are told of it. */
const noticeAfter = 200;
/** Milliseconds after the start at which they are told in any case. */
const firstNoticeAfter = 5_000;

/** Steers what the workers do with the history. */
export function openHistory(options: Options): HistorySteering {
  const { worker, search, health, file, searchFile, readOnly, log } = options;
  let noticed = false;
  let taken: readonly ChainKey[] | undefined;
  let rules: RetentionRules | undefined;
  const checking = new Set<Checking>();
  let closed = false;
  const listeners = new Set<() => void>();
  let awaiting = new Set<() => void>();
  const unheard = (): undefined => undefined;
  const warn =
    (what: string) =>
    (error: unknown): void => {
      if (!closed) log("warn", `${what}: ${sentenceOf(error)}`);
    };
  const notice = (): void => {
    noticed = false;
    if (closed) return;
    worker.ask("written", undefined).catch(unheard);
    search.ask("written", undefined).catch(unheard);
  };

  // An index that is lost or behind is made up for without anybody's asking.
  const first = setTimeout(notice, firstNoticeAfter);
  first.unref();

  const faultsOf = async (...files: readonly string[]): Promise<string[][]> => {
    const check = options.startCheck(files);
    checking.add(check);
    try {
      return (await check.found).map((found, at) => {
        if ("faults" in found) return found.faults;
        // What stands in the way of one look is no fault.
        if (files[at] === searchFile) return [];
        throw new GatehouseError("internal", found.failed);
      });
    } finally {
      checking.delete(check);
    }
  };
  const lookOver = async (): Promise<void> => {
    const started = performance.now();
    const [database = [], index = []] = await (existsSync(searchFile)
      ? faultsOf(file, searchFile)
      : faultsOf(file));
    if (closed) return;
    if (index[0] !== undefined) await search.ask("renew", { why: index[0] });
    if (database.length > 0) return health.damaged(database);
    health.whole();
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    log("info", `the database was looked over after an unclean end and is whole (${seconds} s)`);
  };

  return {
    readOnly,
    written() {
      if (noticed) return;
      noticed = true;
      setTimeout(notice, noticeAfter).unref();
    },
    recorded() {
      if (awaiting.size === 0) return;
      const told = awaiting;
      awaiting = new Set();
      for (const listener of told) listener();
    },
    told(event) {
      if (event.event === "damaged") health.damaged([event.message]);
      else if (event.event === "removed") search.ask("sweep", undefined).catch(unheard);
      else for (const listener of listeners) listener();
    },
    restarted() {
      if (taken !== undefined) worker.ask("chainKeys", { keys: taken, when: "empty" }).catch(unheard);
      if (rules !== undefined) worker.ask("retention", rules).catch(unheard);
    },
    check() {
      lookOver().catch(warn("the database could not be looked over"));
    },
    async faults() {
      const [database = []] = await faultsOf(file);
      return database;
    },
    async takeKeys(keys, when) {
      if (options.isNewer) return null;
      const source = await worker.ask("chainKeys", { keys, when });
      if (source !== null) taken = keys;
      return source;
    },
    keep(next) {
      rules = next;
      worker.ask("retention", next).catch(warn("what is kept of the history could not be set"));
    },
    verify: (progress) => worker.ask("verify", undefined, { progress }),
    backUp: (file, progress) => worker.ask("backup", { file }, { progress }),
    async state() {
      const [chain, indexed] = await Promise.all([
        worker.ask("chainState", undefined),
        search.ask("state", undefined),
      ]);
      return { chain, indexed };
    },
    onRecorded(listener) {
      awaiting.add(listener);
      return () => awaiting.delete(listener);
    },
    onIndexed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(first);
      await Promise.all([...checking].map((check) => check.stop()));
    },
  };
}
