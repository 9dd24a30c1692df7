import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { hubForTest, newMark, PATIENCE, type TestHub, textOf } from "../hub/kit.ts";
import { secretsIn, secretsInFolder, secretsInProcesses } from "../lib/find-secret.ts";
import { type Keyring, startKeyring } from "../lib/keyring.ts";
import { waitFor } from "../lib/wait.ts";

const LEAKY = fileURLToPath(new URL("../fixtures/leaky-server.ts", import.meta.url));
const EVERYTHING = fileURLToPath(
  new URL("../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);

let keyring: Keyring;
beforeAll(async () => {
  keyring = await startKeyring();
});
afterAll(() => keyring?.stop());

/** With characters that every encoding writes differently. */
const newSecret = (): string =>
  `gh/${randomBytes(9).toString("base64")}"é\\ +&~${randomBytes(6).toString("hex")}`;

const setSecret = async (hub: TestHub, name: string, value: string): Promise<string> => {
  const { code, stdout, stderr } = await hub.cli(["secret", "set", name], `${value}\n`);
  if (code !== 0) throw new Error(stderr);
  return stdout;
};
const leaky = (name = "token", ...args: string[]): object => ({
  command: process.execPath,
  args: [LEAKY, ...args],
  env: { TOKEN: `\${secret:${name}}` },
});

describe.runIf(process.platform === "linux")("secrets in a real keyring", () => {
  test("a secret is set, used, rotated and deleted, and no value is ever shown", async () => {
    const [first, second] = [newSecret(), newSecret()];
    const hub = await hubForTest({ env: keyring.env, config: { mcpServers: { leaky: leaky() } } });
    expect(JSON.parse(await hub.command("secret", "list", "--json"))).toEqual({
      store: "keychain",
      secrets: [{ name: "token", setAt: null, servers: ["leaky"] }],
    });
    await setSecret(hub, "token", first);
    const client = await hub.connect(await hub.addClient("one"));
    const check = async (value: string): Promise<string> =>
      textOf(await client.call("leaky__check", { value }));
    expect(await check(first)).toBe("true");

    expect(await setSecret(hub, "token", second)).toContain("Started anew with it: leaky");
    await waitFor(async () => (await check(second)) === "true", {
      deadlineMs: PATIENCE,
      what: "the server to have the new value",
    });
    expect(await check(first)).toBe("false");

    const listed = await hub.command("secret", "list");
    expect(listed).toMatch(/token\s+.*ago\s+leaky|token\s+\S.*leaky/);
    expect(secretsIn("list", listed, [first, second])).toEqual([]);

    await hub.command("secret", "remove", "token");
    await hub.command("server", "restart", "leaky");
    await waitFor(
      async () => (await hub.server("leaky")).lastError?.includes("there is no secret of that name"),
      {
        deadlineMs: PATIENCE,
        what: "the server to be refused its start",
      },
    );
    expect((await hub.cli(["secret", "remove", "token"])).stderr).toContain("error: not_found:");
  });

  test("a secret outlives the hub, is set without one, and belongs to its home alone", async () => {
    const value = newSecret();
    const one = await hubForTest({ env: keyring.env, config: { mcpServers: { leaky: leaky() } } });
    const other = await hubForTest({ env: keyring.env, config: { mcpServers: { leaky: leaky() } } });
    await setSecret(one, "token", value);
    await other.command("server", "restart", "leaky");
    await waitFor(async () => (await other.server("leaky")).lastError?.includes("no secret of that name"), {
      deadlineMs: PATIENCE,
      what: "the other home's server to have none",
    });
    await one.kill("SIGKILL");
    await setSecret(one, "offline", "set while no hub runs");
    const again = await hubForTest({ env: keyring.env, home: one.home });
    const client = await again.connect(await again.addClient("one"));
    expect(textOf(await client.call("leaky__check", { value }))).toBe("true");
    expect(JSON.parse(await again.command("secret", "list", "--json")).secrets).toMatchObject([
      { name: "offline", servers: [] },
      { name: "token", servers: ["leaky"] },
    ]);
  });

  test("of a whole run no file, no answer and no other process holds a secret's bytes", async () => {
    const secrets = [newSecret(), newSecret(), newSecret(), newSecret()];
    const [token = "", header = "", dying = "", plain = ""] = secrets;
    // One that answers its Authorization header back, as an error.
    const remote = createServer((request, response) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(`bad token ${request.headers["x-key"]}`);
    });
    await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void remote.close());
    const holder = newMark();
    const held = (entry: object): object => {
      const { env } = entry as { env?: object };
      return { ...entry, env: { ...env, SECRET_HOLDER: holder } };
    };
    const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`;
    const hub = await hubForTest({
      env: keyring.env,
      config: {
        mcpServers: {
          leaky: held(leaky()),
          dying: held(leaky("dying", "--die")),
          everything: held({
            command: process.execPath,
            args: [EVERYTHING],
            env: { API_KEY: "prefix ${secret:plain}" },
          }),
          remote: { type: "http", url, headers: { "X-Key": "${secret:header}" } },
        },
      },
    });
    const seen: string[] = [];
    for (const [name, value] of Object.entries({ token, header: encodeURI(header), dying, plain }))
      seen.push(await setSecret(hub, name, value));
    // A header is ASCII: its secret is what was set.
    const all = [token, encodeURI(header), dying, plain];

    const client = await hub.connect(await hub.addClient("one"));
    await waitFor(
      async () => {
        const names = await client.toolNames();
        return names.includes("leaky__forms") && names.includes("everything__get-env");
      },
      { deadlineMs: PATIENCE, what: "what the servers offer to be learnt" },
    );
    const call = async (name: string, args: object = {}): Promise<void> => {
      seen.push(JSON.stringify(await client.call(name, args)));
    };
    const env = await client.call("everything__get-env");
    expect(JSON.parse(textOf(env))).toMatchObject({ API_KEY: "prefix [secret:plain]" });
    await call("everything__echo", { message: `what about ${token} and ${plain}` });
    await call("leaky__forms");
    await call("leaky__check", { value: token });
    await call("leaky__refuse");
    await call("leaky__spill");
    await call("leaky__tell");
    await call("leaky__check", { value: { nested: [token, Buffer.from(plain).toString("base64")] } });
    await call("leaky__nothing", { [token]: header });
    await call("leaky__die");
    await hub.command("server", "restart", "dying");
    await hub.command("server", "restart", "remote");
    for (const name of ["dying", "remote"])
      await waitFor(async () => (await hub.server(name)).lastError !== null, {
        deadlineMs: PATIENCE,
        what: `${name} to have failed`,
      });
    await waitFor(async () => (await hub.server("dying")).lastError?.includes("[secret:dying]"), {
      deadlineMs: PATIENCE,
      what: "the words of its end to be told without the secret",
    });
    // The server itself was given the true value.
    expect(textOf(await client.call("leaky__check", { value: token }))).toBe("true");
    for (const args of [
      ["calls", "--json"],
      ["calls", "--search", "secret", "--json"],
      ["status", "--json"],
      ["status"],
      ["audit", "--json"],
      ["secret", "list", "--json"],
      ["pending", "--json"],
    ])
      seen.push(await hub.command(...args));
    expect(JSON.stringify(seen)).toContain("[secret:token]");
    expect(secretsIn("answers", seen.join("\n"), all)).toEqual([]);
    expect(secretsIn("stderr", hub.stderr() + hub.stdout(), all)).toEqual([]);
    expect(secretsInProcesses(all, holder)).toEqual([]);

    await hub.kill("SIGKILL");
    const { found, searched } = secretsInFolder(hub.home, all);
    expect(found).toEqual([]);
    expect(searched).toEqual(
      expect.arrayContaining(["gatehouse.db", "gatehouse.db-wal", "gatehouse.json", "secret-names.json"]),
    );
    expect(searched.filter((name) => name.startsWith("logs/")).length).toBeGreaterThan(2);
    // What was taken out stands where the values would have been: these are the files that were written to.
    const marked = searched.filter((name) => readFileSync(join(hub.home, name)).includes("[secret:token]"));
    expect(marked).toEqual(expect.arrayContaining(["logs/leaky.log"]));
    expect(marked.some((name) => name.startsWith("gatehouse.db"))).toBe(true);
  });

  test("a locked keyring is told as such, without harm to the hub", async () => {
    const value = newSecret();
    const own = await startKeyring();
    onTestFinished(() => own.stop());
    const hub = await hubForTest({ env: own.env, config: { mcpServers: { leaky: leaky() } } });
    await setSecret(hub, "token", value);
    own.lock();
    const refused = await hub.cli(["secret", "set", "token"], "another value");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: secrets_unavailable: the keychain (is locked|refused)/);
    await hub.command("server", "restart", "leaky");
    await waitFor(async () => (await hub.server("leaky")).lastError?.includes("the keychain is locked"), {
      deadlineMs: PATIENCE,
      what: "the server's failure to say why",
    });
    expect(JSON.parse(await hub.command("secret", "list", "--json")).secrets).toHaveLength(1);
  });
});
