import { renameSync, statSync } from "node:fs";
import { sentenceOf } from "../../shared/errors.ts";
import type { Problem } from "../../shared/model/problem.ts";
import type { Storage } from "../hub/ports/storage.ts";
import { openAccounts } from "./accounts.ts";
import { openAudit } from "./audit.ts";
import { prepareCallWriter } from "./call-writer.ts";
import { openCalls } from "./calls.ts";
import { openCatalogs } from "./catalogs.ts";
import { startCheck } from "./check.ts";
import { withClearErrors } from "./clear-errors.ts";
import { openClients } from "./clients.ts";
import { readAround } from "./damage.ts";
import { type Connection, openConnection, sqliteCode, unusable } from "./database.ts";
import { createGroupCommit } from "./group-commit.ts";
import { createHealth } from "./health.ts";
import { openHistory } from "./history.ts";
import { watchInPlace } from "./in-place.ts";
import { committedBefore, createOpenMark, lostSince } from "./lost-log.ts";
import { openMetrics } from "./metrics.ts";
import { isNew, isNewer, migrate, newer } from "./migrate.ts";
import { openNames } from "./names.ts";
import { openOAuth } from "./oauth.ts";
import { openPins } from "./pins.ts";
import { prepareProbe } from "./probe.ts";
import { openRuleUses } from "./rule-uses.ts";
import { openServerCounts } from "./server-counts.ts";
import { openSessions } from "./sessions.ts";
import { createMainTurn } from "./turn.ts";
import type { SearchServices, StoreServices } from "./worker/messages.ts";
import { startWorker, type WorkerLink } from "./worker-link.ts";

/** What a storage is opened with. */
export interface StorageOptions {
  /** The database, gatehouse.db of the home; created when missing. The text index search.db lies beside it. */
  readonly file: string;
  /** worker-main.ts, or what it was built into. */
  readonly workerScript: URL | string;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Milliseconds since the epoch; Date.now by default. */
  readonly clock?: () => number;
}

/** Bytes written after which the worker is asked to checkpoint, rather than at its next look. */
const checkpointAfter = 8 * 1024 * 1024;

/** Bytes above which somebody who waits for it does not have a database looked through. */
const mostChecked = 4 * 1024 * 1024 * 1024;

/**
 * Opens the hub's database, brings it to this version and starts its workers. An unclean end of an earlier process is
 * repaired by SQLite, and looked after in the background. A database of a later Gatehouse, or a file that cannot be
 * written, is opened for reading alone, which `health` tells. Throws GatehouseError storage_unusable, or storage_newer
 * where a later database cannot even be read.
 */
export function openStorage({ file, workerScript, log, clock = Date.now }: StorageOptions): Storage {
  const unclean = sizeOf(`${file}-wal`) > 0;
  const searchFile = file.replace(/[^/\\]*$/, "search.db");
  const committed = committedBefore(file);
  const leftLog = sizeOf(file) === 0 && unclean ? keepAside(`${file}-wal`, clock()) : undefined;
  let connection = openConnection(file, 2_000);
  let readOnly = false;
  try {
    readOnly = isNewer(connection) || !isWritable(connection);
    if (readOnly) {
      connection.close();
      connection = openConnection(file, 2_000, { readOnly: true });
    }
    const lost =
      isNew(connection) && (sizeOf(searchFile) > 0 || leftLog !== undefined)
        ? historyLost(file, leftLog)
        : committed && lostSince(connection, committed);
    if (lost !== undefined) log("error", lost.message);
    if (!isNewer(connection)) migrate(connection);
    return assemble(connection, lost);
  } catch (error) {
    const later = isNewer(connection);
    connection.close();
    throw later ? newer(file) : unusable(file, error);
  }

  function assemble(connection: Connection, found: Problem | undefined): Storage {
    const health = createHealth({ file, found, probe: () => group.probe(probe), log });
    const damaged = (message: string): void => health.damaged([message]);
    const around = readAround(damaged);
    const clear = <T extends object>(store: T): T => withClearErrors(store, file, damaged);
    const names = openNames(connection, around);
    const counts = openServerCounts(connection, names, around);
    const writeCall = prepareCallWriter(connection, names, around);
    const probe = prepareProbe(connection, writeCall);
    const turn = createMainTurn();
    const mark = createOpenMark(file);
    let unchecked = 0;
    const group = createGroupCommit({
      connection,
      writeCall,
      turn,
      rolledBack: names.forget,
      stored(row, id) {
        counts.stored(row, id);
        history.recorded();
      },
      wrote(bytes) {
        mark.committed();
        history.written();
        unchecked += bytes;
        if (unchecked < checkpointAfter) return;
        unchecked = 0;
        worker.ask("maintain", undefined).catch(() => undefined);
      },
      recorded: health.recorded,
      damaged,
      log,
    });
    const workers = {
      file,
      searchFile,
      readOnly,
      script: workerScript,
      turn,
      log,
    };
    const worker: WorkerLink<StoreServices> = startWorker<StoreServices>({
      ...workers,
      role: "store",
      onEvent: (event) => history.told(event),
      onRestarted: () => history.restarted(),
    });
    const search: WorkerLink<SearchServices> = startWorker<SearchServices>({
      ...workers,
      role: "search",
      lazy: true,
      onEvent: (event) => history.told(event),
    });
    const history = openHistory({
      isNewer: isNewer(connection),
      worker,
      search,
      health,
      startCheck: (files) => startCheck(workerScript, files),
      file,
      searchFile,
      readOnly,
      log,
    });
    const endWatch = readOnly ? undefined : watchInPlace(file, health.displaced);
    if (readOnly) health.readOnly(readOnlyProblem(connection, file));
    else if (unclean || health.wasDamaged()) history.check();
    const calls = openCalls({
      group,
      worker,
      search,
      counts,
      health,
      stored() {
        mark.committed();
        history.written();
        history.recorded();
      },
      log,
    });
    const clients = openClients(connection, group, around);
    const sessions = openSessions(connection, group, around);
    let closed: Promise<void> | undefined;

    const close = async (): Promise<void> => {
      clients.writeTimes();
      sessions.writeTimes();
      health.close();
      endWatch?.();
      await calls.settled();
      await group.drained();
      await history.close();
      await search.close();
      await worker.close();
      await group.drained();
      try {
        if (!readOnly) connection.pragma("wal_checkpoint(TRUNCATE)");
      } catch (error) {
        // Nothing is lost: the next start goes on from the write-ahead log.
        log("warn", `the last checkpoint of ${file} failed: ${sentenceOf(error)}`);
      } finally {
        if (!readOnly) mark.unmark();
        connection.close();
      }
    };

    return {
      calls,
      history,
      health,
      metrics: openMetrics(worker),
      clients: clear(clients),
      sessions: clear(sessions),
      catalogs: clear(openCatalogs(connection, clock, around)),
      pins: clear(openPins(connection, around)),
      ruleUses: clear(openRuleUses(connection, group, around)),
      audit: clear(openAudit(connection)),
      oauth: clear(openOAuth(connection)),
      accounts: clear(openAccounts(connection, around)),
      async check() {
        const bytes =
          Number(connection.pragma("page_count", { simple: true })) *
          Number(connection.pragma("page_size", { simple: true }));
        if (bytes > mostChecked) return { problem: null, bytes, whole: false };
        const [problem = null] = await history.faults();
        return { problem, bytes, whole: true };
      },
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  }
}

/** Bytes of a file; 0: there is none. */
function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : 0;
}

/** Renames a log without its database, which SQLite would remove; gives its new name. */
function keepAside(log: string, now: number): string {
  const aside = `${log}.${now}`;
  renameSync(log, aside);
  return aside;
}

/** Whether the file itself may be written: SQLite opens one that may not for reading, without a word. */
function isWritable(connection: Connection): boolean {
  const version = Number(connection.pragma("user_version", { simple: true }));
  connection.exec("BEGIN IMMEDIATE");
  try {
    // Nothing changes; a transaction alone is granted for a file that cannot be written, too.
    connection.pragma(`user_version = ${version}`);
    return true;
  } catch (error) {
    if (sqliteCode(error)?.startsWith("SQLITE_READONLY") === true) return false;
    throw error;
  } finally {
    connection.exec("ROLLBACK");
  }
}

/** Nobody has a text index who never had a history. */
const historyLost = (file: string, leftLog: string | undefined): Problem => ({
  code: "history_lost",
  message: `${file} was gone or empty, though there was a call history: it begins anew${
    leftLog === undefined ? "" : `; the log of its newest changes is kept as ${leftLog}`
  }`,
  advice:
    "If you have a backup (`gatehouse backup`), stop Gatehouse and put it in the file's place. Without one, clients must be connected again.",
});

function readOnlyProblem(connection: Connection, file: string) {
  return isNewer(connection)
    ? {
        code: "storage_newer",
        message: `${file} was written by a newer Gatehouse: its history can be read, and nothing is recorded`,
        advice: "Start the newer Gatehouse, or move the file aside to begin with an empty history.",
      }
    : {
        code: "storage_read_only",
        message: `${file} cannot be written: its history can be read, and nothing is recorded`,
        advice: "Make the file writable and restart Gatehouse.",
      };
}
