import { createStore, type StoreApi } from "zustand/vanilla";
import type { CallFilter, Searched } from "../../../shared/model/call.ts";
import type { ExportFormat, ExportPiece } from "../../../shared/model/export.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { reachWords } from "./reach.ts";

/** A file that was made in the page. */
export interface MadeFile {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly BlobPart[];
}

export type ExportState =
  | { readonly phase: "idle" }
  | { readonly phase: "running"; readonly format: ExportFormat; readonly calls: number }
  | {
      readonly phase: "done";
      readonly name: string;
      readonly calls: number;
      /** How far the search for a text reached, where it did not reach all calls. */
      readonly reach: string | null;
    }
  | { readonly phase: "failed"; readonly failure: Failure };

/** One export at a time, piece by piece. */
export interface ExportJob {
  readonly store: StoreApi<ExportState>;
  start(filter: CallFilter, format: ExportFormat): Promise<void>;
  /** Stops it: nothing is saved. */
  cancel(): void;
  /** Forgets how the last one ended. */
  clear(): void;
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: "application/jsonl",
  csv: "text/csv",
  har: "application/json",
};

/** `save` gets the file once it is whole; `now` is for its name. */
export function createExportJob(
  connection: Pick<Connection, "call">,
  save: (file: MadeFile) => void,
  now: () => number = Date.now,
): ExportJob {
  const store = createStore<ExportState>(() => ({ phase: "idle" }));
  let round = 0;
  return {
    store,
    async start(filter, format) {
      round += 1;
      const mine = round;
      // Blobs, so that the browser may keep the pieces on its disk.
      const parts: Blob[] = [];
      let calls = 0;
      let before: number | null = null;
      let searched: Searched | null = null;
      store.setState({ phase: "running", format, calls }, true);
      try {
        do {
          const piece: ExportPiece = await connection.call("calls.export", {
            filter,
            format,
            ...(before === null ? {} : { before }),
          });
          if (mine !== round) return;
          parts.push(new Blob([piece.text]));
          calls += piece.calls;
          before = piece.next;
          searched = piece.searched ?? null;
          store.setState({ phase: "running", format, calls }, true);
        } while (before !== null);
        const name = `gatehouse-calls-${stamp(now())}.${format}`;
        save({ name, type: TYPES[format], parts });
        store.setState({ phase: "done", name, calls, reach: reachWords(searched, null) }, true);
      } catch (error) {
        if (mine === round) store.setState({ phase: "failed", failure: failureOf(error) }, true);
      }
    },
    cancel() {
      round += 1;
      store.setState({ phase: "idle" }, true);
    },
    clear() {
      if (store.getState().phase !== "running") store.setState({ phase: "idle" }, true);
    },
  };
}

/** Date and time for a file's name, UTC: 20261122-140327. */
export const stamp = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
