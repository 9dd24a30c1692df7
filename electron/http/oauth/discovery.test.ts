import { describe, expect, test } from "vitest";
import { LoginBrowser } from "../../../e2e/lib/login-browser.ts";
import { ask } from "../testing/kit.ts";
import { attempt, oauthListener, REDIRECT } from "../testing/oauth-login.ts";

const { start } = oauthListener();

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
