import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Listener } from "../../hub/ports/endpoint.ts";
import { createListener } from "../listener.ts";
import {
  type Answer,
  type Ask,
  ask,
  bytesOf,
  FakeControl,
  FakeMcp,
  FakeTimers,
  optionsWith,
  RawConnection,
  rawPost,
  resultFor,
} from "../testing/kit.ts";

const BOTH = "application/json, text/event-stream";
const AUTH = { Authorization: "Bearer alice-token" };
const POST_HEADERS = { ...AUTH, "Content-Type": "application/json", Accept: BOTH };
const PING = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
const CALL = '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}';
const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

let mcp: FakeMcp;
let timers: FakeTimers;
let logged: string[];
let listener: Listener;

beforeEach(async () => {
  mcp = new FakeMcp();
  timers = new FakeTimers();
  logged = [];
  const options = optionsWith(mcp, new FakeControl(), { log: (_level, message) => logged.push(message) });
  listener = await createListener(options, { timers });
});

afterEach(async () => {
  await listener.close(0);
});

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = "/mcp"): Promise<Answer> =>
  ask(listener.port, { method: "POST", path, headers: { ...POST_HEADERS, ...headers }, body });

const openSession = async (path = "/mcp"): Promise<Record<string, string>> => {
  const answer = await post(INITIALIZE, {}, path);
  return { "Mcp-Session-Id": String(answer.headers["mcp-session-id"]) };
};

const errorOf = (answer: Answer): { id: unknown; code: number } => {
  const message = JSON.parse(answer.text) as { id: unknown; error: { code: number } };
  return { id: message.id, code: message.error.code };
};

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
    const answer = await ask(listener.port, {
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
    expect(mcp.requests.size + mcp.notifications.size).toBe(0);
  });

  test("a 401 challenges, and tells a bad token from a missing one", async () => {
    const missing = await ask(listener.port, { path: "/mcp" });
    const bad = await ask(listener.port, { path: "/mcp", headers: { Authorization: "Bearer x" } });
    expect(missing.headers["www-authenticate"]).toBe(
      `Bearer realm="gatehouse", resource_metadata="http://127.0.0.1:${listener.port}/.well-known/oauth-protected-resource/mcp", scope="mcp"`,
    );
    expect(bad.headers["www-authenticate"]).toContain('error="invalid_token"');
    expect(missing.text).toContain("gatehouse client add");
  });

  test("a token that was revoked is refused from the next request on", async () => {
    const session = await openSession();
    mcp.tokens.delete("alice-token");
    expect((await post(PING, session)).status).toBe(401);
  });

  test("without a token a caller is anonymous where that is allowed, with a bad one never", async () => {
    mcp.allowAnonymous = true;
    const headers = { "Content-Type": "application/json" };
    const asked = { method: "POST", path: "/mcp", body: INITIALIZE };
    expect((await ask(listener.port, { ...asked, headers })).status).toBe(200);
    const bad = { ...headers, Authorization: "Bearer nobody" };
    expect((await ask(listener.port, { ...asked, headers: bad })).status).toBe(401);
  });

  test("405 names the methods that there are", async () => {
    const answer = await ask(listener.port, { method: "PATCH", path: "/mcp", headers: AUTH });
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
    expect(mcp.requests.size).toBe(0);
  });

  test("a batch is told what to do instead", async () => {
    expect((await post(`[${PING},${PING}]`)).text).toContain("one message per request");
  });

  test("a body that is declared too large is refused before it is sent, and the connection closed", async () => {
    const client = new RawConnection(listener.port);
    client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, "Content-Length": "4097" }, ""));
    await client.expect(/^HTTP\/1\.1 413 [\s\S]*Connection: close[\s\S]*"code":-32014/);
    timers.advance(1_000);
    await client.ended;
  });

  test("a chunked body is counted, refused beyond the limit, and the connection closed", async () => {
    const client = new RawConnection(listener.port);
    const head = rawPost(listener.port, "/mcp", { ...POST_HEADERS, "Transfer-Encoding": "chunked" }, "");
    client.write(head.replace(/Content-Length: \d+\r\n/, ""));
    for (let sent = 0; sent < 5; sent += 1) client.write(`3e8\r\n${" ".repeat(1_000)}\r\n`);
    await client.expect(/^HTTP\/1\.1 413 [\s\S]*"code":-32014/);
    timers.advance(1_000);
    await client.ended;
  });

  test("a body of exactly the limit is taken, whether its length is declared or not", async () => {
    const session = await openSession();
    const body = PING.padEnd(4_096);
    expect((await post(body, session)).status).toBe(200);
    expect((await post(body, { ...session, "Transfer-Encoding": "chunked" })).status).toBe(200);
  });
});

describe("sessions", () => {
  test("initialize answers with the session's id", async () => {
    const answer = await post(INITIALIZE, {
      "Mcp-Session-Id": "of-another-life",
      "MCP-Protocol-Version": "1999",
    });
    expect({ status: answer.status, type: answer.headers["content-type"], text: answer.text }).toEqual({
      status: 200,
      type: "application/json",
      text: '{"jsonrpc":"2.0","id":1,"result":{"ok":true}}',
    });
    expect(answer.headers["mcp-session-id"]).toBe("session-1");
    expect(answer.headers["content-length"]).toBe(String(answer.text.length));
  });

  test("every other message needs a session", async () => {
    const answers = await Promise.all([
      post(PING),
      post('{"jsonrpc":"2.0","method":"notifications/initialized"}'),
      post('{"jsonrpc":"2.0","id":1,"result":{}}'),
      ask(listener.port, { path: "/mcp", headers: { ...AUTH, Accept: BOTH } }),
      ask(listener.port, { method: "DELETE", path: "/mcp", headers: AUTH }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400, 400]);
    expect(errorOf(answers[0] as Answer)).toEqual({ id: 7, code: -32600 });
  });

  test("an unknown session, another client's and one of another path are all not found", async () => {
    const session = await openSession();
    const answers = [
      await post(PING, { "Mcp-Session-Id": "made-up" }),
      await post(PING, { ...session, Authorization: "Bearer bob-token" }),
      await post(PING, session, "/mcp/s/files"),
      await ask(listener.port, {
        path: "/mcp",
        headers: { ...AUTH, Accept: "text/event-stream", "Mcp-Session-Id": "x" },
      }),
      await ask(listener.port, {
        method: "DELETE",
        path: "/mcp",
        headers: { ...AUTH, "Mcp-Session-Id": "x" },
      }),
    ];
    expect(answers.map((answer) => [answer.status, errorOf(answer).code])).toEqual(
      Array(5).fill([404, -32001]),
    );
    expect(answers[0]?.text).toContain('"id":7');
    expect(answers[0]?.text).toContain("Session not found");
  });

  test("a session on a server's own path is used there", async () => {
    const session = await openSession("/mcp/s/files");
    expect((await post(PING, session, "/mcp/s/files")).status).toBe(200);
  });

  test("an unknown MCP-Protocol-Version is refused, a known or absent one is fine", async () => {
    const session = await openSession();
    const unknown = await post(PING, { ...session, "MCP-Protocol-Version": "2024-01-01" });
    expect([unknown.status, errorOf(unknown)]).toEqual([400, { id: 7, code: -32600 }]);
    expect(unknown.text).toContain("2025-11-25");
    expect((await post(PING, { ...session, "MCP-Protocol-Version": "2025-06-18" })).status).toBe(200);
    expect((await post(PING, session)).status).toBe(200);
  });

  test("the stateless era's requests are checked by its rules, and need no session", async () => {
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const request = (method: string, params: unknown) => bytesOf({ jsonrpc: "2.0", id: "d", method, params });
    const version = { "MCP-Protocol-Version": "2026-07-28" };
    const table: [string, Buffer, Record<string, string>, number][] = [
      ["no headers", request("tools/list", { _meta: meta }), {}, -32020],
      [
        "another method in the header",
        request("tools/list", { _meta: meta }),
        { ...version, "Mcp-Method": "x" },
        -32020,
      ],
      ["no metadata", request("tools/list", {}), { ...version, "Mcp-Method": "tools/list" }, -32602],
      [
        "no capabilities",
        request("ping", { _meta: { ...meta, "io.modelcontextprotocol/clientCapabilities": undefined } }),
        version,
        -32602,
      ],
      [
        "a version that is not spoken",
        request("ping", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": "2031-01-01" } }),
        { "MCP-Protocol-Version": "2031-01-01", "Mcp-Method": "ping" },
        -32022,
      ],
      ["a bare probe", request("server/discover", {}), {}, -32022],
    ];
    for (const [what, body, headers, code] of table) {
      const answer = await post(body, headers);
      expect([what, answer.status, errorOf(answer)]).toEqual([what, 400, { id: "d", code }]);
    }
    const good = await post(request("ping", { _meta: meta }), { ...version, "Mcp-Method": "ping" });
    expect(good.status).toBe(200);
  });

  test("DELETE ends a session; afterwards it is not found", async () => {
    const session = await openSession();
    const remove = { method: "DELETE", path: "/mcp", headers: { ...AUTH, ...session } };
    expect((await ask(listener.port, remove)).status).toBe(200);
    expect((await ask(listener.port, remove)).status).toBe(404);
    expect((await post(PING, session)).status).toBe(404);
  });

  test("notifications and responses are accepted with an empty 202", async () => {
    const session = await openSession();
    for (const body of [
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      '{"jsonrpc":"2.0","id":3,"result":{}}',
      '{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"no"}}',
    ]) {
      const answer = await post(body, session);
      expect([answer.status, answer.text, answer.headers["content-length"]]).toEqual([202, "", "0"]);
      expect((await mcp.notifications.next()).bytes.toString()).toBe(body);
    }
  });
});

describe("replies", () => {
  test("a request reaches the endpoint as the bytes that were sent, with its client and scope", async () => {
    const session = await openSession("/mcp/p/work");
    const body =
      '{"jsonrpc":"2.0", "id":12345678901234567890,"method":"tools/call","params":{"name":"x","n":1.10}}';
    const answered = post(body, session, "/mcp/p/work");
    const { message, reply } = await mcp.requests.next();
    reply.send(resultFor(message, 1));
    expect((await answered).text).toBe('{"jsonrpc":"2.0","id":12345678901234567890,"result":1}');
    expect(message.bytes.toString()).toBe(body);
    expect(message).toMatchObject({
      client: { name: "alice" },
      scope: { kind: "profile", name: "work" },
      session: { id: "session-1" },
    });
  });

  test("requests one after the other share a connection", async () => {
    const client = new RawConnection(listener.port);
    client.write(rawPost(listener.port, "/mcp", POST_HEADERS, INITIALIZE));
    await client.expect(/"id":1,"result"/);
    const session = /Mcp-Session-Id: (\S+)/.exec(client.text)?.[1] ?? "";
    for (let id = 10; id < 13; id += 1) {
      const body = `{"jsonrpc":"2.0","id":${String(id)},"method":"ping"}`;
      client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, "Mcp-Session-Id": session }, body));
      await client.expect(new RegExp(`"id":${String(id)},"result"`));
    }
    expect(client.text.match(/HTTP\/1\.1 200/g)).toHaveLength(4);
    client.socket.destroy();
  });

  test("a body that comes in pieces, split inside a character, is put together", async () => {
    const session = await openSession();
    const body = Buffer.from('{"jsonrpc":"2.0","id":"ü","method":"tools/call","params":{"name":"x"}}');
    const head = rawPost(
      listener.port,
      "/mcp",
      { ...POST_HEADERS, ...session, "Content-Length": String(body.length) },
      "",
    );
    const client = new RawConnection(listener.port);
    const cut = body.indexOf(0xc3) + 1;
    client.write(head);
    await new Promise((resolve) => client.socket.write(body.subarray(0, cut), resolve));
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.write(body.subarray(cut));
    const { message } = await mcp.requests.next();
    expect(message.bytes.equals(body)).toBe(true);
    client.socket.destroy();
  });

  test("a large answer arrives whole, in as many pieces as it was given", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    const { reply } = await mcp.requests.next();
    const filler = Buffer.alloc(3_000_000, "x");
    reply.send([Buffer.from('{"jsonrpc":"2.0","id":"a","result":"'), filler, filler, Buffer.from('"}')]);
    const { text, headers } = await answered;
    expect(headers["content-length"]).toBe(String(text.length));
    expect((JSON.parse(text) as { result: string }).result).toHaveLength(6_000_000);
  });

  test("after a notification the answer is an event stream, one data line a message", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    const { message, reply } = await mcp.requests.next();
    reply.notify([Buffer.from('{"jsonrpc":"2.0",\r\n"method":"notifications/progress"}')]);
    reply.send(resultFor(message, "done"));
    const answer = await answered;
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    expect(answer.text.replaceAll(/id: [0-9a-f]{8}\.1-/g, "id: S-")).toBe(
      "id: S-0\nretry: 2000\ndata: \n\n" +
        'id: S-1\ndata: {"jsonrpc":"2.0",  "method":"notifications/progress"}\n\n' +
        'id: S-2\ndata: {"jsonrpc":"2.0","id":"a","result":"done"}\n\n',
    );
  });

  test("a client that takes only JSON gets its answer without the notifications", async () => {
    const session = await openSession();
    const answered = post(CALL, { ...session, Accept: "application/json" });
    const { message, reply } = await mcp.requests.next();
    reply.notify([Buffer.from("{}")]);
    timers.advance(60_000);
    reply.send(resultFor(message, "done"));
    expect((await answered).text).toBe('{"jsonrpc":"2.0","id":"a","result":"done"}');
  });

  test("a client that takes only event streams gets one, also for initialize", async () => {
    const answer = await post(INITIALIZE, { Accept: "text/event-stream" });
    expect(answer.headers).toMatchObject({
      "content-type": "text/event-stream",
      "mcp-session-id": "session-1",
    });
    expect(answer.text).toBe('data: {"jsonrpc":"2.0","id":1,"result":{"ok":true}}\n\n');
  });

  test("an answer that takes 15 seconds becomes a stream that is kept alive every 15 seconds", async () => {
    const session = await openSession();
    const client = new RawConnection(listener.port);
    client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await mcp.requests.next();
    timers.advance(15_000);
    await client.expect(/text\/event-stream[\s\S]*: keep-alive\n\n/);
    timers.advance(15_000);
    await client.expect(/(: keep-alive[\s\S]*){2}/);
    reply.send(resultFor(message, "late"));
    await client.expect(/data: .*"late"\}\n\n/);
    client.socket.destroy();
  });

  test("a dropped request ends as a stream without an answer", async () => {
    const session = await openSession();
    const answered = post(CALL, session);
    (await mcp.requests.next()).reply.drop();
    expect(await answered).toMatchObject({ status: 200, text: "" });
  });

  test("when the client goes away the request is cancelled, and a late answer goes nowhere", async () => {
    const session = await openSession();
    const client = new RawConnection(listener.port);
    client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await mcp.requests.next();
    client.socket.destroy();
    expect(await mcp.cancelled.next()).toBe("tools/call");
    reply.notify([Buffer.from("{}")]);
    reply.send(resultFor(message, 1));
    expect(reply.pendingBytes).toBe(0);
    await new Promise<void>((resolve) => reply.onDrain(resolve));
  });

  test("an answered request is not cancelled when its connection closes", async () => {
    const session = await openSession();
    await post(PING, session);
    const client = new RawConnection(listener.port);
    client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    await mcp.requests.next();
    client.socket.destroy();
    expect(await mcp.cancelled.next()).toBe("tools/call");
    expect(mcp.cancelled.size).toBe(0);
  });

  test("a slow reader sees its bytes counted, and the waiting is told when it has caught up", async () => {
    const session = await openSession();
    const client = new RawConnection(listener.port);
    client.socket.pause();
    client.write(rawPost(listener.port, "/mcp", { ...POST_HEADERS, ...session }, CALL));
    const { message, reply } = await mcp.requests.next();
    reply.notify([Buffer.from(`{"x":"${"x".repeat(32_000_000)}"}`)]);
    expect(reply.pendingBytes).toBeGreaterThan(8_000_000);
    const drained = new Promise<void>((resolve) => reply.onDrain(resolve));
    client.socket.resume();
    await drained;
    expect(reply.pendingBytes).toBeLessThan(1_048_576);
    reply.send(resultFor(message, 1));
    await client.expect(/"result":1\}\n\n/);
    client.socket.destroy();
  });

  test("a fault of the endpoint is a 500 without its details, which are logged", async () => {
    const session = await openSession();
    const answer = await post('{"jsonrpc":"2.0","id":9,"method":"explode"}', session);
    expect([answer.status, errorOf(answer)]).toEqual([500, { id: 9, code: -32603 }]);
    expect(answer.text).not.toContain("secret");
    expect(logged.join()).toContain("secret detail");
  });
});

describe("the GET stream", () => {
  const openStream = (session: Record<string, string>, accept = "text/event-stream"): RawConnection => {
    const client = new RawConnection(listener.port);
    const lines = Object.entries({
      ...AUTH,
      ...session,
      Accept: accept,
      Host: `127.0.0.1:${String(listener.port)}`,
    });
    client.write(
      `GET /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    return client;
  };

  test("needs a client that accepts event streams", async () => {
    const session = await openSession();
    for (const headers of [{ Accept: "application/json" }, {}]) {
      const answer = await ask(listener.port, { path: "/mcp", headers: { ...AUTH, ...session, ...headers } });
      expect(answer.status).toBe(406);
    }
  });

  test("starts at once, carries pushed messages on one line each, and is kept alive", async () => {
    const client = openStream(await openSession());
    await client.expect(/^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*: keep-alive\n\n/);
    await mcp.streamChanges.next();
    for (const sink of mcp.streams) sink.push([Buffer.from('{"a":'), Buffer.from("\n1}")]);
    await client.expect(/data: \{"a": 1\}\n\n/);
    timers.advance(15_000);
    await client.expect(/(: keep-alive[\s\S]*){2}/);
    client.socket.destroy();
    expect(await mcp.streamChanges.next()).toBe(0);
  });

  test("can be opened several times in one session", async () => {
    const session = await openSession();
    const clients = [openStream(session), openStream(session)];
    await mcp.streamChanges.next();
    expect(await mcp.streamChanges.next()).toBe(2);
    for (const client of clients) client.socket.destroy();
  });

  test("ends with its session", async () => {
    const session = await openSession();
    const client = openStream(session);
    await mcp.streamChanges.next();
    await ask(listener.port, { method: "DELETE", path: "/mcp", headers: { ...AUTH, ...session } });
    await client.expect(/\r\n0\r\n\r\n$/);
    client.socket.destroy();
  });
});
