import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeychainHelper } from "./helper.ts";

let folder: string;
let helper: KeychainHelper | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-helper-"));
});
afterEach(() => {
  helper?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A helper whose process answers as `body` says; `message` is what it was asked. */
function helperDoing(body: string, options: { limitMs?: number; idleMs?: number } = {}): KeychainHelper {
  const script = join(folder, "process.mjs");
  writeFileSync(script, `process.on("message", (message) => { ${body} });\n`);
  helper = new KeychainHelper({
    script,
    nodePath: process.execPath,
    service: "test",
    env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" },
    platform: "linux",
    ...options,
  });
  return helper;
}

test("what is asked is answered by the process, however many ask at once", async () => {
  const asked = helperDoing("process.send({ id: message.id, value: message.account + message.service })");
  expect(await Promise.all([asked.get("a"), asked.get("b")])).toEqual(["atest", "btest"]);
});

test("a process that ends without an answer fails what was asked, and the next question starts another", async () => {
  const asked = helperDoing(
    'if (message.account === "die") process.abort(); else process.send({ id: message.id, value: "lives" })',
  );
  await expect(asked.get("die")).rejects.toMatchObject({
    code: "secrets_unavailable",
    message: expect.stringContaining("SIGABRT"),
  });
  expect(await asked.get("other")).toBe("lives");
});

test("no answer within the limit fails, and nothing more is asked for a while", async () => {
  const asked = helperDoing("", { limitMs: 50 });
  const pid = asked.get("a").catch((error: { code: string }) => error.code);
  expect(await pid).toBe("secrets_unavailable");
  expect(asked.pid).toBeUndefined();
  await expect(asked.get("b")).rejects.toThrow("asked in vain");
  expect(asked.pid).toBeUndefined();
});

test("a refusal of the service is told in its words, with what to do on this platform", async () => {
  const asked = helperDoing('process.send({ id: message.id, reason: "service", message: "no collection" })');
  await expect(asked.set("a", "v")).rejects.toMatchObject({
    code: "secrets_unavailable",
    message: "the keychain refused: no collection",
    advice: expect.stringMatching(/gnome-keyring.*"store": "file"/),
  });
});

test("without a session bus no process is started at all", async () => {
  const none = new KeychainHelper({
    script: "/nowhere.mjs",
    nodePath: process.execPath,
    service: "test",
    env: { XDG_RUNTIME_DIR: folder },
    platform: "linux",
  });
  await expect(none.get("a")).rejects.toThrow("there is no keychain in this session");
  expect(none.pid).toBeUndefined();
});

test("the process ends when nothing was asked for a while", async () => {
  const asked = helperDoing("process.send({ id: message.id, value: String(process.pid) })", { idleMs: 20 });
  const first = await asked.get("a");
  await expect.poll(() => asked.pid).toBeUndefined();
  expect(await asked.get("a")).not.toBe(first);
});
