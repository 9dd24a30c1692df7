import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFileStore } from "./file-store.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-file-store-"));
  file = join(folder, "secrets.enc");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () =>
  createFileStore({ file, write: (path, text) => writeFileSync(path, text), now: () => 7, cost: 1_024 });

test("without a passphrase nothing can be read or written, and the problem says how to give one", async () => {
  const store = open();
  expect(store.state).toBe("new");
  await expect(store.set("secret", "a", "1")).rejects.toMatchObject({ code: "secrets_unavailable" });
  expect(await store.problem()).toMatchObject({
    code: "secrets_unavailable",
    advice: expect.stringContaining("secret unlock"),
  });
});

test("values come back in a later run with the same passphrase; the file shows names only", async () => {
  const first = open();
  await first.unlock("correct horse battery");
  await first.set("secret", "token", "s3cr3t-value");
  await first.set("oauth", "token", "another");
  const text = readFileSync(file, "utf8");
  expect(text).not.toContain("s3cr3t-value");
  expect(text).not.toContain(Buffer.from("s3cr3t-value").toString("base64"));
  const second = open();
  expect(second.state).toBe("locked");
  expect(await second.list("secret")).toEqual([{ name: "token", setAt: 7 }]);
  await expect(second.get("secret", "token")).rejects.toMatchObject({ code: "secrets_unavailable" });
  await second.unlock("correct horse battery");
  expect(await second.problem()).toBeNull();
  expect([await second.get("secret", "token"), await second.get("oauth", "token")]).toEqual([
    "s3cr3t-value",
    "another",
  ]);
  expect([await second.remove("secret", "token"), await second.remove("secret", "token")]).toEqual([
    true,
    false,
  ]);
  expect(await second.list("secret")).toEqual([]);
});

test("a wrong passphrase changes nothing and is told", async () => {
  const first = open();
  await first.unlock("correct horse battery");
  await first.set("secret", "token", "value");
  const before = readFileSync(file, "utf8");
  const second = open();
  await expect(second.unlock("wrong horse battery")).rejects.toThrow(/not the passphrase/);
  await expect(second.set("secret", "token", "other")).rejects.toMatchObject({ code: "secrets_unavailable" });
  expect(readFileSync(file, "utf8")).toBe(before);
  await second.unlock("correct horse battery");
  expect(await second.get("secret", "token")).toBe("value");
  // An open store is not closed by somebody's wrong try.
  await expect(second.unlock("wrong again!")).rejects.toThrow(/not the passphrase/);
  expect(await second.get("secret", "token")).toBe("value");
});

test("a passphrase that is too short is refused, and leaves no file", async () => {
  const store = open();
  await expect(store.unlock("short")).rejects.toMatchObject({ code: "bad_request" });
  expect(store.state).toBe("new");
});

test("a damaged or exchanged file is told as such, and never overwritten", async () => {
  const first = open();
  await first.unlock("correct horse battery");
  await first.set("secret", "token", "value");
  const whole = JSON.parse(readFileSync(file, "utf8"));
  const renamed = { ...whole, names: { secret: { other: 7 } } };
  for (const text of [JSON.stringify(renamed), "not json", JSON.stringify({ ...whole, version: 2 })]) {
    writeFileSync(file, text);
    expect(await first.problem()).toMatchObject({ message: expect.stringContaining("cannot be read") });
    await expect(first.set("secret", "more", "x")).rejects.toMatchObject({ code: "secrets_unavailable" });
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});
