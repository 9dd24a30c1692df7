import type { Problem } from "../../../shared/model/server.ts";

/** What kinds of things are kept: the person's secrets, OAuth grants and clients, and the hub's own keys. */
export type SecretArea = "secret" | "oauth" | "key";

/** A name that is kept, never its value. */
export interface StoredName {
  readonly name: string;
  /** When its value was last set, milliseconds since the epoch. */
  readonly setAt: number;
}

/**
 * Where secrets lie. Values are text of any length; names are the caller's. Every method rejects with a GatehouseError
 * `secrets_unavailable` when the store cannot be used (no keychain, no library, locked, passphrase not given).
 */
export interface SecretStore {
  readonly kind: "keychain" | "file";
  get(area: SecretArea, name: string): Promise<string | undefined>;
  /** Durable when it resolves. A crash in between leaves the old value whole. */
  set(area: SecretArea, name: string, value: string): Promise<void>;
  /** Resolves with whether there was one. */
  remove(area: SecretArea, name: string): Promise<boolean>;
  /** In the order of the names; does not open the store. */
  list(area: SecretArea): Promise<StoredName[]>;
  /** Why it cannot be used now and what to do, or null; opens the store to find out. */
  problem(): Promise<Problem | null>;
}

/** Both places where secrets can lie, each opened at its first use; which of them is used the configuration says. */
export interface SecretStores {
  readonly keychain: SecretStore;
  readonly file: PassphraseStore;
  /** Ends helper processes and forgets keys. */
  close(): void;
}

/** A store that a passphrase opens, once for each run of the hub. */
export interface PassphraseStore extends SecretStore {
  /** "new": no passphrase was ever chosen; "locked": it was not given in this run. */
  readonly state: "new" | "locked" | "open";
  /**
   * Opens the store; with "new", chooses the passphrase. Rejects with `secrets_unavailable`, changing nothing, when it
   * is not the right one.
   */
  unlock(passphrase: string): Promise<void>;
}
