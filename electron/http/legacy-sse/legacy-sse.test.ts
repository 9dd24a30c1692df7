import { Client, SSEClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import { type Answer, ask, rawGet, resultFor } from "../testing/kit.ts";
import { AUTH, CALL, greetingOf, INITIALIZE, mcpListener, NOTE, PING } from "../testing/mcp-listener.ts";
import { expectProgress, expectPushed } from "../testing/sdk-exchange.ts";
import { legacyRouteOf } from "./route.ts";

const hub = mcpListener((mcp) => {
  mcp.revision = "2024-11-05";
});

const openStream = async (path = "/sse", headers: Record<string, string> = AUTH) => {
  const client = rawGet(hub.port, path, { Accept: "text/event-stream", ...headers });
  await client.expect(/event: endpoint\ndata: \S+\n\n/);
  return { client, messages: /data: (\S+)\n/.exec(client.text)?.[1] ?? "" };
};
const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(hub.port, {
    method: "POST",
    path,
    headers: { ...AUTH, "Content-Type": "application/json", ...headers },
    body,
  });
const openSession = async (path?: string) => {
  const stream = await openStream(path);
  await post(stream.messages, INITIALIZE);
  await stream.client.expect(/"id":1,"result"/);
  await hub.mcp.streamChanges.next();
  return stream;
};

describe("the paths of the endpoint pairs", () => {
  test.each<[string, unknown]>([
    ["/sse", { scope: { kind: "all" }, kind: "stream", messages: "/messages" }],
    ["/messages", { scope: { kind: "all" }, kind: "messages", messages: "/messages" }],
    [
      "/mcp/s/files/sse",
      { scope: { kind: "server", name: "files" }, kind: "stream", messages: "/mcp/s/files/messages" },
    ],
    [
      "/mcp/p/work/messages",
      { scope: { kind: "profile", name: "work" }, kind: "messages", messages: "/mcp/p/work/messages" },
    ],
    ["/mcp/sse", undefined],
    ["/mcp/s/sse", undefined],
    ["/mcp/s/../sse", undefined],
    ["/mcp/x/files/sse", undefined],
    ["/ssex", undefined],
  ])("%s", (path, expected) => {
    expect(legacyRouteOf(path)).toEqual(expected);
  });
});

describe("a stream of the old transport", () => {
  test("names where to post, and carries the answers as message events", async () => {
    const { client, messages } = await openStream();
    expect(messages).toMatch(/^\/messages\?sessionId=[\w-]{32}$/);
    const answer = await post(messages, INITIALIZE);
    expect([answer.status, answer.text]).toEqual([202, ""]);
    await client.expect(/event: message\ndata: \{"jsonrpc":"2.0","id":1,"result":\{"ok":true\}\}\n\n/);
    expect((await post(messages, PING)).status).toBe(202);
    await client.expect(/"id":7,"result":\{\}\}\n\n/);
    expect((await post(messages, NOTE)).status).toBe(202);
    expect((await hub.mcp.notifications.next()).bytes.toString()).toBe(NOTE);
    expect(client.text).not.toMatch(/^id:/m);
    client.socket.destroy();
  });

  test("of one server reaches that server's scope", async () => {
    const { client, messages } = await openSession("/mcp/s/files/sse");
    expect(messages).toMatch(/^\/mcp\/s\/files\/messages\?/);
    await post(messages, CALL);
    expect((await hub.mcp.requests.next()).message).toMatchObject({
      scope: { kind: "server", name: "files" },
      client: { name: "alice" },
      session: { id: "session-1" },
    });
    expect((await post(messages.replace("/mcp/s/files", ""), PING)).status).toBe(404);
    client.socket.destroy();
  });

  test("carries what precedes an answer, and what the hub pushes, and is kept alive", async () => {
    const { client, messages } = await openSession();
    await post(messages, CALL);
    const { message, reply } = await hub.mcp.requests.next();
    reply.notify([Buffer.from('{"jsonrpc":"2.0",\n"method":"n"}')]);
    for (const sink of hub.mcp.streams) sink.push([Buffer.from('{"pushed":1}')]);
    reply.send(resultFor(message, "done"));
    await client.expect(/"method":"n"\}\n\n[\s\S]*\{"pushed":1\}\n\n[\s\S]*"result":"done"\}\n\n/);
    hub.timers.advance(15_000);
    await client.expect(/: keep-alive\n\n/);
    client.socket.destroy();
  });

  test("takes its session and its requests with it when it is lost", async () => {
    const { client, messages } = await openSession();
    await post(messages, CALL);
    const { reply } = await hub.mcp.requests.next();
    client.socket.destroy();
    expect(await hub.mcp.cancelled.next()).toBe("tools/call");
    await expect.poll(() => hub.mcp.sessions.size).toBe(0);
    reply.notify([Buffer.from("{}")]);
    reply.drop();
    expect([reply.canStream, reply.pendingBytes]).toEqual([false, 0]);
    expect((await post(messages, PING)).status).toBe(404);
  });

  test("ends with its session", async () => {
    const { client, messages } = await openSession();
    const [session] = hub.mcp.sessions.values();
    if (session !== undefined) hub.mcp.endSession(session.handle);
    await client.expect(/\r\n0\r\n\r\n$/);
    expect((await post(messages, PING)).status).toBe(404);
    client.socket.destroy();
  });

  test("stays until the answers under way are given when the hub closes", async () => {
    const { client, messages } = await openSession();
    await post(messages, CALL);
    const { message, reply } = await hub.mcp.requests.next();
    const closed = hub.listener.close(60_000);
    reply.send(resultFor(message, "in time"));
    await closed;
    await client.ended;
    expect(client.text).toContain('"in time"');
    expect(hub.mcp.sessions.size).toBe(0);
  });
});

describe("the guard of the old transport", () => {
  test("wants the token on every request, and only the client's own", async () => {
    const { client, messages } = await openSession();
    const answers = [
      await ask(hub.port, { path: "/sse" }),
      await ask(hub.port, { path: `/sse?token=alice-token` }),
      await ask(hub.port, {
        method: "POST",
        path: messages,
        headers: { "Content-Type": "application/json" },
        body: PING,
      }),
      await post(messages, PING, { Authorization: "Bearer nobody" }),
      await post(messages, PING, { Authorization: "Bearer bob-token" }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 404]);
    hub.mcp.tokens.delete("alice-token");
    expect((await post(messages, PING)).status).toBe(401);
    expect(hub.mcp.requests.size + hub.mcp.notifications.size).toBe(0);
    client.socket.destroy();
  });

  test.each<[string, string, Parameters<typeof ask>[1], number]>([
    ["a POST to the stream", "/sse", { method: "POST", body: INITIALIZE }, 405],
    ["a GET of the messages", "/messages", {}, 405],
    ["an unknown server", "/mcp/s/nothing/sse", {}, 404],
    ["an Accept without events", "/sse", { headers: { ...AUTH, Accept: "application/json" } }, 406],
    ["a stream that is not there", "/messages?sessionId=x", { method: "POST", body: PING }, 404],
    ["no stream named", "/messages", { method: "POST", body: PING }, 404],
    ["a wrong Host", "/sse", { headers: { ...AUTH, Host: "evil.example" } }, 403],
    [
      "a foreign Origin",
      "/messages",
      { method: "POST", headers: { ...AUTH, Origin: "https://evil.example" } },
      403,
    ],
  ])("refuses %s", async (_name, path, request, status) => {
    const headers = { ...AUTH, "Content-Type": "application/json", ...request.headers };
    expect((await ask(hub.port, { ...request, path, headers })).status).toBe(status);
  });

  test.each<[string, string, Record<string, string>, number]>([
    ["another type", PING, { "Content-Type": "text/plain" }, 415],
    ["a compressed body", PING, { "Content-Encoding": "gzip" }, 415],
    ["text that is not JSON", "{", {}, 400],
    ["a batch", `[${PING}]`, {}, 400],
    ["a second initialize", INITIALIZE, {}, 400],
    ["a body that is too large", PING.padEnd(5_000), {}, 413],
    ["an unknown MCP-Protocol-Version", PING, { "MCP-Protocol-Version": "2031-01-01" }, 400],
    ["a message of the stateless era", '{"jsonrpc":"2.0","id":1,"method":"server/discover"}', {}, 400],
  ])("refuses %s", async (_name, body, headers, status) => {
    const { client, messages } = await openSession();
    expect((await post(messages, body, headers)).status).toBe(status);
    expect(hub.mcp.requests.size).toBe(0);
    client.socket.destroy();
  });

  test("refuses what comes before initialize", async () => {
    const { client, messages } = await openStream();
    expect((await post(messages, PING)).status).toBe(400);
    client.socket.destroy();
  });

  test("a fault of the endpoint is a 500 without its details, and the stream goes on", async () => {
    const { client, messages } = await openSession();
    const answer = await post(messages, '{"jsonrpc":"2.0","id":9,"method":"explode"}');
    expect([answer.status, answer.text.includes("secret")]).toEqual([500, false]);
    expect(hub.logged.join()).toContain("secret detail");
    await post(messages, PING);
    await client.expect(/"id":7,"result"/);
    client.socket.destroy();
  });
});

test("the SDK's client opens a session, calls with progress, hears what is pushed, and closes", async () => {
  hub.mcp.initializeResult = greetingOf("2024-11-05");
  const client = new Client({ name: "test", version: "1" });
  const url = new URL(hub.listener.url.replace(/\/mcp$/, "/sse"));
  await client.connect(new SSEClientTransport(url, { requestInit: { headers: AUTH } }));
  expect((await hub.mcp.notifications.next()).envelope.method).toBe("notifications/initialized");
  await client.ping();
  await expectPushed(client, hub.mcp);
  await expectProgress(client, hub.mcp);
  await client.close();
  await expect.poll(() => hub.mcp.sessions.size).toBe(0);
});
