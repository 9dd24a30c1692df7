import { describe, expect, test } from "vitest";
import { LoginBrowser, type Shown } from "../../../e2e/lib/login-browser.ts";
import {
  attempt,
  login,
  oauthListener,
  REDIRECT,
  redeem,
  refresh,
  SELF,
  type Tokens,
} from "../testing/oauth-login.ts";
import { DocumentUnreachable } from "./fetch-document.ts";

const { restart, start } = oauthListener();

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
    reachable = false;
    await restart(hub, { fetchDocument: gone });
    expect((await refresh(hub.origin, ID, tokens.refresh_token)).status).toBe(200);
    const { asked } = await login(hub, ID);
    expect(asked.request).toMatchObject({ claimedName: "Documented", clientUrl: ID, warnings: [] });
  });
});
