import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { Problem } from "../../../shared/model/problem.ts";
import type { SecretStore } from "../ports/secrets.ts";
import type { CallHistory } from "../ports/storage.ts";

const NAME = "history-chain";

/** Milliseconds after the start at which the key is fetched, after the first call, and between tries. */
const FIRST_MS = 2_000;
const CALLED_MS = 100;
const AGAIN_MS = 60_000;
/** Milliseconds for which the hub's end waits for it. */
const LAST_MS = 1_000;

/** Sees to it that the history's chain has its key. */
export interface ChainKeeper {
  /** Fetches the key now, if it is not there yet; resolves with whether it is. Never rejects. */
  given(): Promise<boolean>;
  /** Why the key is out of reach; undefined: it is not, or nobody has looked yet. */
  problem(): Problem | undefined;
  /** Told whenever `problem()` is another; returns the disposer. */
  onChanged(listener: () => void): () => void;
  /** Ends it; where calls were recorded that nothing vouches for yet, it waits a moment for the key. */
  stop(): Promise<void>;
}

/** Fetches the key soon, sooner once a call is recorded, and again every minute until there is one. */
export function createChainKey(options: Options): ChainKeeper {
  const { log } = options;
  const listeners = new Set<() => void>();
  let giving: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let called = false;
  let tried = false;
  let problem: Problem | undefined;
  const found = (next: Problem | undefined): void => {
    if (stopped || next?.message === problem?.message) return;
    if (next === undefined) log("info", "the key that protects the call history can be had again");
    else log("warn", `${next.message}; calls are not chained meanwhile`);
    problem = next;
    for (const listener of [...listeners]) listener();
  };
  const given = (): Promise<boolean> => {
    giving ??= giveChainKey(options)
      .then((outcome) => {
        found(typeof outcome === "boolean" ? undefined : outcome);
        return outcome === true;
      })
      .catch(() => false)
      .then((done) => {
        tried = true;
        if (!done) {
          giving = undefined;
          if (!options.history.readOnly) later(AGAIN_MS);
        }
        return done;
      });
    return giving;
  };
  const later = (milliseconds: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void given(), milliseconds).unref();
  };
  // Nothing is chained where the history is only read: it is fetched when somebody verifies it.
  if (!options.history.readOnly) later(FIRST_MS);
  const endWatch = options.history.onRecorded(() => {
    called = true;
    if (giving === undefined && !tried) later(CALLED_MS);
  });
  return {
    given,
    problem: () => problem,
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      endWatch();
      stopped = true;
      clearTimeout(timer);
      if (!called || tried) return;
      const longest = new AbortController();
      await Promise.race([given(), wait(LAST_MS, undefined, { signal: longest.signal }).catch(() => {})]);
      longest.abort();
    },
  };
}

interface Options {
  readonly history: Pick<CallHistory, "readOnly" | "takeKeys" | "onRecorded">;
  /** Where the person keeps secrets. */
  readonly secrets: Pick<SecretStore, "kind" | "get" | "set">;
  /** The home's own secret, from which the key is derived where no keychain can keep one. */
  readonly homeKey: Uint8Array;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/**
 * Gives the history's chain its key: the keychain's, made at the first time; without a keychain one that is derived
 * from the home's own file, which whoever can change the history can read too. A chain goes on with the key that it was
 * begun with; while that cannot be had, nothing is chained and nothing is removed. A history that is only read gets the
 * key that fits, if there is one. Resolves with whether there is one, or with why it cannot be had.
 */
async function giveChainKey({ history, secrets, homeKey }: Options): Promise<boolean | Problem> {
  const file = {
    key: createHmac("sha256", homeKey).update("gatehouse-chain/1").digest(),
    source: "file",
  } as const;
  // A chain that was begun with the file's key asks no keychain.
  if ((await history.takeKeys([file], "fits")) !== null) return true;
  try {
    let stored = await secrets.get("key", NAME);
    const isOld = stored !== undefined;
    if (history.readOnly && stored === undefined) return false;
    if (stored === undefined) {
      stored = randomBytes(32).toString("base64");
      await secrets.set("key", NAME, stored);
    }
    const kept = { key: Buffer.from(stored, "base64"), source: "keychain", isOld } as const;
    return (await history.takeKeys([kept, file], "lost")) !== null;
  } catch (error) {
    if (history.readOnly) return false;
    if ((await history.takeKeys([file], "empty")) !== null) return true;
    return {
      code: "history_key_unavailable",
      message: `the key that protects the call history is out of reach: ${sentenceOf(error)}`,
      advice: `${adviceOf(error)} It is tried again every minute. What is recorded until then is chained once the key is there, and no old call is removed before.`,
    };
  }
}

const adviceOf = (error: unknown): string =>
  (error instanceof GatehouseError ? error.advice : undefined) ?? "Unlock the keychain.";
