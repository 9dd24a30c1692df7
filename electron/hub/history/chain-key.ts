import { createHmac, randomBytes } from "node:crypto";
import { sentenceOf } from "../../../shared/errors.ts";
import type { SecretStore } from "../ports/secrets.ts";
import type { CallHistory } from "../ports/storage.ts";

const NAME = "history-chain";

/** Milliseconds after the start at which the key is fetched, and between tries. */
const FIRST_MS = 2_000;
const AGAIN_MS = 60_000;

/** Fetches the key soon, and again until there is one; `given` does so at once. */
export function createChainKey(options: Options): { given: () => Promise<boolean>; stop(): void } {
  let giving: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const given = (): Promise<boolean> => {
    giving ??= giveChainKey(options)
      .catch(() => false)
      .then((done) => {
        if (!done) {
          giving = undefined;
          later(AGAIN_MS);
        }
        return done;
      });
    return giving;
  };
  const later = (milliseconds: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void given(), milliseconds).unref();
  };
  later(FIRST_MS);
  return {
    given,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface Options {
  readonly history: Pick<CallHistory, "takeKeys">;
  /** Where the person keeps secrets. */
  readonly secrets: Pick<SecretStore, "kind" | "get" | "set">;
  /** The home's own secret, from which the key is derived where no keychain can keep one. */
  readonly homeKey: Uint8Array;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/**
 * Gives the history's chain its key: the keychain's, made at the first time; without a keychain one that is derived
 * from the home's own file, which whoever can change the history can read too. A chain goes on with the key that it was
 * begun with; while that cannot be had, nothing is chained and nothing is removed. Resolves with whether there is one.
 */
async function giveChainKey({ history, secrets, homeKey, log }: Options): Promise<boolean> {
  const file = {
    key: createHmac("sha256", homeKey).update("gatehouse-chain/1").digest(),
    source: "file",
  } as const;
  // A chain that was begun with the file's key asks no keychain.
  if ((await history.takeKeys([file], "fits")) !== null) return true;
  try {
    let stored = await secrets.get("key", NAME);
    if (stored === undefined) {
      stored = randomBytes(32).toString("base64");
      await secrets.set("key", NAME, stored);
    }
    const kept = { key: Buffer.from(stored, "base64"), source: "keychain" } as const;
    return (await history.takeKeys([kept, file], "lost")) !== null;
  } catch (error) {
    if ((await history.takeKeys([file], "empty")) !== null) return true;
    log("warn", `the history's key is out of reach, calls are not chained: ${sentenceOf(error)}`);
    return false;
  }
}
