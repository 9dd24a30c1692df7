import type { MessagePort } from "node:worker_threads";
import { sentenceOf } from "../../../shared/errors.ts";
import { isDamage, prepareEnds, readAround } from "../damage.ts";
import { openConnection, sqliteCode } from "../database.ts";
import { openNames } from "../names.ts";
import { createBackground } from "../worker/background.ts";
import { createPauses } from "../worker/call-walk.ts";
import type { FromWorker, SearchServices, WorkerStart } from "../worker/messages.ts";
import { serve } from "../worker/serve.ts";
import { openIndexer } from "./indexer.ts";
import { openSearchDb, removeSearchDb, type SearchDb, withoutIndex } from "./search-db.ts";
import { openSearcher } from "./searcher.ts";
import { createSearchesFirst } from "./searches-first.ts";

/** Milliseconds between two notices of how far the index is. */
const noticeInterval = 1_000;
/** While calls come thick: milliseconds before any indexing, and how much longer than it the rest after it is. */
const patience = 10_000;
const share = 20;
/** Milliseconds that a step of indexing waits for searches. */
const courtesy = 25;

/** Milliseconds between tries to make an index where none could be made, while calls come in. */
const retryInterval = 1_000;

/** The worker of the text index. It reads the calls on a connection that never writes, and owns search.db. */
export function runSearch({ file, searchFile }: WorkerStart, port: MessagePort): void {
  const send = (message: FromWorker): void => port.postMessage(message);
  const warn = (message: string): void => send({ level: "warn", message });
  const connection = openConnection(file, 2_000, { readOnly: true, existing: true });
  const around = readAround((message) => send({ event: "damaged", message }));
  const names = openNames(connection, around);
  const pauses = createPauses();
  const first = createSearchesFirst(courtesy);
  const ends = prepareEnds(connection, around);
  let sweepDue = true;
  let toldAt = Number.NEGATIVE_INFINITY;
  let toldWhole = true;
  let stopped = false;
  let restUntil: number | undefined;
  /** No index could be made, as on a full disk, when it was tried last. */
  let missing = false;
  let triedAt: number;

  const openIndex = () => {
    const db = opened();
    try {
      return settled(db);
    } catch (error) {
      db.close();
      if (isDamage(error)) removeSearchDb(searchFile);
      lacks(error);
      return settled(withoutIndex());
    }
  };
  const settled = (db: SearchDb) => {
    const indexer = openIndexer(connection, db, around);
    indexer.settle();
    return {
      db,
      indexer,
      searcher: openSearcher({ connection, names, db, pauses, around, indexed: indexer.state }),
    };
  };
  const opened = () => {
    triedAt = performance.now();
    try {
      return openSearchDb(searchFile, missing ? () => undefined : warn);
    } catch (error) {
      lacks(error);
      return withoutIndex();
    }
  };
  const lacks = (error: unknown): void => {
    if (!missing) warn(`there is no search index, only the newest calls are searched: ${sentenceOf(error)}`);
    missing = true;
  };
  let index = openIndex();

  const renew = (why: string): void => {
    warn(`the search index ${searchFile} is damaged and is made anew: ${why}`);
    index.db.close();
    removeSearchDb(searchFile);
    index = openIndex();
    background.wake();
  };
  /** What is thrown for a damaged index; of the calls' own database somebody else takes care. */
  const isIndexDamage = (error: unknown): boolean => {
    return (isDamage(error) || sqliteCode(error) === "SQLITE_NOTADB") && !index.db.isSound();
  };

  const tell = (): void => {
    const state = index.indexer.state();
    const whole = state.through === state.of;
    if (whole === toldWhole && (whole || performance.now() - toldAt < noticeInterval)) return;
    toldAt = performance.now();
    toldWhole = whole;
    send({ event: "indexed", state });
  };

  const pause = async (): Promise<void> => {
    const due = pauses.due();
    if (due !== undefined) await due;
    await first.clear();
  };
  const background = createBackground({
    newest: () => ends.newest() ?? 0,
    async work(milliseconds, busy) {
      if (index.db.isMissing) {
        if (performance.now() - triedAt < retryInterval) return false;
        index = openIndex();
        if (index.db.isMissing) return false;
        missing = false;
        send({ level: "info", message: `the search index ${searchFile} can be made again` });
      }
      // Indexing waits for calmer times, in which the newest calls are read instead; when none come, it takes its share.
      if (!busy) restUntil = undefined;
      else restUntil ??= performance.now() + patience;
      if (restUntil !== undefined && performance.now() < restUntil) return true;
      const began = performance.now();
      try {
        await first.clear();
        if (sweepDue) {
          await index.indexer.sweep(pause);
          sweepDue = false;
        }
        const until = performance.now() + milliseconds;
        let more = true;
        while (more && !stopped && performance.now() < until) {
          tell();
          more = (await index.db.tidy(pause)) || (await index.indexer.step(pause)) || index.db.shrink();
        }
        tell();
        if (busy) restUntil = performance.now() + share * (performance.now() - began);
        return more;
      } catch (error) {
        if (stopped || !isIndexDamage(error)) throw error;
        renew(sentenceOf(error));
        return true;
      }
    },
    failed: (error) => warn(`the search index could not be kept up: ${sentenceOf(error)}`),
  });

  serve<SearchServices>(port, {
    list: ({ filter, limit, before }) =>
      first.search(async () => {
        try {
          return await index.searcher.list(filter, limit, before);
        } catch (error) {
          if (!isIndexDamage(error)) throw error;
          renew(sentenceOf(error));
          return index.searcher.list(filter, limit, before);
        }
      }),
    written: async () => background.wake(),
    async sweep() {
      sweepDue = true;
      background.wake();
    },
    async renew({ why }) {
      renew(`it was found so after an unclean end: ${why}`);
    },
    state: async () => index.indexer.state(),
    async close() {
      stopped = true;
      pauses.stop();
      await background.stop();
      port.once("close", () => {
        index.db.close();
        connection.close();
      });
      return undefined;
    },
  });
  background.wake();
}
