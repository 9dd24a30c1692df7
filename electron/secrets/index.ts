import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SecretStores } from "../hub/ports/secrets.ts";
import { createFileStore } from "./file/file-store.ts";
import { KeychainHelper } from "./keychain/helper.ts";
import { createKeychainStore } from "./keychain/keychain-store.ts";
import { NamesIndex, type WriteFile } from "./names-index.ts";

/** What both stores are opened with. */
export interface SecretsOptions {
  readonly home: string;
  /** The home's own key: the keychain's service is named after it, so that two homes do not mix, and one can be moved. */
  readonly homeKey: Uint8Array;
  /** keychain/helper-main, built or as source. */
  readonly helperScript: string;
  readonly nodePath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly write: WriteFile;
}

/** The stores of one home. Nothing is loaded, started or read before it is used. */
export function createSecretStores(options: SecretsOptions): SecretStores {
  const { home, homeKey, helperScript, nodePath, env, write } = options;
  const helper = new KeychainHelper({ script: helperScript, nodePath, env, service: serviceName(homeKey) });
  const names = new NamesIndex(join(home, "secret-names.json"), write);
  const file = createFileStore({ file: join(home, "secrets.enc"), write });
  return {
    keychain: createKeychainStore({ items: helper, names, platform: process.platform }),
    file,
    close() {
      helper.close();
      file.lock();
    },
  };
}

/** What the keychain's own programs show beside each item. */
function serviceName(homeKey: Uint8Array): string {
  return `Gatehouse ${createHash("sha256").update("gatehouse keychain:").update(homeKey).digest("hex").slice(0, 12)}`;
}
