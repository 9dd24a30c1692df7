import { readFileSync } from "node:fs";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { PassphraseStore, SecretArea } from "../../hub/ports/secrets.ts";
import { problemOf } from "../keychain/keychain-store.ts";
import type { WriteFile } from "../names-index.ts";
import { inTurn } from "../turns.ts";
import { deriveKey, isKeyOf, newKdf, type Sealed, seal, sealedSchema, unseal } from "./seal.ts";

/** Fewer characters are no passphrase. */
const SHORTEST_PASSPHRASE = 8;

/** Where the file lies, and what it is written with. */
export interface FileStoreOptions {
  readonly file: string;
  readonly write: WriteFile;
  readonly now?: () => number;
  /** scrypt's cost for a new file, a power of two. */
  readonly cost?: number;
}

/** A file store, and what makes it forget its key. */
export interface OpenedFileStore extends PassphraseStore {
  lock(): void;
}

/**
 * Secrets in one file under a passphrase, for machines without a keychain. The key is in memory once the passphrase
 * was given; values are decrypted when asked for. The file is read each time and replaced whole.
 */
export function createFileStore({ file, write, now = Date.now, cost }: FileStoreOptions): OpenedFileStore {
  const turn = inTurn();
  let key: Buffer | undefined;

  const read = (): Sealed | undefined => {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw damaged(file, sentenceOf(error));
    }
    try {
      return sealedSchema.parse(JSON.parse(text));
    } catch {
      throw damaged(file, "it is no file of secrets");
    }
  };

  const opened = (): { key: Buffer; sealed: Sealed; values: Record<string, string> } => {
    const sealed = read();
    if (sealed === undefined) throw noPassphrase();
    if (key === undefined || !isKeyOf(sealed, key)) throw locked();
    const values = unseal(sealed, key);
    if (values === undefined) throw damaged(file, "its contents are not what was written");
    return { key, sealed, values };
  };

  return {
    kind: "file",

    get state() {
      if (key !== undefined) return "open";
      return read() === undefined ? "new" : "locked";
    },

    unlock: (passphrase) =>
      turn(async () => {
        const sealed = read();
        if (sealed !== undefined) {
          const derived = await deriveKey(passphrase, sealed.kdf);
          if (!isKeyOf(sealed, derived)) throw wrongPassphrase();
          key = derived;
          return;
        }
        if (passphrase.length < SHORTEST_PASSPHRASE) throw tooShort();
        const kdf = newKdf(cost);
        const derived = await deriveKey(passphrase, kdf);
        write(file, textOf(seal(derived, kdf, {}, {})));
        key = derived;
      }),

    lock() {
      key?.fill(0);
      key = undefined;
    },

    get: (area, name) =>
      turn(async () => {
        const { values } = opened();
        const at = keyOf(area, name);
        return Object.hasOwn(values, at) ? values[at] : undefined;
      }),

    set: (area, name, value) =>
      turn(async () => {
        const { key: current, sealed, values } = opened();
        const names = { ...sealed.names, [area]: { ...sealed.names[area], [name]: now() } };
        write(file, textOf(seal(current, sealed.kdf, names, { ...values, [keyOf(area, name)]: value })));
      }),

    remove: (area, name) =>
      turn(async () => {
        const { key: current, sealed, values } = opened();
        const { [keyOf(area, name)]: gone, ...rest } = values;
        if (gone === undefined) return false;
        const { [name]: _, ...others } = sealed.names[area] ?? {};
        write(file, textOf(seal(current, sealed.kdf, { ...sealed.names, [area]: others }, rest)));
        return true;
      }),

    list: (area) =>
      turn(async () =>
        Object.entries(read()?.names[area] ?? {})
          .map(([name, setAt]) => ({ name, setAt }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),

    problem: () => turn(async () => void opened()).then(() => null, problemOf),
  };
}

const keyOf = (area: SecretArea, name: string): string => `${area}/${name}`;
const textOf = (sealed: Sealed): string => `${JSON.stringify(sealed, null, 2)}\n`;

const UNLOCK =
  "Run `gatehouse secret unlock`, or start the hub with GATEHOUSE_PASSPHRASE_FILE naming a file that holds the passphrase.";

const noPassphrase = (): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    "no passphrase has been chosen for the file of secrets yet",
    UNLOCK,
  );
const locked = (): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    "the file of secrets is locked: its passphrase was not given since the hub started",
    UNLOCK,
  );
const wrongPassphrase = (): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    "this is not the passphrase of the file of secrets; nothing was changed",
    "Try again.",
  );
const tooShort = (): GatehouseError =>
  new GatehouseError(
    "bad_request",
    `a passphrase has at least ${SHORTEST_PASSPHRASE} characters`,
    "Choose a longer one; several words are best.",
  );
const damaged = (file: string, why: string): GatehouseError =>
  new GatehouseError(
    "secrets_unavailable",
    `the file of secrets ${file} cannot be read: ${why}`,
    "It was left as it is. Restore it from a backup, or move it away and set the secrets again.",
  );
