import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hubForTest, marked, newMark, PATIENCE, type TestHub, textOf } from "../hub/kit.ts";
import { newHome } from "../hub/trees.ts";
import { secretsInFolder } from "../lib/find-secret.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";

const LEAKY = fileURLToPath(new URL("../fixtures/leaky-server.ts", import.meta.url));
/** Nothing of a desktop session: no bus, and so no Secret Service. */
const NOWHERE = { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "/nowhere", DISPLAY: "" };
const PASSPHRASE = "correct horse battery staple";

const servers = {
  leaky: { command: process.execPath, args: [LEAKY], env: { TOKEN: "${secret:token}" } },
  echo: echoServer(),
};

const failureOf = async (hub: TestHub, text: string): Promise<void> => {
  await waitFor(async () => (await hub.server("leaky")).lastError?.includes(text), {
    deadlineMs: PATIENCE,
    what: `the server's failure to say “${text}”`,
  });
};

test.runIf(process.platform === "linux")(
  "without a Secret Service the hub runs and says what does not work; the file store works once it is chosen",
  async () => {
    const value = `sk-${randomBytes(12).toString("hex")}`;
    const mark = newMark();
    const hub = await hubForTest({ env: NOWHERE, mark, config: { mcpServers: servers } });
    const client = await hub.connect(await hub.addClient("one"));
    expect(textOf(await client.call("echo__echo", { text: "hello" }))).toContain("hello");
    await hub.command("server", "restart", "leaky");
    await failureOf(hub, "there is no keychain in this session");
    const refused = await hub.cli(["secret", "set", "token"], value);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("error: secrets_unavailable: there is no keychain in this session");
    expect(refused.stderr).toContain('"store": "file"');

    const chosen = marked({ secrets: { store: "file" }, mcpServers: servers }, mark);
    writeFileSync(join(hub.home, "gatehouse.json"), JSON.stringify(chosen));
    await waitFor(async () => JSON.parse(await hub.command("secret", "list", "--json")).store === "file", {
      deadlineMs: PATIENCE,
      what: "the choice to be taken over",
    });
    expect((await hub.cli(["secret", "set", "token"], value)).stderr).toContain(
      "no passphrase has been chosen",
    );
    expect((await hub.cli(["secret", "unlock"], `${PASSPHRASE}\n`)).code).toBe(0);
    expect((await hub.cli(["secret", "set", "token"], value)).code).toBe(0);
    await waitFor(async () => (await client.toolNames()).includes("leaky__check"), {
      deadlineMs: PATIENCE,
      what: "the server to start with its secret",
    });
    expect(textOf(await client.call("leaky__check", { value }))).toBe("true");
    expect(secretsInFolder(hub.home, [value, PASSPHRASE]).found).toEqual([]);

    // The next run: locked until the passphrase is given, and a wrong one loses nothing.
    await hub.kill("SIGTERM");
    const next = await hubForTest({ env: NOWHERE, mark, home: hub.home });
    await next.command("server", "restart", "leaky");
    await failureOf(next, "the file of secrets is locked");
    const before = readFileSync(join(hub.home, "secrets.enc"));
    const wrong = await next.cli(["secret", "unlock"], "wrong horse battery staple");
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("not the passphrase of the file of secrets; nothing was changed");
    expect((await next.cli(["secret", "set", "token"], "another value")).code).toBe(1);
    expect(readFileSync(join(hub.home, "secrets.enc"))).toEqual(before);
    expect((await next.cli(["secret", "unlock"], PASSPHRASE)).code).toBe(0);
    const again = await next.connect(await next.addClient("two"));
    expect(textOf(await again.call("leaky__check", { value }))).toBe("true");

    // With nobody there: the passphrase lies where the person has put it.
    await next.kill("SIGTERM");
    const file = join(hub.home, "..", `${mark}.passphrase`);
    writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
    const alone = await hubForTest({
      env: { ...NOWHERE, GATEHOUSE_PASSPHRASE_FILE: file },
      mark,
      home: hub.home,
    });
    const third = await alone.connect(await alone.addClient("three"));
    expect(textOf(await third.call("leaky__check", { value }))).toBe("true");
    expect(alone.log()).not.toContain(PASSPHRASE);
  },
);

test("the key of the history's chain, out of reach while the store is locked, is a problem of the hub until then", async () => {
  const mark = newMark();
  const home = newHome();
  const file = join(home, "passphrase");
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  const config = { secrets: { store: "file" }, mcpServers: { echo: echoServer() } };
  const opened = { ...NOWHERE, GATEHOUSE_PASSPHRASE_FILE: file };
  const first = await hubForTest({ env: opened, mark, home, config });
  await (await first.connect(await first.addClient("one"))).call("echo__echo", { text: "chained" });
  expect(JSON.parse(await first.command("calls", "verify", "--json"))).toMatchObject({
    ok: true,
    key: "keychain",
  });
  await first.kill("SIGTERM");

  const locked = await hubForTest({ env: NOWHERE, mark, home });
  const found = async () =>
    (await locked.status()).hub.problems.find(({ code }) => code === "history_key_unavailable");
  const problem = await waitFor(found, { deadlineMs: PATIENCE, what: "the key's problem" });
  expect(problem.message).toContain("the file of secrets is locked");
  expect(problem.advice).toContain("gatehouse secret unlock");
  // Recorded all the same, and chained once the key is there.
  await (await locked.connect(await locked.addClient("two"))).call("echo__echo", { text: "meanwhile" });
  expect((await locked.cli(["secret", "unlock"], PASSPHRASE)).code).toBe(0);
  await waitFor(async () => (await found()) === undefined, {
    deadlineMs: PATIENCE,
    what: "the key's problem to be over",
  });
  await waitFor(async () => JSON.parse(await locked.command("calls", "verify", "--json")).pending === 0, {
    deadlineMs: PATIENCE,
    what: "the calls made meanwhile to be chained",
  });
  expect(JSON.parse(await locked.command("calls", "verify", "--json"))).toMatchObject({
    ok: true,
    checked: 2,
  });
});
