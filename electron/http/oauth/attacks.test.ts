import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LoginBrowser, type Shown } from "../../../e2e/lib/login-browser.ts";
import { ask } from "../testing/kit.ts";
import {
  attempt,
  errorOf,
  login,
  oauthListener,
  paired,
  REDIRECT,
  redeem,
  refresh,
  register,
  registered,
  type Tokens,
  token,
} from "../testing/oauth-login.ts";

const { start } = oauthListener();

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
