import type { Problem } from "../../../shared/model/server.ts";

/** What kinds of things are kept: the person's secrets, OAuth grants and clients, and the hub's own keys. */
export type SecretArea = "secret" | "oauth" | "key";

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
  list(area: SecretArea): Promise<string[]>;
  /** Why it cannot be used now and what to do, or null; opens the store to find out. */
  problem(): Promise<Problem | null>;
}
