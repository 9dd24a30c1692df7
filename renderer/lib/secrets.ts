import type { Broadcast, Result } from "../../shared/contract.ts";
import type { Connection } from "./connection.ts";
import { useResource } from "./resource.ts";

/** The names of the secrets, with who uses them, and where they are kept. */
export type Secrets = Result<"secrets.list">;

const load = (connection: Connection): Promise<Secrets> => connection.call("secrets.list", {});
// Which servers use which stands in the configuration.
const CHANGED: readonly Broadcast[] = ["secretsChanged", "settingsChanged", "serverRemoved"];
/** The names of the secrets, kept true. */
export const useSecrets = () => useResource(load, CHANGED);

const loadStatus = (connection: Connection) => connection.call("secrets.status", {});
const STATUS_CHANGED: readonly Broadcast[] = ["secretsChanged", "settingsChanged"];
/** Whether secrets can be used now; reading it opens the store. */
export const useSecretStore = () => useResource(loadStatus, STATUS_CHANGED);

/** Where secrets are kept, in the middle of a sentence. */
export const storeWords = (store: Secrets["store"]): string =>
  store === "file" ? "the file of secrets" : "the keychain";
