import type { AuditEntry } from "../../../shared/model/audit.ts";
import type {
  CallCounts,
  CallDetail,
  CallEvent,
  CallFilter,
  CallStatus,
  CallSummary,
  Searched,
} from "../../../shared/model/call.ts";
import type { Client, ClientSession, Labels } from "../../../shared/model/client.ts";
import type { CallsVerified, HistoryState } from "../../../shared/model/history.ts";
import type { Problem } from "../../../shared/model/server.ts";
import type { MetricsStore } from "./metrics.ts";
import type { OAuthStore, TokenAudience } from "./pairing.ts";
import type { AccountStore } from "./upstream-auth.ts";

/** A finished call. Times in microseconds; payloads are raw JSON bytes, spliced from the messages themselves. */
export interface CallRow {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly clientId: string | null;
  readonly client: string | null;
  readonly session: string | null;
  readonly server: string | null;
  readonly tool: string | null;
  readonly method: string;
  readonly profile: string | null;
  readonly project: string | null;
  readonly rule: string | null;
  readonly status: CallStatus;
  readonly durationUs: number;
  readonly queueUs: number;
  readonly consentUs: number;
  readonly upstreamUs: number;
  readonly hubUs: number;
  readonly request: Uint8Array | null;
  readonly result: Uint8Array | null;
  readonly error: Uint8Array | null;
  /** The payloads' sizes in bytes, where they are not kept themselves; null: not kept either, or there was none. */
  readonly sizes?: {
    readonly request: number | null;
    readonly result: number | null;
    readonly error: number | null;
  };
  /** What went on within the call; undefined, as with nearly every call: nothing. */
  readonly events?: CallEvents | undefined;
}

/** Messages within a call, in order, and how many more there were. */
export interface CallEvents {
  readonly events: readonly CallEvent[];
  readonly more: number;
}

/** Calls to one of these servers, or by one of these clients. */
export interface CallParties {
  readonly servers: readonly string[];
  readonly clientIds: readonly string[];
}

/** Clients by the names that they had then (`*` stands for any characters), or by their ids. */
export interface ClientQuery {
  readonly names: readonly string[];
  readonly ids: readonly string[];
}

/** What the log can be filtered by: who has which label, or was renamed, the hub knows. */
export interface CallQueryFilter extends Omit<CallFilter, "client" | "environment" | "team" | "not"> {
  readonly client?: ClientQuery | undefined;
  readonly not?:
    | (Omit<NonNullable<CallFilter["not"]>, "client"> & { readonly client?: ClientQuery | undefined })
    | undefined;
  /** Each must hold. */
  readonly parties?: readonly CallParties[] | undefined;
}

export interface CallLog {
  /**
   * Queues a row for the next group commit. `committed` is called after the transaction that holds the row has been
   * committed to SQLite (payloads over 4 MB: by the worker), with the row's id, or with an error if it never will be.
   * The caller must not change the payload bytes afterwards. `alone`: no other call is under way that could join the
   * group, so the row may be committed at once, before this returns.
   */
  append(row: CallRow, committed: (error: Error | undefined, id: number) => void, alone?: boolean): void;
  /** Newest first. `searched` tells how far `search` and `error` reached; it is there when one of them was given. */
  list(
    filter: CallQueryFilter,
    limit: number,
    before: number | undefined,
  ): Promise<{ calls: CallSummary[]; more: boolean; searched?: Searched | undefined }>;
  /** How many calls fit a filter that seeks no text. */
  count(filter: CallQueryFilter): Promise<CallCounts>;
  get(id: number, maxBytes: number): Promise<CallDetail | undefined>;
  /** Calls per server since a time (milliseconds since the epoch). */
  countSince(since: number): ReadonlyMap<string, number>;
}

/** A key that the history's chain may be made with. */
export interface HistoryKey {
  readonly key: Uint8Array;
  /** Where it lies: the keychain, or a file of the home, which whoever can change the history can read too. */
  readonly source: "keychain" | "file";
  /** It is older than this start: calls of earlier starts were chained with it. */
  readonly isOld?: boolean;
}

/** The history's upkeep: how long calls are kept, and how it is shown that nobody has changed them. */
export interface CallHistory {
  /** It can only be read: nothing is recorded, so nothing is chained, and no key is wanted. */
  readonly readOnly: boolean;
  /**
   * The keys that the chain may be made with, the preferred first; resolves with where the chosen one lies, null when none
   * was. "fits": one that the chain was made with; "empty": also to begin a chain; "lost": also in place of a lost one.
   */
  takeKeys(
    keys: readonly HistoryKey[],
    when: "fits" | "empty" | "lost",
  ): Promise<HistoryKey["source"] | null>;
  /** Days that calls are kept (0: for ever), of all and of single servers, and megabytes of the database (0: no bound). */
  keep(rules: {
    readonly days: number;
    readonly maxMb: number;
    readonly servers: readonly { readonly name: string; readonly days: number }[];
  }): void;
  /** Follows the chain over all calls. */
  verify(progress: (done: number, of: number) => void): Promise<CallsVerified>;
  /**
   * Copies the database while it is in use to a new file, for the owner alone; resolves with its bytes. Rejects with
   * GatehouseError bad_request when the file exists, storage_unusable when it cannot be written.
   */
  backUp(file: string, progress: (done: number, of: number) => void): Promise<number>;
  /** Up to which call the chain goes, and how many of the calls a search for a text reaches. */
  state(): Promise<HistoryState>;
  /** Told once, when the first call since the start is recorded; returns the disposer. */
  onRecorded(listener: () => void): () => void;
  /** Tells that the index has come further, at most once a second; returns the disposer. */
  onIndexed(listener: () => void): () => void;
}

/** Whether calls can be recorded, and what stands against it. */
export interface StorageHealth {
  /** Why calls cannot be recorded now; undefined: they can, as far as is known. It is tried again every second. */
  readonly failing: Error | undefined;
  /** What the person must know, most pressing first. */
  problems(): Problem[];
  /** Returns the disposer. */
  onChanged(listener: () => void): () => void;
}

export interface StoredClient {
  readonly id: string;
  readonly name: string;
  readonly claimedName: string | null;
  readonly via: Client["via"];
  readonly profile: string | null;
  readonly labels: Labels;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  readonly revokedAt: number | null;
}

/** A token that a client holds; `hash` is its SHA-256, 32 bytes. */
export interface StoredToken {
  readonly hash: Buffer;
  readonly clientId: string;
  /** Milliseconds since the epoch; null: until it is revoked. */
  readonly expiresAt: number | null;
  /** The one place of the hub that it is for; null: everywhere. */
  readonly audience: TokenAudience | null;
}

export interface ClientStore {
  all(): StoredClient[];
  /** The tokens that have not expired; the others are forgotten. */
  tokens(now: number): StoredToken[];
  add(client: StoredClient): void;
  /** Changes what a person may change of a client, and what it calls itself. */
  update(client: Pick<StoredClient, "id" | "name" | "claimedName" | "profile" | "labels">): void;
  /** Ends a client, and its tokens with it. */
  revoke(id: string, at: number): void;
  addToken(token: StoredToken): void;
  removeToken(hash: Buffer): void;
  removeTokens(clientId: string): void;
  /** Remembers when a client was last seen; written lazily. */
  seen(id: string, at: number): void;
}

/** What must outlive the hub's process for a client's session to go on. */
export interface StoredSession {
  /** SHA-256 of the session id, hex: the id itself is never stored. */
  readonly idHash: string;
  /** Shown in the log and the UI instead of the id. */
  readonly label: string;
  readonly clientId: string | null;
  /** "all", "profile:NAME" or "server:NAME". */
  readonly scope: string;
  readonly revision: string;
  /** JSON of the client's initialize params' capabilities and clientInfo. */
  readonly capabilities: string;
  readonly clientInfo: string;
  readonly transport: ClientSession["transport"];
  /** The client's project folder, an absolute path; null while it has told none. */
  readonly project: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

export interface SessionStore {
  all(): StoredSession[];
  /** Queued for the next group commit; `committed` as in CallLog.append. */
  put(session: StoredSession, committed: (error: Error | undefined) => void): void;
  touch(idHash: string, at: number): void;
  /** Queued for the next group commit. */
  setProject(idHash: string, project: string | null): void;
  remove(idHash: string): void;
}

/** A catalogue's parts by name ("initialize", and the kinds of lists), raw JSON bytes. */
export type CatalogParts = ReadonlyMap<string, Uint8Array>;

/** The last known catalogue of each server, so that lists are answered before a server runs. */
export interface CatalogStore {
  /** `key` is a hash of what defines the server; a catalogue of another key is not returned. */
  load(server: string, key: string): CatalogParts | undefined;
  save(server: string, key: string, catalog: CatalogParts): void;
  remove(server: string): void;
}

/** What the person has accepted of a server's texts. `text` is canonical JSON, `hash` its SHA-256, hex. */
export interface StoredPin {
  readonly kind: string;
  readonly key: string;
  readonly hash: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly pinnedAt: number;
}

/** What is held back, and since when; `text` only where no catalogue holds it (a package). */
export interface StoredHeld {
  readonly kind: string;
  readonly key: string;
  readonly hash: string;
  readonly text: string | null;
  readonly since: number;
}

/** What was accepted of each server, and what waits for the person. */
export interface PinStore {
  /** The servers of which anything was accepted. */
  servers(): string[];
  /** Undefined: nothing of this server was ever accepted. */
  load(
    server: string,
  ): { readonly pins: readonly StoredPin[]; readonly held: readonly StoredHeld[] } | undefined;
  /** In one transaction: adds or replaces pins, drops others, and replaces the list of what is held. */
  save(
    server: string,
    change: {
      readonly put: readonly StoredPin[];
      readonly drop: readonly { readonly kind: string; readonly key: string }[];
      readonly held: readonly StoredHeld[];
    },
  ): void;
  remove(server: string): void;
}

/** An administrative act that is to be recorded; `at` in milliseconds since the epoch. */
export interface AuditAct extends Omit<AuditEntry, "id" | "at"> {
  readonly at: number;
}

/** Administrative acts: who did what, from where. */
export interface AuditLog {
  /** Committed when it returns. */
  record(act: AuditAct): AuditEntry;
  /** Newest first; `before` is the id of the last entry already seen, `search` a substring of act or detail in any case. */
  list(query: {
    readonly search?: string | undefined;
    readonly limit: number;
    readonly before?: number | undefined;
  }): { entries: AuditEntry[]; more: boolean };
}

/** How often a rule has decided, by its id; the time in milliseconds since the epoch. */
export interface StoredRuleUse {
  readonly rule: string;
  readonly uses: number;
  readonly lastUsedAt: number;
}

export interface RuleUseStore {
  all(): StoredRuleUse[];
  /** Queued for the next group commit. */
  put(uses: readonly StoredRuleUse[]): void;
}

/** What looking the database through has found. */
export interface StorageCheck {
  /** What is wrong with it, or null. */
  readonly problem: string | null;
  readonly bytes: number;
  /** False: it is too large to be looked through at leisure. */
  readonly whole: boolean;
}

export interface Storage {
  readonly calls: CallLog;
  readonly history: CallHistory;
  readonly health: StorageHealth;
  readonly metrics: MetricsStore;
  readonly clients: ClientStore;
  readonly sessions: SessionStore;
  readonly catalogs: CatalogStore;
  readonly pins: PinStore;
  readonly ruleUses: RuleUseStore;
  readonly audit: AuditLog;
  readonly oauth: OAuthStore;
  readonly accounts: AccountStore;
  /** Looks the database through, off the loop. */
  check(): Promise<StorageCheck>;
  /** Commits what is queued, waits for the worker, checkpoints and closes. */
  close(): Promise<void>;
}
