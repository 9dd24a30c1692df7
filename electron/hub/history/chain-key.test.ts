import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatehouseError } from "../../../shared/errors.ts";
import type { CallHistory, HistoryKey } from "../ports/storage.ts";
import { createMemorySecrets } from "../testing/memory-secrets.ts";
import { createTestHub } from "../testing/test-hub.ts";
import { type ChainKeeper, createChainKey } from "./chain-key.ts";

/** A chain that goes on with the key that it was begun with, as that of the storage. */
function chainBegunWith(key: Buffer | undefined) {
  let inUse = key;
  const taken: HistoryKey["source"][] = [];
  let recorded = (): void => {};
  const history: Pick<CallHistory, "readOnly" | "takeKeys" | "onRecorded"> = {
    readOnly: false,
    onRecorded(listener) {
      recorded = listener;
      return () => {};
    },
    takeKeys(keys, when) {
      const fitting =
        inUse === undefined ? undefined : keys.find(({ key }) => inUse?.equals(Buffer.from(key)));
      const mayBegin = inUse === undefined ? when !== "fits" : when === "lost";
      const chosen = fitting ?? (mayBegin ? keys[0] : undefined);
      if (chosen === undefined) return Promise.resolve(null);
      inUse = Buffer.from(chosen.key);
      taken.push(chosen.source);
      return Promise.resolve(chosen.source);
    },
  };
  return { history, taken, record: () => recorded() };
}

/** A keychain with the chain's key in it, which can be locked. */
function lockableSecrets(key: Buffer) {
  const secrets = createMemorySecrets();
  void secrets.set("key", "history-chain", key.toString("base64"));
  const state = { locked: false, asked: 0 };
  const get: typeof secrets.get = (area, name) => {
    state.asked += 1;
    if (!state.locked) return secrets.get(area, name);
    return Promise.reject(
      new GatehouseError("secrets_unavailable", "the keychain is locked: no prompt", "Unlock your keyring."),
    );
  };
  return { secrets: { ...secrets, get }, state };
}

const KEY = Buffer.alloc(32, 9);
const homeKey = Buffer.alloc(32, 1);
const PROBLEM = {
  code: "history_key_unavailable",
  message: "the key that protects the call history is out of reach: the keychain is locked: no prompt",
  advice: expect.stringMatching(
    /^Unlock your keyring\. It is tried again every minute\. .*chained once the key/,
  ),
};

let keeper: ChainKeeper | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  void keeper?.stop();
  keeper = undefined;
  vi.useRealTimers();
});

function start(begunWith: Buffer | undefined = KEY) {
  const { history, taken, record } = chainBegunWith(begunWith);
  const { secrets, state } = lockableSecrets(KEY);
  const logged: string[] = [];
  const made = createChainKey({
    history,
    secrets,
    homeKey,
    log: (level, message) => logged.push(`${level}: ${message}`),
  });
  keeper = made;
  let changes = 0;
  made.onChanged(() => {
    changes += 1;
  });
  return { keeper: made, taken, record, state, logged, secrets, changes: () => changes };
}

describe("the key of the history's chain", () => {
  it("is no problem before anybody has looked, nor when the keychain has it", async () => {
    const { keeper, taken, changes } = start();
    expect(keeper.problem()).toBeUndefined();
    expect(await keeper.given()).toBe(true);
    expect([keeper.problem(), taken, changes()]).toEqual([undefined, ["keychain"], 0]);
  });

  it("out of reach is a problem, told and logged once however often it is tried in vain", async () => {
    const { keeper, taken, state, logged, changes } = start();
    state.locked = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(keeper.problem()).toEqual(PROBLEM);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(state.asked).toBe(4);
    expect([taken, changes()]).toEqual([[], 1]);
    expect(logged).toEqual([`warn: ${PROBLEM.message}; calls are not chained meanwhile`]);
  });

  it("is found by itself within a minute after the keychain was unlocked, and the problem is over", async () => {
    const { keeper, taken, state, changes } = start();
    state.locked = true;
    await vi.advanceTimersByTimeAsync(2_000);
    state.locked = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([keeper.problem(), taken, changes()]).toEqual([undefined, ["keychain"], 2]);
  });

  it("is that of the home's file for a chain that has none yet, while the keychain is locked", async () => {
    const { history, taken } = chainBegunWith(undefined);
    const { secrets, state } = lockableSecrets(KEY);
    state.locked = true;
    keeper = createChainKey({ history, secrets, homeKey, log: () => {} });
    expect(await keeper.given()).toBe(true);
    expect([keeper.problem(), taken]).toEqual([undefined, ["file"]]);
  });
  it("is fetched at once when the first call is recorded", async () => {
    const { taken, record } = start();
    record();
    await vi.advanceTimersByTimeAsync(100);
    expect(taken).toEqual(["keychain"]);
  });

  it("is fetched before the end of a hub that ends right after its first calls, and not of one without calls", async () => {
    const { keeper, taken, record } = start();
    record();
    await keeper.stop();
    expect(taken).toEqual(["keychain"]);
    const idle = start();
    await idle.keeper.stop();
    expect([idle.taken, idle.state.asked]).toEqual([[], 0]);
  });

  it("holds the end up no longer than a moment when the keychain does not answer", async () => {
    const { history, record } = chainBegunWith(KEY);
    const secrets = { ...createMemorySecrets(), get: () => new Promise<undefined>(() => {}) };
    const waiting = createChainKey({ history, secrets, homeKey, log: () => {} });
    record();
    await waiting.stop();
  });

  it("is asked for when somebody verifies, and is no problem, where the history can only be read", async () => {
    const { history, taken } = chainBegunWith(KEY);
    const { secrets, state } = lockableSecrets(KEY);
    state.locked = true;
    keeper = createChainKey({ history: { ...history, readOnly: true }, secrets, homeKey, log: () => {} });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(state.asked).toBe(0);
    expect(await keeper.given()).toBe(false);
    expect([keeper.problem(), taken, state.asked]).toEqual([undefined, [], 1]);
    state.locked = false;
    expect(await keeper.given()).toBe(true);
  });
});

it("the hub's status has it for as long as it lasts, and windows are told when it comes and goes", async () => {
  vi.useRealTimers();
  const { keeper, state } = start();
  const hub = await createTestHub({ chainKey: keeper });
  try {
    const told: unknown[] = [];
    hub.hub.state.broadcaster.subscribe((name, data) => {
      if (name === "hubChanged") told.push((data as { problems: unknown }).problems);
    });
    const problems = async (): Promise<unknown> =>
      ((await hub.hub.callAs("viewer", "hub.status", {})) as { hub: { problems: unknown } }).hub.problems;
    state.locked = true;
    await keeper.given();
    expect(await problems()).toEqual([PROBLEM]);
    state.locked = false;
    // Whoever asks whether the history is whole has the key looked for at once.
    await hub.hub.callAs("viewer", "calls.verify", {});
    expect(await problems()).toEqual([]);
    await expect.poll(() => told).toEqual([[PROBLEM], []]);
  } finally {
    await hub.dispose();
  }
});
