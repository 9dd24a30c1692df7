import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Ask, ask, RawConnection, rawPost } from "../testing/kit.ts";
import { AUTH, errorOf, INITIALIZE, mcpListener, PING, POST_HEADERS } from "../testing/mcp-listener.ts";

const hub = mcpListener();
const { openSession, post } = hub;

describe("the guard of /mcp", () => {
  test.each<[string, Ask, number, number]>([
    ["no token", { headers: { "Content-Type": "application/json" } }, 401, -32000],
    ["an unknown token", { headers: { ...POST_HEADERS, Authorization: "Bearer nobody" } }, 401, -32000],
    ["another scheme", { headers: { ...POST_HEADERS, Authorization: "Basic YTpi" } }, 401, -32000],
    ["an empty token", { headers: { ...POST_HEADERS, Authorization: "Bearer " } }, 401, -32000],
    [
      "a token in the URL",
      { path: "/mcp?token=alice-token&access_token=alice-token", headers: {} },
      401,
      -32000,
    ],
    ["an unknown server", { path: "/mcp/s/nothing" }, 404, -32600],
    ["an unknown profile", { path: "/mcp/p/nothing" }, 404, -32600],
    ["PUT", { method: "PUT" }, 405, -32600],
    ["OPTIONS", { method: "OPTIONS" }, 405, -32600],
    ["a body of another type", { headers: { ...POST_HEADERS, "Content-Type": "text/plain" } }, 415, -32600],
    ["a body of no type", { headers: AUTH }, 415, -32600],
    [
      "a client that accepts neither form",
      { headers: { ...POST_HEADERS, Accept: "text/html" } },
      406,
      -32600,
    ],
    ["text that is not JSON", { body: '{"jsonrpc":' }, 400, -32700],
    ["an empty body", { body: "" }, 400, -32700],
    ["bytes that are not UTF-8", { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, -32700],
    ["a batch", { body: `[${PING}]` }, 400, -32600],
    ["an array of nothing", { body: "[]" }, 400, -32600],
    ["no method", { body: '{"jsonrpc":"2.0","id":7}' }, 400, -32600],
  ])("%s", async (_name, request, status, code) => {
    const answer = await ask(hub.port, {
      method: "POST",
      path: "/mcp",
      headers: POST_HEADERS,
      body: PING,
      ...request,
    });
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code });
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": "frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(hub.mcp.requests.size + hub.mcp.notifications.size).toBe(0);
  });

  test("a 401 challenges, and tells a bad token from a missing one", async () => {
    const missing = await ask(hub.port, { path: "/mcp" });
    const bad = await ask(hub.port, { path: "/mcp", headers: { Authorization: "Bearer x" } });
    expect(missing.headers["www-authenticate"]).toBe(
      `Bearer realm="gatehouse", resource_metadata="http://127.0.0.1:${hub.port}/.well-known/oauth-protected-resource/mcp", scope="mcp"`,
    );
    expect(bad.headers["www-authenticate"]).toContain('error="invalid_token"');
    expect(missing.text).toContain("gatehouse client add");
  });

  test("a token that was revoked is refused from the next request on", async () => {
    const session = await openSession();
    hub.mcp.tokens.delete("alice-token");
    expect((await post(PING, session)).status).toBe(401);
  });

  test("without a token a caller is anonymous where that is allowed, with a bad one never", async () => {
    hub.mcp.allowAnonymous = true;
    const headers = { "Content-Type": "application/json" };
    const asked = { method: "POST", path: "/mcp", body: INITIALIZE };
    expect((await ask(hub.port, { ...asked, headers })).status).toBe(200);
    const bad = { ...headers, Authorization: "Bearer nobody" };
    expect((await ask(hub.port, { ...asked, headers: bad })).status).toBe(401);
  });

  test("405 names the methods that there are", async () => {
    const answer = await ask(hub.port, { method: "PATCH", path: "/mcp", headers: AUTH });
    expect(answer.headers.allow).toBe("GET, POST, DELETE");
  });

  test("a compressed body is refused", async () => {
    const answer = await post(gzipSync(PING), { "Content-Encoding": "gzip" });
    expect(answer.status).toBe(415);
  });

  test("duplicate keys are refused at any depth of the params, and the id is named", async () => {
    const session = await openSession();
    const shallow = await post('{"jsonrpc":"2.0","id":7,"method":"ping","method":"ping"}', session);
    const deep = await post(
      '{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"x","arguments":{"a":{"b":1,"b":2}}}}',
      session,
    );
    expect([shallow.status, errorOf(shallow)]).toEqual([400, { id: 7, code: -32600 }]);
    expect([deep.status, errorOf(deep)]).toEqual([400, { id: 8, code: -32600 }]);
    expect(hub.mcp.requests.size).toBe(0);
  });

  test("a batch is told what to do instead", async () => {
    expect((await post(`[${PING},${PING}]`)).text).toContain("one message per request");
  });

  test("a body that is declared too large is refused before it is sent, and the connection closed", async () => {
    const client = new RawConnection(hub.port);
    client.write(rawPost(hub.port, "/mcp", { ...POST_HEADERS, "Content-Length": "4097" }, ""));
    await client.expect(/^HTTP\/1\.1 413 [\s\S]*Connection: close[\s\S]*"code":-32014/);
    hub.timers.advance(1_000);
    await client.ended;
  });

  test("a chunked body is counted, refused beyond the limit, and the connection closed", async () => {
    const client = new RawConnection(hub.port);
    const head = rawPost(hub.port, "/mcp", { ...POST_HEADERS, "Transfer-Encoding": "chunked" }, "");
    client.write(head.replace(/Content-Length: \d+\r\n/, ""));
    for (let sent = 0; sent < 5; sent += 1) client.write(`3e8\r\n${" ".repeat(1_000)}\r\n`);
    await client.expect(/^HTTP\/1\.1 413 [\s\S]*"code":-32014/);
    hub.timers.advance(1_000);
    await client.ended;
  });

  test("a body of exactly the limit is taken, whether its length is declared or not", async () => {
    const session = await openSession();
    const body = PING.padEnd(4_096);
    expect((await post(body, session)).status).toBe(200);
    expect((await post(body, { ...session, "Transfer-Encoding": "chunked" })).status).toBe(200);
  });
});
