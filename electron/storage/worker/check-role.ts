import { existsSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import Database from "better-sqlite3";
import { sentenceOf } from "../../../shared/errors.ts";
import { yieldToOthers } from "./background.ts";
import type { CheckServices, WorkerStart } from "./messages.ts";
import { serve } from "./serve.ts";

/** Faults that are told. */
const most = 20;

/** The worker that looks whole databases over after an unclean end: in a thread of its own, since it cannot pause. */
export function runCheck({ file, searchFile }: WorkerStart, port: MessagePort): void {
  yieldToOthers();
  serve<CheckServices>(port, {
    check: async () => ({
      database: faultsOf(file),
      index: existsSync(searchFile) ? faultsOf(searchFile) : [],
    }),
    close: () => Promise.resolve(undefined),
  });
}

/** What SQLite finds wrong; empty: nothing. */
function faultsOf(file: string): string[] {
  const connection = new Database(file, { timeout: 5_000 });
  try {
    connection.pragma("query_only = ON");
    connection.pragma("cache_size = -4000");
    const rows = connection.pragma(`quick_check(${most})`) as { quick_check: string }[];
    return rows.map(({ quick_check }) => quick_check).filter((text) => text !== "ok");
  } catch (error) {
    return [sentenceOf(error)];
  } finally {
    connection.close();
  }
}
