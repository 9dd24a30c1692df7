import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import type { CallRow } from "../hub/ports/storage.ts";
import type { CallWriter } from "./call-writer.ts";
import { isDamage } from "./damage.ts";
import { type Connection, isConstraint } from "./database.ts";
import type { StoredParts } from "./parts.ts";
import type { MainTurn } from "./turn.ts";

export type Committed = (error: Error | undefined, id: number) => void;

/** Collects what one turn of the event loop wants to write, and commits it as one transaction. */
export interface GroupCommit {
  /** `alone`: nothing else can join the group, so it is committed at once. */
  call(row: CallRow, parts: StoredParts | undefined, committed: Committed, alone?: boolean): void;
  /** Any other write; `write` runs inside the transaction, after the calls. */
  write(write: () => void, committed?: (error: Error | undefined) => void): void;
  /** A write that shows whether calls can be recorded. */
  probe(write: () => void): void;
  /** Resolves when nothing is queued. */
  drained(): Promise<void>;
}

interface Options {
  readonly connection: Connection;
  readonly writeCall: CallWriter;
  readonly turn: MainTurn;
  /** Called when a transaction was rolled back, before any `committed`. */
  readonly rolledBack: () => void;
  /** Called after each commit with roughly how many bytes it wrote, before any `committed`. */
  readonly wrote: (bytes: number) => void;
  /** Called for each call that was committed, before its `committed`. */
  readonly stored: (row: CallRow, id: number) => void;
  /** Called after each transaction with calls, or with a probe, and after each that failed, before any `committed`. */
  readonly recorded: (error: Error | undefined) => void;
  /** Called when something other than calls could not be written because a page that it needs is damaged. */
  readonly damaged: (message: string) => void;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** A write that is no call. */
interface QueuedWrite {
  readonly write: () => void;
  readonly committed: ((error: Error | undefined) => void) | undefined;
  /** It shows whether calls can be recorded. */
  readonly probes?: true;
}

/** What became of the calls and probes of a group, and of each of its writes; without `errors` the same. */
interface Outcome {
  readonly error: Error | undefined;
  readonly errors: readonly (Error | undefined)[] | undefined;
}

/** Tries for the turn on consecutive event-loop turns before it waits a millisecond between tries. */
const eagerTries = 64;

/**
 * A group commit on the connection that alone writes calls. A failed write is told by its `committed`, never thrown.
 */
export function createGroupCommit({
  connection,
  writeCall,
  turn,
  rolledBack,
  wrote,
  stored,
  recorded,
  damaged,
  log,
}: Options): GroupCommit {
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");

  // What is queued, by position; kept apart and reused so that a call costs no allocation here.
  let rows: CallRow[] = [];
  let parts: (StoredParts | undefined)[] = [];
  let callbacks: Committed[] = [];
  let spareRows: CallRow[] = [];
  let spareParts: (StoredParts | undefined)[] = [];
  let spareCallbacks: Committed[] = [];
  const ids: number[] = [];
  let writes: QueuedWrite[] = [];

  let scheduled = false;
  let tries = 0;
  let failing = false;
  let waiting: (() => void)[] = [];

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      log("error", `a listener for a commit failed: ${sentenceOf(error)}`);
    }
  };

  /** The transaction itself; returns what went wrong. */
  const transact = (calls: number, writes: readonly QueuedWrite[]): Error | undefined => {
    let bytes = 0;
    if (!connection.open) return new GatehouseError("internal", "the call log is closed");
    try {
      begin.run();
      for (let i = 0; i < calls; i++) {
        const row = rows[i] as CallRow;
        ids[i] = writeCall(row, parts[i]);
        bytes +=
          512 + (row.request?.byteLength ?? 0) + (row.result?.byteLength ?? 0) + (row.error?.byteLength ?? 0);
      }
      for (const { write } of writes) write();
      commit.run();
    } catch (error) {
      guarded(() => connection.inTransaction && connection.exec("ROLLBACK"));
      guarded(rolledBack);
      return error instanceof Error ? error : new Error(String(error));
    }
    wrote(bytes + writes.length * 512);
    return undefined;
  };

  const report = (error: Error | undefined, items: number): void => {
    if (error !== undefined && !failing)
      log("error", `${items} records could not be written to ${connection.name}: ${error.message}`);
    if (error === undefined && failing) log("info", `records are written to ${connection.name} again`);
    failing = error !== undefined;
    guarded(() => recorded(error));
  };

  /** One transaction; but a damaged page that a write of another kind needs must not keep calls from being recorded. */
  const transactAll = (calls: number): Outcome => {
    let error = transact(calls, writes);
    if (isConstraint(error)) {
      writeCall.renew();
      error = transact(calls, writes);
    }
    if (error === undefined || !isDamage(error) || writes.length === 0) return { error, errors: undefined };
    let callError = calls > 0 ? transact(calls, []) : undefined;
    const errors = writes.map((write) => {
      const its = transact(0, [write]);
      if (write.probes === true) callError ??= its;
      else if (its !== undefined) damaged(its.message);
      return its;
    });
    return { error: callError, errors };
  };

  function flush(): void {
    scheduled = false;
    if (!turn.tryTake()) {
      scheduled = true;
      if (++tries < eagerTries) setImmediate(flush);
      else setTimeout(flush, 1);
      return;
    }
    tries = 0;
    const calls = rows.length;
    let error: Error | undefined;
    let errors: readonly (Error | undefined)[] | undefined;
    try {
      ({ error, errors } = transactAll(calls));
    } finally {
      turn.release();
    }
    const doneCallbacks = callbacks;
    const doneWrites = writes;
    const doneRows = rows;
    const doneParts = parts;
    // Listeners may queue more: they find empty arrays, and the ids of this group are used up before the next flush.
    rows = spareRows;
    parts = spareParts;
    callbacks = spareCallbacks;
    if (doneWrites.length > 0) writes = [];
    if (error !== undefined || calls > 0 || doneWrites.some(({ probes }) => probes === true))
      report(error, calls + doneWrites.length);
    for (let i = 0; i < calls; i++) {
      const committed = doneCallbacks[i] as Committed;
      try {
        if (error === undefined) {
          const id = ids[i] as number;
          stored(doneRows[i] as CallRow, id);
          committed(undefined, id);
        } else committed(error, 0);
      } catch (thrown) {
        log("error", `a listener for a commit failed: ${sentenceOf(thrown)}`);
      }
    }
    doneWrites.forEach(({ committed }, at) => {
      if (committed !== undefined) guarded(() => committed(errors === undefined ? error : errors[at]));
    });
    doneRows.length = 0;
    doneParts.length = 0;
    doneCallbacks.length = 0;
    spareRows = doneRows;
    spareParts = doneParts;
    spareCallbacks = doneCallbacks;
    if (!scheduled && waiting.length > 0) {
      const resolve = waiting;
      waiting = [];
      for (const each of resolve) each();
    }
  }

  return {
    call(row, stored, committed, alone) {
      rows.push(row);
      parts.push(stored);
      callbacks.push(committed);
      // Nobody else can join its group: waiting for the end of the turn would only cost time.
      if (alone === true && !scheduled && rows.length === 1 && writes.length === 0) flush();
      else schedule();
    },
    write(write, committed) {
      writes.push({ write, committed });
      schedule();
    },
    probe(write) {
      writes.push({ write, committed: undefined, probes: true });
      schedule();
    },
    drained: () => (scheduled ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
}
