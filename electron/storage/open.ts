import { sentenceOf } from "../../shared/errors.ts";
import type { Storage } from "../hub/ports/storage.ts";
import { openAccounts } from "./accounts.ts";
import { openAudit } from "./audit.ts";
import { prepareCallWriter } from "./call-writer.ts";
import { openCalls } from "./calls.ts";
import { openCatalogs } from "./catalogs.ts";
import { openClients } from "./clients.ts";
import { type Connection, openConnection, unusable } from "./database.ts";
import { createGroupCommit } from "./group-commit.ts";
import { openMetrics } from "./metrics.ts";
import { migrate } from "./migrate.ts";
import { openNames } from "./names.ts";
import { openOAuth } from "./oauth.ts";
import { openPins } from "./pins.ts";
import { openRuleUses } from "./rule-uses.ts";
import { openServerCounts } from "./server-counts.ts";
import { openSessions } from "./sessions.ts";
import { createMainTurn } from "./turn.ts";
import { startWorker, type WorkerLink } from "./worker-link.ts";

export interface StorageOptions {
  /** The database, gatehouse.db of the home; created when missing. */
  readonly file: string;
  /** worker-main.ts, or what it was built into. */
  readonly workerScript: URL | string;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Milliseconds since the epoch; Date.now by default. */
  readonly clock?: () => number;
}

/** Bytes written after which the worker is asked to checkpoint, rather than at its next look. */
const checkpointAfter = 8 * 1024 * 1024;

/**
 * Opens the hub's database, brings it to this version and starts its worker. An unclean end of an earlier process is
 * repaired by SQLite. Throws GatehouseError storage_unusable, or storage_newer for a database of a later Gatehouse.
 */
export function openStorage({ file, workerScript, log, clock = Date.now }: StorageOptions): Storage {
  const connection = openConnection(file, 8_000);
  const turn = createMainTurn();
  let worker: WorkerLink;
  try {
    migrate(connection);
    worker = startWorker({ file, script: workerScript, turn, log });
  } catch (error) {
    connection.close();
    throw unusable(file, error);
  }
  return assemble(connection, worker);

  function assemble(connection: Connection, worker: WorkerLink): Storage {
    const names = openNames(connection);
    const counts = openServerCounts(connection, names);
    let unchecked = 0;
    const group = createGroupCommit({
      connection,
      writeCall: prepareCallWriter(connection, names),
      turn,
      rolledBack: names.forget,
      stored: counts.stored,
      wrote(bytes) {
        unchecked += bytes;
        if (unchecked < checkpointAfter) return;
        unchecked = 0;
        worker.ask("maintain", undefined).catch(() => undefined);
      },
      log,
    });
    const calls = openCalls({ group, worker, counts, log });
    const clients = openClients(connection, group);
    const sessions = openSessions(connection, group);
    let closed: Promise<void> | undefined;

    const close = async (): Promise<void> => {
      clients.writeTimes();
      sessions.writeTimes();
      await calls.settled();
      await group.drained();
      await worker.close();
      await group.drained();
      try {
        connection.pragma("wal_checkpoint(TRUNCATE)");
      } catch (error) {
        // Nothing is lost: the next start goes on from the write-ahead log.
        log("warn", `the last checkpoint of ${file} failed: ${sentenceOf(error)}`);
      } finally {
        connection.close();
      }
    };

    return {
      calls,
      metrics: openMetrics(worker),
      clients,
      sessions,
      catalogs: openCatalogs(connection, clock),
      pins: openPins(connection),
      ruleUses: openRuleUses(connection, group),
      audit: openAudit(connection),
      oauth: openOAuth(connection),
      accounts: openAccounts(connection),
      check: () => worker.ask("check", undefined),
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  }
}
