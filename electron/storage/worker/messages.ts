import type { CallCounts, CallDetail, CallSummary, Searched } from "../../../shared/model/call.ts";
import type { CallsVerified } from "../../../shared/model/history.ts";
import type { MetricsQuery, MetricsStore, Summed } from "../../hub/ports/metrics.ts";
import type { CallQueryFilter, CallRow } from "../../hub/ports/storage.ts";
import type { ChainKey, ChainState, TakeKeys } from "../history/chain.ts";
import type { RetentionRules } from "../history/retention.ts";

/** What a worker of the storage is started with. */
export interface WorkerStart {
  /** store: large payloads, lists, upkeep; search: the text index. */
  readonly role: "store" | "search";
  readonly file: string;
  readonly searchFile: string;
  /** The memory of the write turn (turn.ts). */
  readonly turn: SharedArrayBuffer;
  /** Written by a newer Gatehouse: nothing is changed. */
  readonly readOnly: boolean;
}

/** The services of the store worker: what each takes and gives. */
export interface StoreServices {
  /** Stores a call with a large payload; gives its id once it is committed. */
  store: { takes: { row: CallRow }; gives: number };
  list: {
    takes: { filter: CallQueryFilter; limit: number; before: number | undefined };
    gives: { calls: CallSummary[]; more: boolean };
  };
  count: { takes: { filter: CallQueryFilter }; gives: CallCounts };
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
  /** Something was written a moment ago: it is to be chained. */
  written: { takes: undefined; gives: undefined };
  /** The keys that the chain may be made with; gives where the one that was chosen lies. */
  chainKeys: { takes: { keys: readonly ChainKey[]; when: TakeKeys }; gives: ChainKey["source"] | null };
  chainState: { takes: undefined; gives: ChainState };
  retention: { takes: RetentionRules; gives: undefined };
  /** Follows the chain; tells its progress. */
  verify: { takes: undefined; gives: CallsVerified };
  /** Copies the database as it is now to a new file; gives its bytes, tells its progress. */
  backup: { takes: { file: string }; gives: number };
  /** Ends running searches, waits for running stores, closes the connection. */
  close: { takes: undefined; gives: undefined };
}

/** The services of the search worker. */
export interface SearchServices {
  list: {
    takes: { filter: CallQueryFilter; limit: number; before: number | undefined };
    gives: { calls: CallSummary[]; more: boolean; searched: Searched };
  };
  /** Something was written a moment ago: it is to be indexed. */
  written: { takes: undefined; gives: undefined };
  /** Calls were removed: what they left in the index is to go. */
  sweep: { takes: undefined; gives: undefined };
  /** The index is damaged: it is made anew. */
  renew: { takes: { why: string }; gives: undefined };
  state: { takes: undefined; gives: Searched };
  close: { takes: undefined; gives: undefined };
}

/** Any worker's services. */
export interface AnyServices {
  readonly close: { takes: undefined; gives: undefined };
}
/** The name of a service of such a worker. */
export type ServiceOf<W> = keyof W & string;
/** What a service is asked with. */
export type Takes<W, S extends keyof W> = W[S] extends { takes: infer T } ? T : never;
/** What it answers. */
export type Gives<W, S extends keyof W> = W[S] extends { gives: infer G } ? G : never;

/** A request to a worker; its answers carry the same id. */
export interface ToWorker<W, S extends ServiceOf<W> = ServiceOf<W>> {
  readonly id: number;
  readonly service: S;
  readonly takes: Takes<W, S>;
}

/** What a worker tells unasked. */
export type WorkerEvent =
  /** Calls were removed by retention: so many since the worker began. */
  | { readonly event: "removed"; readonly calls: number }
  | { readonly event: "indexed"; readonly state: Searched }
  /** The database cannot be read or written as it should be. */
  | { readonly event: "damaged"; readonly message: string };

/** What comes back: an answer, an error, how far it has come, a line for the log, or an event. */
export type FromWorker =
  | { readonly id: number; readonly gives: unknown }
  | {
      readonly id: number;
      readonly error: string;
      readonly code?: string | undefined;
      readonly advice?: string | undefined;
    }
  | { readonly id: number; readonly done: number; readonly of: number }
  | { readonly level: "info" | "warn" | "error"; readonly message: string }
  | WorkerEvent;
