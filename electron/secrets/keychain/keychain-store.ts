import { createHash } from "node:crypto";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { Problem } from "../../../shared/model/server.ts";
import type { SecretArea, SecretStore, StoredName } from "../../hub/ports/secrets.ts";
import type { NamesIndex } from "../names-index.ts";
import { inTurn } from "../turns.ts";
import { unavailable } from "./advice.ts";
import { chunked } from "./chunked.ts";
import type { KeychainItems } from "./helper.ts";

/** What the keychain store is made of. */
export interface KeychainOptions {
  readonly items: KeychainItems;
  readonly names: NamesIndex;
  readonly platform: NodeJS.Platform;
  /** Most characters of one item; by default what the platform can take. */
  readonly limit?: number;
  readonly now?: () => number;
}

/** An item that is always there once the store was used: a locked keyring says of every item that there is none. */
const CANARY = "canary";
/** Windows takes 2,560 bytes, and counts two for a character. */
const WINDOWS_LIMIT = 1_200;
const LONGEST_ACCOUNT = 200;

/** The operating system's keychain as a SecretStore. One operation at a time. */
export function createKeychainStore(options: KeychainOptions): SecretStore {
  const { items, names, platform, now = Date.now } = options;
  const limit = options.limit ?? (platform === "win32" ? WINDOWS_LIMIT : Number.POSITIVE_INFINITY);
  const values = chunked(items, limit);
  const turn = inTurn();

  /** Sees that the store is open and can be written to; rejects when not. */
  const open = async (): Promise<void> => {
    if ((await items.get(CANARY)) !== undefined) return;
    if (!names.isEmpty)
      throw unavailable(platform, "locked", "it holds none of the items that were put into it");
    await items.set(CANARY, "Gatehouse keeps secrets here");
  };

  return {
    kind: "keychain",

    get: (area, name) =>
      turn(async () => {
        const value = await values.get(accountOf(area, name));
        if (value === undefined && names.has(area, name)) await open();
        return value;
      }),

    set: (area, name, value) =>
      turn(async () => {
        await open();
        const account = accountOf(area, name);
        const litter = names.litter(area, name);
        const setAt = now();
        if (area === "secret" || litter.length > 0 || !names.has(area, name))
          names.put(area, name, setAt, litter);
        let written: readonly string[] = [];
        await values.set(account, value, (left) => {
          written = left;
          names.put(area, name, setAt, [...litter, ...left]);
        });
        // Only now: after a crash the last value's own pieces may be among them.
        for (const left of litter) if (!written.includes(left)) await items.remove(left);
        if (written.length > 0 || litter.length > 0) names.put(area, name, setAt);
      }),

    remove: (area, name) =>
      turn(async () => {
        const known = names.has(area, name);
        if (known) await open();
        const existed = await values.remove(accountOf(area, name));
        for (const left of names.litter(area, name)) await items.remove(left);
        names.remove(area, name);
        return existed || known;
      }),

    list: (area): Promise<StoredName[]> => turn(async () => names.list(area)),

    problem: (): Promise<Problem | null> => turn(open).then(() => null, problemOf),
  };
}

/** An error of a store, as a problem that status and doctor show. */
export function problemOf(error: unknown): Problem {
  const { code = "secrets_unavailable", advice = null } = error instanceof GatehouseError ? error : {};
  return { code, message: sentenceOf(error), advice: advice ?? null };
}

/** Windows bounds the length of an item's name. */
function accountOf(area: SecretArea, name: string): string {
  const plain = `${area}/${encodeURIComponent(name)}`;
  if (plain.length <= LONGEST_ACCOUNT) return plain;
  return `${plain.slice(0, 100)}~${createHash("sha256").update(name).digest("hex")}`;
}
