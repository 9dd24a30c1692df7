import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NamesIndex } from "../names-index.ts";
import type { KeychainItems } from "./helper.ts";
import { createKeychainStore } from "./keychain-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-keychain-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A keychain in memory that can be locked, and that dies after so many writes. */
function memory() {
  const kept = new Map<string, string>();
  const state = { locked: false, writesLeft: Number.POSITIVE_INFINITY };
  const write = (): void => {
    if (state.locked) throw new Error("Cannot create an item in a locked collection");
    if (state.writesLeft-- <= 0) throw new Error("the machine went down");
  };
  const items: KeychainItems = {
    get: async (account) => (state.locked ? undefined : kept.get(account)),
    set: async (account, value) => {
      write();
      kept.set(account, value);
    },
    remove: async (account) => {
      write();
      return kept.delete(account);
    },
  };
  return { kept, state, items };
}

function storeOver(items: KeychainItems, limit?: number) {
  const names = new NamesIndex(join(folder, "names.json"), (file, text) => writeFileSync(file, text));
  return createKeychainStore({
    items,
    names,
    platform: "linux",
    now: () => 7,
    ...(limit === undefined ? {} : { limit }),
  });
}

test("what is set is got, listed by name, and gone when removed", async () => {
  const { items, kept } = memory();
  const store = storeOver(items);
  expect(await store.get("secret", "a")).toBeUndefined();
  await store.set("secret", "b", "two\nlines");
  await store.set("secret", "a", "");
  await store.set("oauth", "a", "another area");
  expect([await store.get("secret", "a"), await store.get("secret", "b")]).toEqual(["", "two\nlines"]);
  expect(await store.list("secret")).toEqual([
    { name: "a", setAt: 7 },
    { name: "b", setAt: 7 },
  ]);
  expect([await store.remove("secret", "a"), await store.remove("secret", "a")]).toEqual([true, false]);
  expect(await store.get("secret", "a")).toBeUndefined();
  expect(await store.get("oauth", "a")).toBe("another area");
  expect([...kept.keys()].sort()).toEqual(["canary", "oauth/a", "secret/b"]);
});

test("a value larger than an item is split, and no item is larger than the limit", async () => {
  const { items, kept } = memory();
  const store = storeOver(items, 1_200);
  const value = `€${"x".repeat(5_000)}`;
  await store.set("secret", "big", value);
  expect(await store.get("secret", "big")).toBe(value);
  expect(Math.max(...[...kept.values()].map((item) => item.length))).toBeLessThanOrEqual(1_200);
  await store.set("secret", "big", "small again");
  expect([...kept.keys()]).toEqual(["canary", "secret/big"]);
});

test("whatever write a crash comes before, the old value or the new one is whole, and the next set leaves no litter", async () => {
  const old = "o".repeat(4_000);
  const next = "n".repeat(6_000);
  for (let writes = 0; ; writes += 1) {
    rmSync(join(folder, "names.json"), { force: true });
    const { items, kept, state } = memory();
    await storeOver(items, 1_200).set("secret", "big", old);
    state.writesLeft = writes;
    const done = await storeOver(items, 1_200)
      .set("secret", "big", next)
      .then(
        () => true,
        () => false,
      );
    state.writesLeft = Number.POSITIVE_INFINITY;
    const after = storeOver(items, 1_200);
    expect([old, next]).toContain(await after.get("secret", "big"));
    await after.set("secret", "big", "final");
    expect([...kept.keys()].sort()).toEqual(["canary", "secret/big"]);
    if (done) break;
    expect(writes).toBeLessThan(100);
  }
});

test("a locked keychain is told apart from a secret that does not exist", async () => {
  const { items, state } = memory();
  const store = storeOver(items);
  expect(await store.problem()).toBeNull();
  await store.set("secret", "a", "value");
  state.locked = true;
  await expect(store.get("secret", "a")).rejects.toMatchObject({ code: "secrets_unavailable" });
  await expect(store.set("secret", "a", "other")).rejects.toMatchObject({ code: "secrets_unavailable" });
  await expect(store.remove("secret", "a")).rejects.toMatchObject({ code: "secrets_unavailable" });
  expect(await store.problem()).toMatchObject({
    code: "secrets_unavailable",
    message: expect.stringContaining("locked"),
  });
  expect(await store.list("secret")).toHaveLength(1);
  state.locked = false;
  expect(await store.get("secret", "a")).toBe("value");
});

test("a value that was damaged in the keychain is never handed out", async () => {
  const { items, kept } = memory();
  const store = storeOver(items, 1_200);
  await store.set("secret", "big", "x".repeat(5_000));
  const piece = [...kept.keys()].find((account) => account.endsWith(".1"));
  kept.delete(piece ?? "");
  await expect(store.get("secret", "big")).rejects.toMatchObject({ code: "secrets_unavailable" });
});

test("names are kept without values, and long ones fit the shortest platform", async () => {
  const { items, kept } = memory();
  const store = storeOver(items);
  const name = `https://issuer.example/${"p".repeat(400)}`;
  await store.set("oauth", name, "grant-value");
  expect(await store.get("oauth", name)).toBe("grant-value");
  expect(Math.max(...[...kept.keys()].map((account) => account.length))).toBeLessThanOrEqual(200);
  expect(readdirSync(folder)).toEqual(["names.json"]);
  expect(readFileSync(join(folder, "names.json"), "utf8")).not.toContain("grant-value");
});
