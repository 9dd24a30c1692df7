import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { LoginBrowser, type Shown } from "../lib/login-browser.ts";
import { authorizeUrl, knock, logIn, pair, pendingPair, post, register } from "./kit.ts";

// What a listener alone can show (redirects, PKCE, replay, mixed issuers, framing, foreign pages, floods) is tested in
// electron/http/oauth/attacks.test.ts; here is what takes the whole hub.

let hub: TestHub;
let origin: string;
beforeAll(async () => {
  hub = await startTestHub({
    config: { mcpServers: { echo: echoServer() }, profiles: { one: { servers: ["echo"] } } },
  });
  origin = new URL(hub.url).origin;
});
afterAll(() => hub.stop());

interface Listed {
  readonly name: string;
  readonly via: string;
  readonly claimedName: string | null;
  readonly profile: string | null;
  readonly revokedAt: string | null;
}
const clients = async (): Promise<Listed[]> =>
  (JSON.parse(await hub.command("client", "list", "--json")) as { clients: Listed[] }).clients;

describe("names", () => {
  test("a second client of the same name is another one, with another name and token", async () => {
    const first = await pair(hub, { metadata: { client_name: "Twin" } });
    const second = await pair(hub, { metadata: { client_name: "Twin" } });
    expect([first.question.pairing?.suggestedName, second.question.pairing?.suggestedName]).toEqual([
      "twin",
      "twin-2",
    ]);
    const twins = (await clients()).filter(({ claimedName }) => claimedName === "Twin");
    expect(twins).toMatchObject([
      { name: "twin", via: "pairing", profile: null, revokedAt: null },
      { name: "twin-2", via: "pairing", profile: null, revokedAt: null },
    ]);
    await hub.command("client", "revoke", "twin");
    expect(await knock(hub.url, first.tokens.access_token)).toBe(401);
    expect(await knock(hub.url, second.tokens.access_token)).toBe(200);
  });

  test("a name in use cannot be given, and the question stays open for another", async () => {
    await pair(hub, { metadata: { client_name: "Holder" } });
    const browser = new LoginBrowser();
    const page = await browser.open(authorizeUrl(origin, await register(origin)).url.href);
    const { id } = await pendingPair(hub);
    const refused = await hub.cli(["answer", id, "approve", "--name", "holder"]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("error: name_taken:")]);
    const unknown = await hub.cli(["answer", id, "approve", "--profile", "none-such"]);
    expect(unknown.stderr).toContain("error: not_found:");
    await hub.command("answer", id, "approve", "--name", "Another", "--profile", "one");
    await browser.wait(page);
    expect((await clients()).find(({ name }) => name === "Another")).toMatchObject({ profile: "one" });
  });

  test("the same client at its next login is the same identity, as the person wants it then", async () => {
    const first = await pair(hub, {
      metadata: { client_name: "Again" },
      answer: ["approve", "--name", "Mine"],
    });
    const count = (await clients()).length;
    const second = await pair(hub, { clientId: first.clientId, answer: ["approve", "--profile", "one"] });
    expect(second.question.pairing?.suggestedName).toBe("Mine");
    expect(await clients()).toHaveLength(count);
    expect((await clients()).find(({ name }) => name === "Mine")).toMatchObject({ profile: "one" });
  });
});

test("a revoked client has no token, no refresh and no session any more, and is asked about anew", async () => {
  const { clientId, tokens } = await pair(hub, { metadata: { client_name: "Revoked" } });
  expect(await knock(hub.url, tokens.access_token)).toBe(200);
  await hub.command("client", "revoke", "revoked");
  expect(await knock(hub.url, tokens.access_token)).toBe(401);
  const refreshed = await post(`${origin}/oauth/token`, {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: tokens.refresh_token,
  });
  expect([refreshed.status, await refreshed.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  const again = await pair(hub, { clientId });
  expect(again.question.pairing?.suggestedName).toBe("revoked");
});

test("a token of one host name is worth nothing under another", async () => {
  const { tokens } = await pair(hub, { metadata: { client_name: "Bound" } });
  expect(await knock(hub.url, tokens.access_token)).toBe(200);
  expect(await knock(hub.url.replace("127.0.0.1", "localhost"), tokens.access_token)).toBe(401);
});

test("tokens and grants outlive the hub's process", async () => {
  await using first = await startTestHub({ config: {} });
  const { clientId, tokens } = await pair(first, { origin: new URL(first.url).origin });
  await first.kill("SIGKILL");
  await using second = await startTestHub({ home: first.home, port: first.port });
  expect(await knock(second.url, tokens.access_token)).toBe(200);
  const refreshed = await post(`${new URL(second.url).origin}/oauth/token`, {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: tokens.refresh_token,
  });
  expect(refreshed.status).toBe(200);
});

test("one program has one open question; a second login of another client of it is refused", async () => {
  const browser = new LoginBrowser();
  const page = await browser.open(authorizeUrl(origin, await register(origin)).url.href);
  const { id } = await pendingPair(hub);
  const other = (await new LoginBrowser().open(authorizeUrl(origin, await register(origin)).url.href)) as URL;
  expect(other.searchParams.get("error")).toBe("temporarily_unavailable");
  await hub.command("answer", id, "approve", "--name", "Only one");
  await browser.wait(page);
});

test("a client that opens its login twice is asked about once, for the newer page", async () => {
  const { url } = authorizeUrl(origin, await register(origin, { client_name: "Impatient" }));
  const [older, newer] = [new LoginBrowser(), new LoginBrowser()];
  const olderPage = await older.open(url.href);
  const first = await pendingPair(hub);
  const newerPage = await newer.open(url.href);
  const refused = await older.wait(olderPage);
  expect(refused.searchParams.get("error")).toBe("access_denied");
  const second = await pendingPair(hub);
  expect(second.id).not.toBe(first.id);
  await hub.command("answer", second.id, "approve");
  expect((await newer.wait(newerPage)).searchParams.has("code")).toBe(true);
});

test("a guessed question, or an answer for calls, approves nothing", async () => {
  const guessed = await hub.cli(["answer", "q-0123456789", "approve"]);
  expect([guessed.code, guessed.stderr]).toEqual([1, expect.stringContaining("error: not_found:")]);
  const browser = new LoginBrowser();
  const page = await browser.open(authorizeUrl(origin, await register(origin)).url.href);
  const { id } = await pendingPair(hub);
  for (const answer of ["allow-once", "allow-always"])
    expect((await hub.cli(["answer", id, answer])).stderr).toContain("error: bad_request:");
  await hub.command("answer", id, "deny");
  expect((await browser.wait(page)).searchParams.get("error")).toBe("access_denied");
});

test("what is done is in the audit log, without any secret", async () => {
  const { tokens } = await pair(hub, { metadata: { client_name: "Audited" } });
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(join(hub.home, "gatehouse.db"), { readonly: true });
  const rows = database
    .prepare<[], { role: string; pid: number | null; act: string; detail: string }>(
      "SELECT role, pid, act, detail FROM audit WHERE act LIKE 'pair.%' ORDER BY id DESC LIMIT 2",
    )
    .all();
  const everything = JSON.stringify(
    ["audit", "oauth_record", "oauth_binding", "client", "client_token"].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    ),
  );
  database.close();
  expect(rows).toMatchObject([
    { role: "operator", act: "pair.approve", detail: expect.stringContaining("audited: “Audited” of") },
    { role: "client", pid: process.pid, act: "pair.ask" },
  ]);
  for (const secret of Object.values(tokens))
    if (String(secret).length > 20) expect(everything).not.toContain(secret);
  expect(hub.log()).not.toContain(tokens.access_token);
  // The library has opinions on its configuration; none of them may get onto the hub's own line.
  expect(hub.stdout()).toBe(`listening ${hub.url}\n`);
});

describe("a metadata document at a private address", () => {
  let server: Server;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => server.close());

  test.each(["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])(
    "at %s is never connected to",
    async (name) => {
      const { port } = server.address() as { port: number };
      const id = `https://${name}:${port}/client.json`;
      const shown = (await new LoginBrowser().open(authorizeUrl(origin, id).url.href)) as Shown;
      expect(shown.text).toContain("invalid_client");
      expect(shown.refresh).toBeUndefined();
      expect(connections).toBe(0);
    },
  );
});

describe.runIf(process.platform === "linux" && process.getuid?.() === 0)("another user's program", () => {
  test("cannot register, log in or redeem", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-other-user-"));
    // A Node that the other user may run, wherever this one's is.
    const node = join(folder, "node");
    copyFileSync(process.execPath, node);
    chmodSync(node, 0o755);
    chmodSync(folder, 0o755);
    try {
      const script = `
        const at = ${JSON.stringify(origin)};
        const form = { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "a=b" };
        const json = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"redirect_uris":["http://127.0.0.1/"]}' };
        for (const [path, init] of [["/oauth/register", json], ["/register", json], ["/oauth/token", form], ["/oauth/revoke", form],
          ["/oauth/authorize?client_id=x", {}], ["/oauth/login/abc", {}], ["/healthz", {}]])
          console.log(path, (await fetch(at + path, init)).status);`;
      const child: ChildProcess = spawn(node, ["--input-type=module", "-e", script], {
        uid: 65_534,
        gid: 65_534,
        cwd: "/",
        env: {},
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
      await once(child, "close");
      expect(output.trim().split("\n")).toEqual([
        "/oauth/register 403",
        "/register 403",
        "/oauth/token 403",
        "/oauth/revoke 403",
        "/oauth/authorize?client_id=x 403",
        "/oauth/login/abc 403",
        "/healthz 200",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test("a login by hand ends with a client that is listed as paired", async () => {
  const clientId = await register(origin, { client_name: "By hand" });
  const { url } = authorizeUrl(origin, clientId);
  const { back } = await logIn(hub, url);
  expect(back.searchParams.get("iss")).toBe(origin);
  expect((await clients()).find(({ name }) => name === "by-hand")).toMatchObject({
    via: "pairing",
    claimedName: "By hand",
  });
});
