import { expect, test } from "vitest";
import { echoServer } from "../lib/hub.ts";
import { loadedBy, scriptsWith } from "../lib/loaded.ts";
import { knock, register } from "./kit.ts";

const config = { mcpServers: { echo: echoServer() } };

test("the authorization server's library is loaded by the first login, not by the start, calls or a look at the documents", async () => {
  const library = scriptsWith("oidc-provider");
  expect(library).toHaveLength(1);
  const before = await loadedBy(config, async (hub) => {
    const token = await hub.addClient("script");
    const client = await hub.connect(token);
    await client.request("tools/list", {});
    expect(await knock(hub.url, undefined)).toBe(401);
    const origin = new URL(hub.url).origin;
    for (const path of ["oauth-protected-resource/mcp", "oauth-authorization-server"])
      expect((await fetch(`${origin}/.well-known/${path}`)).status).toBe(200);
  });
  expect(before.some((path) => path.includes("gatehouse.js"))).toBe(true);
  expect(before.filter((path) => library.includes(path))).toEqual([]);
  const after = await loadedBy(config, (hub) => register(new URL(hub.url).origin));
  expect(after.filter((path) => library.includes(path))).toEqual(library);
});
