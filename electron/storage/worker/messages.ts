import type { CallDetail, CallSummary } from "../../../shared/model/call.ts";
import type { MetricsQuery, MetricsStore, Summed } from "../../hub/ports/metrics.ts";
import type { CallQueryFilter, CallRow, StorageCheck } from "../../hub/ports/storage.ts";

/** What the storage worker is started with. */
export interface WorkerStart {
  readonly file: string;
  /** The memory of the write turn (turn.ts). */
  readonly turn: SharedArrayBuffer;
}

/** The worker's services: what each takes and gives. */
export interface Services {
  /** Stores a call with a large payload; gives its id once it is committed. */
  store: { takes: { row: CallRow }; gives: number };
  list: {
    takes: { filter: CallQueryFilter; limit: number; before: number | undefined };
    gives: { calls: CallSummary[]; more: boolean };
  };
  get: { takes: { id: number; maxBytes: number }; gives: CallDetail | undefined };
  /** One of the questions about sums of calls. */
  metrics: {
    takes: { [M in Summed]: { ask: M; query: Parameters<MetricsStore[M]>[0] } }[Summed];
    gives: Awaited<ReturnType<MetricsStore[Summed]>>;
  };
  /** What recorded texts take in tokens. */
  usage: {
    takes: Pick<MetricsQuery, "from" | "to">;
    gives: Awaited<ReturnType<MetricsStore["usage"]>>;
  };
  countTokens: { takes: { texts: readonly string[] }; gives: number[] };
  /** Copies the log into the database and brings the time floors up to date. */
  maintain: { takes: undefined; gives: undefined };
  /** Looks the database through. */
  check: { takes: undefined; gives: StorageCheck };
  /** Ends running searches, waits for running stores, closes the connection. */
  close: { takes: undefined; gives: undefined };
}
export type ServiceName = keyof Services;

export interface ToWorker<S extends ServiceName = ServiceName> {
  readonly id: number;
  readonly service: S;
  readonly takes: Services[S]["takes"];
}

export type FromWorker =
  | { readonly id: number; readonly gives: Services[ServiceName]["gives"] }
  | { readonly id: number; readonly error: string }
  | { readonly level: "info" | "warn" | "error"; readonly message: string };
