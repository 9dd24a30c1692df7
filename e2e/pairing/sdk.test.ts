import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { logIn } from "./kit.ts";
import { type Registration, sdkLogin } from "./sdk-oauth.ts";

/** What real clients register with, as they send it. */
const CLAUDE_CODE: Registration = {
  client_name: "Claude Code (gatehouse)",
  redirect_uris: ["http://localhost:54545/callback"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};
const CURSOR: Registration = {
  client_name: "Cursor",
  client_uri: "https://cursor.com",
  redirect_uris: [
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "https://www.cursor.com/agents/mcp/oauth/callback",
  ],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};
const VS_CODE: Registration = {
  client_name: "Visual Studio Code",
  client_uri: "https://code.visualstudio.com",
  application_type: "native",
  redirect_uris: [
    "https://insiders.vscode.dev/redirect",
    "https://vscode.dev/redirect",
    "http://localhost/",
    "http://127.0.0.1/",
    "http://localhost:33418/",
    "http://127.0.0.1:33418/",
    "vscode://dynamicauthprovider/redirect",
  ],
  grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({
    config: {
      mcpServers: { echo: echoServer(), other: echoServer() },
      profiles: { one: { servers: ["echo"] } },
    },
  });
});
afterAll(() => hub.stop());

const at = (host: string, path = "/mcp"): string => `http://${host}:${hub.port}${path}`;

describe.each([1, 2] as const)("the SDK's OAuth client %i.x", (line) => {
  test.each([
    ["127.0.0.1", CLAUDE_CODE, "http://localhost:54545/callback"],
    ["localhost", CLAUDE_CODE, "http://localhost:61234/callback"],
    ["127.0.0.1", CURSOR, "cursor://anysphere.cursor-mcp/oauth/callback"],
    ["localhost", VS_CODE, "http://127.0.0.1:33418/"],
    ["127.0.0.1", VS_CODE, "https://vscode.dev/redirect"],
    ["localhost", VS_CODE, "vscode://dynamicauthprovider/redirect"],
  ])(
    "pairs by the bare URL at %s with the registration of %o, by way of %s",
    async (host, registration, redirect) => {
      const login = sdkLogin(line, at(host), registration, redirect);
      const { question, back } = await logIn(hub, await login.begin(), "approve", "--profile", "one");
      expect(question).toMatchObject({
        title: `Allow “${registration.client_name}” to connect?`,
        warnings: [],
        pairing: {
          process: { pid: process.pid, executable: process.execPath },
          processFrom: "registration",
          claimedName: registration.client_name,
          redirectUri: redirect,
          choices: [
            { profile: null, seen: { servers: ["echo", "other"] } },
            { profile: "one", seen: { servers: ["echo"] } },
          ],
        },
      });
      expect(back.searchParams.get("state")).toBe("state-of-the-test");
      const tools = await login.finish(back);
      expect(tools.length).toBeGreaterThan(0);
      // The profile that the person chose decides what it sees.
      expect(tools.filter((name) => !name.startsWith("echo__"))).toEqual([]);
      expect(await login.again()).toEqual(tools);
    },
  );

  test("refreshes by itself when its token is worth nothing any more", async () => {
    const login = sdkLogin(line, at("127.0.0.1"), CLAUDE_CODE, "http://localhost:54545/callback");
    const { back } = await logIn(hub, await login.begin());
    const tools = await login.finish(back);
    const { tokens } = login.stored;
    login.stored.tokens = { ...tokens, access_token: "expired" };
    expect(await login.again()).toEqual(tools);
    expect(login.stored.tokens.refresh_token).not.toBe(tokens.refresh_token);
  });

  test("is told when the person denies, and asks for a login again", async () => {
    const login = sdkLogin(line, at("127.0.0.1"), CLAUDE_CODE, "http://localhost:54545/callback");
    const { back } = await logIn(hub, await login.begin(), "deny");
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(login.stored.tokens).toBeUndefined();
    await expect(login.again()).rejects.toThrow();
    // A program that was denied several times in a row is not asked about again for a while; an approval ends that.
    const { back: allowed } = await logIn(hub, await login.begin());
    expect((await login.finish(allowed)).length).toBeGreaterThan(0);
  });

  test("pairs at one server's own address, and its token is for that alone", async () => {
    const login = sdkLogin(
      line,
      at("127.0.0.1", "/mcp/s/echo"),
      CLAUDE_CODE,
      "http://localhost:54545/callback",
    );
    const { back } = await logIn(hub, await login.begin());
    expect((await login.finish(back)).length).toBeGreaterThan(0);
    const elsewhere = await fetch(at("127.0.0.1"), {
      method: "POST",
      headers: { Authorization: `Bearer ${login.stored.tokens.access_token}` },
    });
    expect(elsewhere.status).toBe(401);
    expect(elsewhere.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});
