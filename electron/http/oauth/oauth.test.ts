import { createHash, randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { LoginBrowser, type Shown } from "../../../e2e/lib/login-browser.ts";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createMemoryOAuth } from "../../hub/testing/memory-oauth.ts";
import { createListener, type ListenerSurroundings } from "../listener.ts";
import type { OtherEnd } from "../process/other-end.ts";
import { FakePairing } from "../testing/fake-pairing.ts";
import { ask, FakeControl, FakeMcp, FakeTimers, optionsWith } from "../testing/kit.ts";
import { DocumentUnreachable } from "./fetch-document.ts";

const REDIRECT = "http://127.0.0.1:33418/callback";
const SELF: OtherEnd = {
  process: { pid: process.pid, name: "node", executable: process.execPath, user: "ann" },
  sameUser: true,
};

let listener: Listener | undefined;
afterEach(async () => {
  await listener?.close(0);
  listener = undefined;
});

async function start(surroundings: Partial<ListenerSurroundings> = {}, allowedHosts: string[] = []) {
  const store = createMemoryOAuth();
  const pairing = new FakePairing(store);
  listener = await createListener(optionsWith(new FakeMcp(), new FakeControl(), { pairing, allowedHosts }), {
    findOtherEnd: () => Promise.resolve(SELF),
    ...surroundings,
  });
  const { port } = listener;
  return { port, pairing, store, origin: `http://127.0.0.1:${port}` };
}

const register = (origin: string, metadata: object, headers: Record<string, string> = {}) =>
  fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(metadata),
  });

async function registered(origin: string, metadata: object = {}): Promise<string> {
  const response = await register(origin, { client_name: "Editor", redirect_uris: [REDIRECT], ...metadata });
  const body = (await response.json()) as { client_id?: string };
  if (body.client_id === undefined) throw new Error(JSON.stringify(body));
  return body.client_id;
}

interface Attempt {
  readonly verifier: string;
  readonly url: URL;
}

function attempt(origin: string, clientId: string, change: Record<string, string | undefined> = {}): Attempt {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/oauth/authorize", origin);
  const params: Record<string, string | undefined> = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: "s1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    resource: `${origin}/mcp`,
    ...change,
  };
  for (const [name, value] of Object.entries(params))
    if (value !== undefined) url.searchParams.set(name, value);
  return { verifier, url };
}

const token = (origin: string, params: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${origin}/oauth/token`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(params),
  });

const redeem = (origin: string, clientId: string, code: string, verifier: string, more = {}) =>
  token(origin, {
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT,
    ...more,
  });

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

type Started = Awaited<ReturnType<typeof start>>;

/** Logs in up to the code. */
async function login({ origin, pairing }: Started, clientId: string, change = {}) {
  const { verifier, url } = attempt(origin, clientId, change);
  const browser = new LoginBrowser();
  const page = await browser.open(url.href);
  const asked = await pairing.asked.next();
  asked.answer({ allowed: true, client: "identity-1" });
  const back = await browser.wait(page);
  return { verifier, back, asked, code: back.searchParams.get("code") ?? "" };
}

async function paired(hub: Started) {
  const clientId = await registered(hub.origin);
  const { code, verifier } = await login(hub, clientId);
  const tokens = (await (await redeem(hub.origin, clientId, code, verifier)).json()) as Tokens;
  return { clientId, code, verifier, tokens };
}

const refresh = (origin: string, clientId: string, value: string) =>
  token(origin, { grant_type: "refresh_token", client_id: clientId, refresh_token: value });

const errorOf = async (response: Response): Promise<string> =>
  `${response.status} ${((await response.json()) as { error: string }).error}`;

describe("a login", () => {
  test("registers, waits for the person, and ends with tokens that are stored as hashes alone", async () => {
    const hub = await start();
    const { asked, back, code, verifier } = await (async () => {
      const clientId = await registered(hub.origin);
      return { clientId, ...(await login(hub, clientId)) };
    })();
    expect(asked.request).toEqual({
      oauthClient: expect.any(String),
      issuer: hub.origin,
      process: SELF.process,
      processFrom: "registration",
      claimedName: "Editor",
      clientUrl: null,
      redirectUri: REDIRECT,
      redirectHost: "127.0.0.1:33418",
      warnings: [],
    });
    expect(`${back.origin}${back.pathname}`).toBe(REDIRECT);
    expect(back.searchParams.get("state")).toBe("s1");
    expect(back.searchParams.get("iss")).toBe(hub.origin);
    const tokens = (await (
      await redeem(hub.origin, asked.request.oauthClient, code, verifier)
    ).json()) as Tokens;
    expect(tokens).toMatchObject({ token_type: "Bearer", scope: "mcp", expires_in: 3_600 });
    expect([...hub.pairing.tokens.values()]).toEqual([
      {
        hash: createHash("sha256").update(tokens.access_token).digest(),
        client: "identity-1",
        audience: { host: new URL(hub.origin).host, scope: { kind: "all" } },
        expiresAt: expect.any(Number),
      },
    ]);
    const stored = JSON.stringify([...hub.store.records.values()]);
    for (const secret of [tokens.access_token, tokens.refresh_token, code, verifier])
      expect(stored).not.toContain(secret);
    expect([...hub.store.records.values()].map(({ kind }) => kind).sort()).toEqual([
      "access",
      "client",
      "grant",
      "refresh",
    ]);
  });

  test("that the person denies goes back with access_denied", async () => {
    const hub = await start();
    const { url } = attempt(hub.origin, await registered(hub.origin));
    const browser = new LoginBrowser();
    const page = await browser.open(url.href);
    (await hub.pairing.asked.next()).answer({ allowed: false });
    const back = await browser.wait(page);
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: "access_denied",
      error_description: "the person did not allow it",
      state: "s1",
      iss: hub.origin,
    });
  });

  test("whose browser goes away is withdrawn", async () => {
    const timers = new FakeTimers();
    const hub = await start({ timers });
    const { url } = attempt(hub.origin, await registered(hub.origin));
    await new LoginBrowser().open(url.href);
    const asked = await hub.pairing.asked.next();
    timers.advance(89_000);
    expect(asked.withdrawn).toBe(false);
    timers.advance(2_000);
    expect(asked.withdrawn).toBe(true);
  });

  test("that cannot be asked about now goes back with temporarily_unavailable", async () => {
    const hub = await start();
    const { GatehouseError } = await import("../../../shared/errors.ts");
    hub.pairing.refuseWith = new GatehouseError("bad_request", "another request waits");
    const { url } = attempt(hub.origin, await registered(hub.origin));
    const back = (await new LoginBrowser().open(url.href)) as URL;
    expect(back.searchParams.get("error")).toBe("temporarily_unavailable");
  });

  test("of a program with a scheme of its own ends on a page that says so", async () => {
    const hub = await start();
    const redirect = "cursor://anysphere.cursor-mcp/oauth/callback";
    const clientId = await registered(hub.origin, { redirect_uris: [redirect] });
    const { url } = attempt(hub.origin, clientId, { redirect_uri: redirect });
    const browser = new LoginBrowser();
    const page = (await browser.open(url.href)) as Shown;
    (await hub.pairing.asked.next()).answer({ allowed: true, client: "identity-1" });
    const done = (await browser.open(page.refresh ?? "")) as Shown;
    expect(done.text).toContain("<h1>Connected</h1>");
    const back = await browser.wait(done);
    expect(back.href).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/);
  });

  test("asks for what is there, whatever scope, prompt or nonce the client adds", async () => {
    const hub = await start();
    const clientId = await registered(hub.origin, { scope: "openid profile", grant_types: ["implicit"] });
    const { code } = await login(hub, clientId, {
      scope: "openid offline_access",
      prompt: "consent",
      nonce: "n",
    });
    expect(code).not.toBe("");
  });

  test("shows nothing of the client's text unescaped, and cannot be framed", async () => {
    const hub = await start();
    const name = `<script>alert(1)</script>"'\u202e`;
    const { url } = attempt(hub.origin, await registered(hub.origin, { client_name: name }));
    const page = (await new LoginBrowser().open(url.href)) as Shown;
    expect(page.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\\u{202e}");
    expect(page.text).not.toContain("<script");
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.headers.get("cache-control")).toBe("no-store");
  });
});

describe("tokens", () => {
  test("a refresh gives new ones, and the second use of an old one ends the grant", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    const second = (await (await refresh(hub.origin, clientId, tokens.refresh_token)).json()) as Tokens;
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect(hub.pairing.tokens.size).toBe(2);
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
    expect(await errorOf(await refresh(hub.origin, clientId, second.refresh_token))).toBe(
      "400 invalid_grant",
    );
    expect(hub.pairing.tokens.size).toBe(0);
    expect([...hub.store.records.values()].map(({ kind }) => kind)).toEqual(["client"]);
  });

  test("revoking the refresh token ends the grant", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    const response = await fetch(`${hub.origin}/oauth/revoke`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: clientId, token: tokens.refresh_token }),
    });
    expect(response.status).toBe(200);
    expect(hub.pairing.tokens.size).toBe(0);
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
  });

  test("a client that was revoked gets no more", async () => {
    const hub = await start();
    const { clientId, tokens } = await paired(hub);
    hub.pairing.revoked.add("identity-1");
    expect(await errorOf(await refresh(hub.origin, clientId, tokens.refresh_token))).toBe(
      "400 invalid_grant",
    );
  });
});

describe("attacks", () => {
  test.each([
    ["a public site", "https://evil.example/callback"],
    ["a site that begins like the loopback", "http://127.0.0.1.evil.example/callback"],
    ["a site behind a loopback user name", "http://127.0.0.1:33418@evil.example/callback"],
    ["another path of the same client", "http://127.0.0.1:33418/other"],
    ["a page of a known editor that was not registered", "https://vscode.dev/redirect"],
    ["a script", "javascript:alert(1)//"],
  ])("the browser is never sent to %s", async (_what, redirect) => {
    const hub = await start();
    const clientId = await registered(hub.origin);
    const { url } = attempt(hub.origin, clientId, { redirect_uri: redirect });
    const shown = (await new LoginBrowser().open(url.href)) as Shown;
    expect(shown.status).toBe(400);
    expect(shown.headers.get("location")).toBeNull();
    expect(shown.refresh).toBeUndefined();
    expect(hub.pairing.asked.size).toBe(0);
  });

  test.each([
    "https://evil.example/callback",
    "http://192.168.1.5/callback",
    "http://0x7f.1/callback",
    "http://127.0.0.1/#fragment",
    "http://user@127.0.0.1/",
    "javascript:alert(1)",
    "ms-msdt:/id",
    "file:///etc/passwd",
    "https://vscode.dev/redirect?x=1",
  ])("%s cannot be registered", async (redirect) => {
    const hub = await start();
    const response = await register(hub.origin, { redirect_uris: [redirect] });
    expect(await errorOf(response)).toBe("400 invalid_redirect_uri");
  });

  test("a loopback redirect may have another port than the registered one, and nothing else", async () => {
    const hub = await start();
    const clientId = await registered(hub.origin, { redirect_uris: ["http://localhost/callback"] });
    const redirect = "http://localhost:51234/callback";
    const { back } = await login(hub, clientId, { redirect_uri: redirect });
    expect(`${back.origin}${back.pathname}`).toBe(redirect);
  });

  test("a code is good once; its second use ends what came of the first", async () => {
    const hub = await start();
    const { clientId, code, verifier } = await paired(hub);
    expect(hub.pairing.tokens.size).toBe(1);
    expect(await errorOf(await redeem(hub.origin, clientId, code, verifier))).toBe("400 invalid_grant");
    expect(hub.pairing.tokens.size).toBe(0);
  });

  test.each([
    ["no challenge", { code_challenge: undefined, code_challenge_method: undefined }],
    ["the plain method", { code_challenge_method: "plain" }],
    ["no method, which would mean plain", { code_challenge_method: undefined }],
  ])("PKCE cannot be weakened: %s", async (_what, change) => {
    const hub = await start();
    const { url } = attempt(hub.origin, await registered(hub.origin), change);
    const back = (await new LoginBrowser().open(url.href)) as URL;
    expect(back.searchParams.get("error")).toBe("invalid_request");
    expect(back.searchParams.has("code")).toBe(false);
    expect(hub.pairing.asked.size).toBe(0);
  });

  test("a code needs its own verifier, client and redirect", async () => {
    const hub = await start();
    const [clientId, otherId] = [await registered(hub.origin), await registered(hub.origin)];
    const { code, verifier } = await login(hub, clientId);
    const wrong = randomBytes(32).toString("base64url");
    expect(await errorOf(await redeem(hub.origin, clientId, code, wrong))).toBe("400 invalid_grant");
    expect(await errorOf(await redeem(hub.origin, otherId, code, verifier))).toBe("400 invalid_grant");
    const elsewhere = { redirect_uri: "http://127.0.0.1:1/callback" };
    expect(await errorOf(await redeem(hub.origin, clientId, code, verifier, elsewhere))).toBe(
      "400 invalid_grant",
    );
    expect(hub.pairing.tokens.size).toBe(0);
  });

  test("issuers are not mixed: another name's clients, codes, tokens and resources are unknown", async () => {
    const hub = await start();
    const other = hub.origin.replace("127.0.0.1", "localhost");
    const clientId = await registered(hub.origin);
    const { url } = attempt(other, clientId);
    expect(((await new LoginBrowser().open(url.href)) as Shown).text).toContain("invalid_client");
    const { code, verifier } = await login(hub, clientId);
    expect(await errorOf(await redeem(other, clientId, code, verifier))).toBe("401 invalid_client");
    const otherId = await registered(other);
    expect(await errorOf(await redeem(other, otherId, code, verifier))).toBe("400 invalid_grant");
    const tokens = (await (await redeem(hub.origin, clientId, code, verifier)).json()) as Tokens;
    expect(await errorOf(await refresh(other, otherId, tokens.refresh_token))).toBe("400 invalid_grant");
    const foreign = attempt(hub.origin, clientId, { resource: `${other}/mcp` });
    const back = (await new LoginBrowser().open(foreign.url.href)) as URL;
    expect(back.searchParams.get("error")).toBe("invalid_target");
    expect(back.searchParams.get("iss")).toBe(hub.origin);
  });

  test("web pages of other origins can register, log in or redeem nothing; the documents they may read", async () => {
    const hub = await start();
    const Origin = "https://evil.example";
    const headers = { Origin };
    expect((await register(hub.origin, { redirect_uris: [REDIRECT] }, headers)).status).toBe(403);
    expect((await token(hub.origin, { grant_type: "authorization_code" }, headers)).status).toBe(403);
    const clientId = await registered(hub.origin);
    const { url } = attempt(hub.origin, clientId);
    for (const site of ["cross-site", "same-site"])
      expect((await new LoginBrowser({ "Sec-Fetch-Site": site }).load(url.href)).status).toBe(403);
    expect(hub.pairing.asked.size).toBe(0);
    for (const path of ["oauth-protected-resource/mcp", "oauth-authorization-server"]) {
      const document = await fetch(`${hub.origin}/.well-known/${path}`, { headers });
      expect([document.status, document.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    }
    const rebound = await ask(hub.port, {
      path: "/.well-known/oauth-authorization-server",
      headers: { Host: `evil.example:${hub.port}` },
    });
    expect(rebound.status).toBe(403);
  });

  test("a guessed login, or another browser's, leads nowhere", async () => {
    const hub = await start();
    const guessed = await new LoginBrowser().load(`${hub.origin}/oauth/login/${"A".repeat(43)}`);
    expect([guessed.status, guessed.text.includes("This login is over")]).toEqual([400, true]);
    const { url } = attempt(hub.origin, await registered(hub.origin));
    const page = (await new LoginBrowser().open(url.href)) as Shown;
    const asked = await hub.pairing.asked.next();
    asked.answer({ allowed: true, client: "identity-1" });
    // Who has seen the address has not its cookie.
    const thief = new LoginBrowser();
    expect((await thief.load(page.refresh ?? "")).status).toBe(400);
    const id = new URL(page.url).pathname.split("/").at(-1) ?? "";
    const resumed = (await thief.open(`${hub.origin}/oauth/authorize/${id}`)) as Shown;
    expect([resumed.status, resumed.refresh]).toEqual([400, undefined]);
    expect(hub.pairing.tokens.size).toBe(0);
  });

  test("another user's program is refused everywhere", async () => {
    const hub = await start({ findOtherEnd: () => Promise.resolve({ process: null, sameUser: false }) });
    expect(await errorOf(await register(hub.origin, { redirect_uris: [REDIRECT] }))).toBe(
      "403 access_denied",
    );
    expect(await errorOf(await token(hub.origin, {}))).toBe("403 access_denied");
    const { url } = attempt(hub.origin, "any");
    expect((await new LoginBrowser().load(url.href)).status).toBe(403);
    expect((await new LoginBrowser().load(`${hub.origin}/oauth/login/abc`)).status).toBe(403);
  });

  test("a flood of registrations is stopped, of one process sooner than of many", async () => {
    let pid = 1;
    const findOtherEnd = () =>
      Promise.resolve({ process: { pid, name: null, executable: null, user: null }, sameUser: true });
    const hub = await start({ findOtherEnd });
    // A connection of its own for each: a process is known by its connection.
    const one = async (): Promise<number> =>
      (
        await ask(hub.port, {
          method: "POST",
          path: "/register",
          headers: { Host: `127.0.0.1:${hub.port}`, "Content-Type": "application/json" },
          body: JSON.stringify({ redirect_uris: [REDIRECT] }),
        })
      ).status;
    const answers: number[] = [];
    for (let count = 0; count < 31; count += 1) answers.push(await one());
    expect(answers).toEqual([...Array(30).fill(201), 429]);
    const others: number[] = [];
    for (let count = 0; count < 31; count += 1) {
      pid += 1;
      others.push(await one());
    }
    expect(others).toEqual([...Array(30).fill(201), 429]);
  });

  test("of registrations that nobody approves only the newest are kept", async () => {
    const hub = await start();
    for (let count = 0; count < 600; count += 1)
      hub.store.put({
        kind: "client",
        idHash: Buffer.from(String(count)),
        issuer: hub.origin,
        grantHash: null,
        client: null,
        payload: "{}",
        createdAt: count,
        expiresAt: Date.now() + 1_000_000,
      });
    await registered(hub.origin);
    expect(hub.store.records.size).toBe(500);
    expect(hub.store.get("client", Buffer.from("0"))).toBeUndefined();
  });
});

describe("a client that is known by its metadata document", () => {
  const ID = "https://client.example/metadata.json";
  const documented = (more: object = {}) => ({
    client_id: ID,
    client_name: "Documented",
    redirect_uris: [REDIRECT, "https://client.example/cb"],
    token_endpoint_auth_method: "none",
    ...more,
  });
  const serving = (document: object, status = 200) =>
    start({ fetchDocument: () => Promise.resolve(new Response(JSON.stringify(document), { status })) });

  test("is asked about with the address that vouches for it", async () => {
    const hub = await serving(documented());
    const { asked, code, verifier } = await login(hub, ID);
    expect(asked.request).toMatchObject({ clientUrl: ID, claimedName: "Documented", processFrom: null });
    expect((await redeem(hub.origin, ID, code, verifier)).status).toBe(200);
  });

  test("is shown the last program whose request was refused, as such", async () => {
    const hub = await serving(documented());
    expect((await fetch(`${hub.origin}/mcp`, { method: "POST" })).status).toBe(401);
    const { asked } = await login(hub, ID);
    expect(asked.request).toMatchObject({ process: SELF.process, processFrom: "refused" });
  });

  test.each([
    ["is another's", documented({ client_id: "https://other.example/" }), 200],
    ["demands a secret", documented({ token_endpoint_auth_method: "private_key_jwt" }), 200],
    ["has no redirect that is acceptable", documented({ redirect_uris: ["https://client.example/cb"] }), 200],
    ["moved", documented(), 302],
  ])("is refused when the document %s", async (_what, document, status) => {
    const hub = await serving(document, status);
    const shown = (await new LoginBrowser().open(attempt(hub.origin, ID).url.href)) as Shown;
    expect([shown.status, shown.refresh, hub.pairing.asked.size]).toEqual([
      expect.toSatisfy((code: number) => code >= 400 && code < 500),
      undefined,
      0,
    ]);
  });

  test.each(["https://127.0.0.1:8443/c", "https://localhost/c", "https://[::1]/c", "https://10.0.0.1/c"])(
    "at %s is not asked at all",
    async (id) => {
      const hub = await start();
      const shown = (await new LoginBrowser().open(attempt(hub.origin, id).url.href)) as Shown;
      expect(shown.text).toContain("invalid_client");
      expect([shown.refresh, hub.pairing.asked.size]).toEqual([undefined, 0]);
    },
  );
});

describe("without the network", () => {
  const ID = "https://client.example/metadata.json";
  const gone = () => Promise.reject(new DocumentUnreachable("getaddrinfo EAI_AGAIN"));
  const document = { client_id: ID, client_name: "Documented", redirect_uris: [REDIRECT] };

  test("a new client is asked about as one for whom nothing vouches", async () => {
    const hub = await start({ fetchDocument: gone });
    const { asked, code, verifier } = await login(hub, ID);
    expect(asked.request).toMatchObject({
      clientUrl: null,
      claimedName: "client.example",
      warnings: [expect.stringContaining(`${ID} describes it, which cannot be reached`)],
    });
    const tokens = (await (await redeem(hub.origin, ID, code, verifier)).json()) as Tokens;
    expect((await refresh(hub.origin, ID, tokens.refresh_token)).status).toBe(200);
    // That it was approved once makes nobody vouch for it.
    const { asked: again } = await login(hub, ID);
    expect(again.request).toMatchObject({ clientUrl: null, warnings: [expect.any(String)] });
  });

  test.each(["https://vscode.dev/redirect", "https://client.example/cb", "http://evil.example/"])(
    "nobody is sent to %s on a new client's word",
    async (redirect) => {
      const hub = await start({ fetchDocument: gone });
      const { url } = attempt(hub.origin, ID, { redirect_uri: redirect });
      const shown = (await new LoginBrowser().open(url.href)) as Shown;
      expect([shown.status, shown.refresh, hub.pairing.asked.size]).toEqual([400, undefined, 0]);
    },
  );

  test("a client that was approved refreshes, and logs in again as it was approved", async () => {
    let fetched = 0;
    let reachable = true;
    const hub = await start({
      fetchDocument() {
        fetched += 1;
        return reachable ? Promise.resolve(new Response(JSON.stringify(document))) : gone();
      },
    });
    const { code, verifier } = await login(hub, ID);
    const tokens = (await (await redeem(hub.origin, ID, code, verifier)).json()) as Tokens;
    expect(fetched).toBe(1);
    await listener?.close(0);
    reachable = false;
    // A hub that has just started, and knows nothing but what is stored.
    const { pairing } = hub;
    listener = await createListener(
      optionsWith(new FakeMcp(), new FakeControl(), { pairing, port: hub.port }),
      { findOtherEnd: () => Promise.resolve(SELF), fetchDocument: gone },
    );
    expect((await refresh(hub.origin, ID, tokens.refresh_token)).status).toBe(200);
    const { asked } = await login(hub, ID);
    expect(asked.request).toMatchObject({ claimedName: "Documented", clientUrl: ID, warnings: [] });
  });
});

describe("discovery", () => {
  test.each([
    ["127.0.0.1", []],
    ["localhost", []],
    ["[::1]", []],
    ["devbox.internal", ["devbox.internal"]],
  ])("the issuer and the resource follow the host name %s", async (name, allowed) => {
    const { port } = await start({}, allowed);
    const host = `${name}:${port}`;
    const get = async (path: string) => JSON.parse((await ask(port, { path, headers: { Host: host } })).text);
    const issuer = `http://${host}`;
    expect(await get("/.well-known/oauth-protected-resource/mcp/p/work")).toMatchObject({
      resource: `${issuer}/mcp/p/work`,
      authorization_servers: [issuer],
    });
    expect(await get("/.well-known/oauth-authorization-server")).toMatchObject({
      issuer,
      registration_endpoint: `${issuer}/oauth/register`,
      code_challenge_methods_supported: ["S256"],
    });
    const refused = await ask(port, { method: "POST", path: "/mcp/s/files", headers: { Host: host } });
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([
      401,
      `Bearer realm="gatehouse", resource_metadata="${issuer}/.well-known/oauth-protected-resource/mcp/s/files", scope="mcp"`,
    ]);
  });

  test.each([
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/mcp/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/sse",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/mcp/.well-known/oauth-authorization-server",
  ])("clients that probe %s find the document", async (path) => {
    const { port } = await start();
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
  });

  test("nothing claims to be an OpenID provider, or a resource that is none", async () => {
    const { origin } = await start();
    for (const path of [
      "/.well-known/openid-configuration",
      "/mcp/.well-known/openid-configuration",
      "/.well-known/oauth-protected-resource/ui",
    ])
      expect((await fetch(`${origin}${path}`)).status).toBe(404);
  });

  test("a client that found no document can use the endpoints at the root", async () => {
    const hub = await start();
    const response = await fetch(`${hub.origin}/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ redirect_uris: [REDIRECT], token_endpoint_auth_method: "client_secret_post" }),
    });
    const client = (await response.json()) as Record<string, unknown>;
    expect(client).toMatchObject({ token_endpoint_auth_method: "none" });
    expect(client).not.toHaveProperty("client_secret");
    const { url, verifier } = attempt(hub.origin, String(client.client_id), { resource: undefined });
    url.pathname = "/authorize";
    const browser = new LoginBrowser();
    const page = await browser.open(url.href);
    (await hub.pairing.asked.next()).answer({ allowed: true, client: "identity-1" });
    const code = (await browser.wait(page)).searchParams.get("code") ?? "";
    const tokens = await fetch(`${hub.origin}/token`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: String(client.client_id),
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT,
      }),
    });
    expect(tokens.status).toBe(200);
    expect([...hub.pairing.tokens.values()][0]?.audience.scope).toEqual({ kind: "all" });
  });
});
