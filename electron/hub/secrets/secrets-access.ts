import type { PassphraseStore, SecretStore } from "../ports/secrets.ts";

/** What the hub has for secrets. */
export interface SecretsAccess {
  /** The store that the configuration names. */
  readonly chosen: SecretStore;
  /** The one under a passphrase, whether or not it is chosen. */
  readonly file: PassphraseStore;
}
