import { sentenceOf } from "../../shared/errors.ts";
import type { CallLog, CallRow } from "../hub/ports/storage.ts";
import type { Committed, GroupCommit } from "./group-commit.ts";
import type { Health } from "./health.ts";
import { compressAbove, storedParts, workerAbove } from "./parts.ts";
import type { ServerCounts } from "./server-counts.ts";
import type { SearchServices, StoreServices } from "./worker/messages.ts";
import type { WorkerLink } from "./worker-link.ts";

interface Options {
  readonly group: GroupCommit;
  readonly worker: WorkerLink<StoreServices>;
  readonly search: WorkerLink<SearchServices>;
  readonly counts: ServerCounts;
  readonly health: Pick<Health, "suspect">;
  /** Told of what the worker has stored. */
  readonly stored: () => void;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** Bytes copied in one turn of the loop on the way to the worker. */
const copiedAtOnce = 4 * 1024 * 1024;

/**
 * The call log. Small calls join the next group commit at once, those over 256 KB after they were compressed off the
 * loop, those over 4 MB go to the worker. `settled` resolves when the slow ones on their way have been answered.
 */
export function openCalls(options: Options): CallLog & { settled(): Promise<void> } {
  const { group, worker, search, counts, health, stored, log } = options;
  const slow = new Set<Promise<void>>();

  const compressed = async (row: CallRow, committed: Committed): Promise<void> => {
    const parts = await storedParts(row);
    await new Promise<void>((resolve) => {
      group.call(row, parts, (error, id) => {
        resolve();
        committed(error, id);
      });
    });
  };

  const byWorker = async (row: CallRow, committed: Committed): Promise<void> => {
    const request = await copyOf(row.request);
    const result = await copyOf(row.result);
    const error = await copyOf(row.error);
    const buffers = [request, result, error].flatMap((bytes) => (bytes === null ? [] : [bytes.buffer]));
    const id = await worker
      .ask("store", { row: { ...row, request, result, error } }, { transfer: buffers })
      .catch((failure: unknown) => {
        health.suspect();
        throw failure;
      });
    counts.stored(row, id);
    stored();
    guarded(() => committed(undefined, id));
  };

  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      log("error", `a listener for a commit failed: ${sentenceOf(error)}`);
    }
  };

  return {
    append(row, committed, alone = false) {
      const request = row.request?.byteLength ?? 0;
      const result = row.result?.byteLength ?? 0;
      const error = row.error?.byteLength ?? 0;
      if (request <= compressAbove && result <= compressAbove && error <= compressAbove) {
        group.call(row, undefined, committed, alone);
        return;
      }
      const total = request + result + error;
      const work = (total > workerAbove ? byWorker : compressed)(row, committed).catch((failure: unknown) =>
        guarded(() => committed(failure instanceof Error ? failure : new Error(String(failure)), 0)),
      );
      slow.add(work);
      void work.then(() => slow.delete(work));
    },
    list: (filter, limit, before) =>
      (filter.search ?? "") === "" && (filter.error ?? "") === ""
        ? worker.ask("list", { filter, limit, before })
        : search.ask("list", { filter, limit, before }),
    count: (filter) => worker.ask("count", { filter }),
    get: (id, maxBytes) => worker.ask("get", { id, maxBytes }),
    countSince: counts.since,
    async settled() {
      while (slow.size > 0) await Promise.all(slow);
    },
  };
}

/** A copy that can be handed to another thread, made over several turns of the loop: the original is still in use. */
async function copyOf(bytes: Uint8Array | null): Promise<Uint8Array<ArrayBuffer> | null> {
  if (bytes === null) return null;
  const copy = new Uint8Array(bytes.byteLength);
  for (let start = 0; start < bytes.byteLength; start += copiedAtOnce) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    copy.set(bytes.subarray(start, start + copiedAtOnce), start);
  }
  return copy;
}
