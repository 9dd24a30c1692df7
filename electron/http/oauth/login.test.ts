import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LoginBrowser, type Shown } from "../../../e2e/lib/login-browser.ts";
import { FakeTimers } from "../testing/kit.ts";
import {
  attempt,
  login,
  oauthListener,
  REDIRECT,
  redeem,
  registered,
  SELF,
  type Tokens,
} from "../testing/oauth-login.ts";

const { start } = oauthListener();

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
