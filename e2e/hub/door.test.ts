import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { echoServer } from "../lib/hub.ts";
import type { Answer, Headers, McpHttpClient } from "../lib/mcp-client.ts";
import { startTestHub, type TestHub, textOf } from "./kit.ts";

let hub: TestHub;
let token: string;
let client: McpHttpClient;

beforeAll(async () => {
  hub = await startTestHub({ config: { mcpServers: { echo: echoServer() } } });
  token = await hub.addClient("door");
  client = await hub.connect(token);
});
afterAll(() => hub?.stop());

const LIMIT = 64 * 1024 * 1024;
const call = (args: string, id = "1"): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo__echo","arguments":${args}}}`;
const good = call('{"text":"hello"}');

/** What a refusal of /mcp says: the status, and the JSON-RPC code and id of its body. */
const refusalOf = ({ status, messages }: Answer): { status: number; code: unknown; id: unknown } => ({
  status,
  code: messages[0]?.error?.code,
  id: messages[0]?.id,
});
/** What a refusal of the door says: the status, and the code of its body. */
const doorRefusalOf = ({ status, text }: Answer): { status: number; code: unknown } => ({
  status,
  code: (JSON.parse(text) as { error: unknown }).error,
});
const post = (body: string | Uint8Array, headers: Headers = {}): Promise<Answer> =>
  client.post(body, { headers });

describe("Host and Origin, on every path", () => {
  test.each(["/mcp", "/mcp/s/echo", "/healthz", "/ui/", "/control", "/metrics", "/"])(
    "%s answers 403 to a wrong Host and to a foreign Origin",
    async (path) => {
      const anyone = hub.client(token, path);
      const ask = (headers: Headers): Promise<Answer> => anyone.send(undefined, { method: "GET", headers });
      const wrongHost = { status: 403, code: "host_not_allowed" };
      const foreign = { status: 403, code: "origin_not_allowed" };
      expect(doorRefusalOf(await ask({ host: "evil.example" }))).toEqual(wrongHost);
      expect(doorRefusalOf(await ask({ host: `evil.example:${hub.port}` }))).toEqual(wrongHost);
      expect(doorRefusalOf(await ask({ host: `127.0.0.1:${hub.port + 1}` }))).toEqual(wrongHost);
      expect(doorRefusalOf(await ask({ origin: "https://evil.example" }))).toEqual(foreign);
      expect(doorRefusalOf(await ask({ origin: `http://127.0.0.1:${hub.port + 1}` }))).toEqual(foreign);
      expect(doorRefusalOf(await ask({ origin: "null" }))).toEqual(foreign);
    },
  );

  test("a POST with a wrong Host or a foreign Origin is refused although its token is right", async () => {
    expect(doorRefusalOf(await post(good, { host: "rebound.example" }))).toEqual({
      status: 403,
      code: "host_not_allowed",
    });
    expect(doorRefusalOf(await post(good, { origin: "https://evil.example" }))).toEqual({
      status: 403,
      code: "origin_not_allowed",
    });
  });

  test("no answer carries CORS headers, and none may be framed", async () => {
    const own = await post(good, { origin: `http://127.0.0.1:${hub.port}` });
    expect(own.status).toBe(200);
    expect(Object.keys(own.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    expect(own.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  });

  test("a WebSocket of a foreign page is refused before it may say anything", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/control`, { origin: "https://evil.example" });
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("403");
  });

  test("a control connection without the right token is refused", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/control`);
    await once(socket, "open");
    const messages: string[] = [];
    socket.on("message", (data) => void messages.push(String(data)));
    const closed = once(socket, "close");
    socket.send(JSON.stringify({ hello: "gatehouse-control/1", challenge: "0".repeat(64) }));
    socket.send(JSON.stringify({ token }));
    await closed;
    expect(messages.map((text) => Object.keys(JSON.parse(text) as object))).toEqual([["proof"], ["refused"]]);
  });
});

describe("tokens", () => {
  const unauthorized = { status: 401, code: -32000, id: null };

  test.each([
    { what: "no token", authorization: null },
    { what: "an unknown token", authorization: "Bearer gth_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    { what: "an empty token", authorization: "Bearer " },
    { what: "another scheme", authorization: "Basic Z2F0ZTpob3VzZQ==" },
  ])("$what gets 401 with WWW-Authenticate, whatever the method", async ({ authorization }) => {
    for (const method of ["POST", "GET", "DELETE"]) {
      const answer = await client.send(method === "POST" ? good : undefined, {
        method,
        headers: { authorization },
      });
      expect(refusalOf(answer)).toEqual(unauthorized);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="gatehouse"/);
    }
  });

  test("a token in the URL does not count", async () => {
    const other = hub.client(undefined, `/mcp?token=${token}&access_token=${token}`);
    expect(refusalOf(await other.post(good))).toEqual(unauthorized);
  });

  test("a revoked token gets 401 with the very next request, and its open stream ends", async () => {
    const revoked = await hub.connect(await hub.addClient("leaver"));
    expect(textOf(await revoked.call("echo__echo", { text: "still in" }))).toBe("still in");
    const stream = await revoked.openStream();
    expect(stream.status).toBe(200);
    await hub.command("client", "revoke", "leaver");
    expect(refusalOf(await revoked.post(good))).toEqual(unauthorized);
    await stream.ended;
    expect(refusalOf(await revoked.send(undefined, { method: "GET" }))).toEqual(unauthorized);
    expect(textOf(await client.call("echo__echo", { text: "others stay" }))).toBe("others stay");
  });
});

describe("messages that are none", () => {
  const deep = (levels: number): string => call(`${"[".repeat(levels)}${"]".repeat(levels)}`);

  test.each([
    { what: "malformed JSON", body: good.slice(0, -2), code: -32700, id: 1 },
    { what: "an empty body", body: "", code: -32700, id: null },
    { what: "text after the message", body: `${good} {}`, code: -32700, id: 1 },
    {
      what: "a lone surrogate's bytes",
      body: Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80]),
      code: -32700,
      id: null,
    },
    { what: "a BOM", body: `\ufeff${good}`, code: -32700, id: null },
    { what: "a number", body: "1", code: -32600, id: null },
    { what: "a batch", body: `[${good}]`, code: -32600, id: null },
    { what: "another protocol", body: good.replace("2.0", "1.0"), code: -32600, id: 1 },
    { what: "no method", body: '{"jsonrpc":"2.0","id":1}', code: -32600, id: 1 },
    { what: "an id that is an object", body: call("{}", "{}"), code: -32600, id: null },
    {
      what: "an envelope key twice",
      body: good.replace('"id":1', '"id":1,"method":"ping"'),
      code: -32600,
      id: 1,
    },
    {
      what: "an envelope key twice, once in another case",
      body: good.replace('"id":1', '"id":1,"Method":"ping"'),
      code: -32600,
      id: 1,
    },
    {
      what: "the tool's name twice",
      body: good.replace('"name":', '"name":"echo__crash","name":'),
      code: -32600,
      id: 1,
    },
    { what: "an argument twice", body: call('{"text":"a","text":"b"}'), code: -32600, id: 1 },
    {
      what: "an argument twice, once with an escape",
      body: call('{"text":"a","te\\u0078t":"b"}'),
      code: -32600,
      id: 1,
    },
    {
      what: "a key twice deep in the arguments",
      body: call('{"list":[0,{"deep":{"x":[{"path":1,"other":2,"pa\\u0074h":3}]}}]}'),
      code: -32600,
      id: 1,
    },
    { what: "a nesting bomb", body: deep(100_000), code: -32600, id: undefined },
    { what: "a nesting bomb that never closes", body: "[".repeat(5_000_000), code: -32600, id: null },
  ])("$what gets 400 and its error", async ({ body, code, id }) => {
    const refusal = refusalOf(await post(body));
    expect(refusal).toEqual({ status: 400, code, id: id === undefined ? refusal.id : id });
  });

  test("the same keys in different objects, and keys that differ only in case in arguments, are no duplicates", async () => {
    const body = call('{"text":"fine","Text":1,"a":{"text":1},"b":[{"text":2},{"text":3}]}');
    expect(textOf((await post(body)).messages[0] ?? {})).toBe("fine");
  });

  test("nesting within the bound passes", async () => {
    expect((await post(deep(50))).status).toBe(200);
  });
});

describe("requests that are none of /mcp", () => {
  test("a body over the limit gets 413, by its declared length already", async () => {
    const answer = await sendRaw(
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":-32014');
  });

  test("a body over the limit gets 413, also when its length is not declared", async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await sendRaw(head, function* () {
      for (let sent = 0; sent <= LIMIT; sent += chunk.length) {
        yield Buffer.from(`${chunk.length.toString(16)}\r\n`);
        yield chunk;
        yield Buffer.from("\r\n");
      }
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":-32014');
  });

  test.each([
    { what: "a wrong content type", headers: { "content-type": "text/plain" } },
    { what: "a form", headers: { "content-type": "application/x-www-form-urlencoded" } },
    { what: "no content type", headers: { "content-type": null } },
    { what: "another charset", headers: { "content-type": "application/json; charset=utf-16" } },
  ])("$what gets 415", async ({ headers }) => {
    expect(refusalOf(await post(good, headers))).toEqual({ status: 415, code: -32600, id: null });
  });

  test("a compressed request gets 415 and is not unpacked", async () => {
    const answer = await post(gzipSync(good), { "content-encoding": "gzip" });
    expect(refusalOf(answer)).toEqual({ status: 415, code: -32600, id: null });
    expect(answer.headers["accept-encoding"]).toBe("identity");
  });

  test("other methods get 405 with those that there are", async () => {
    for (const method of ["PUT", "PATCH", "OPTIONS"]) {
      const answer = await client.send(undefined, { method });
      expect(refusalOf(answer)).toEqual({ status: 405, code: -32600, id: null });
      expect(answer.headers.allow).toBe("GET, POST, DELETE");
    }
  });

  test("an Accept that admits neither form of answer gets 406", async () => {
    expect(refusalOf(await post(good, { accept: "text/html" }))).toMatchObject({ status: 406, code: -32600 });
    const get = await client.send(undefined, { method: "GET", headers: { accept: "application/json" } });
    expect(refusalOf(get)).toMatchObject({ status: 406, code: -32600 });
  });

  test("a path that is none gets 404, and a server that is none too", async () => {
    expect((await hub.client(token, "/nothing").send(undefined, { method: "GET" })).status).toBe(404);
    expect(refusalOf(await hub.client(token, "/mcp/s/nobody").post(good))).toMatchObject({
      status: 404,
      code: -32600,
    });
  });
});

describe("sessions and names", () => {
  test("no session gets 400, an unknown one 404, another client's 404, an ended one 404", async () => {
    const id = 1;
    const missing = await post(good, { "mcp-session-id": null });
    expect(refusalOf(missing)).toEqual({ status: 400, code: -32600, id });
    const unknown = { status: 404, code: -32001, id };
    expect(refusalOf(await post(good, { "mcp-session-id": "unknown" }))).toEqual(unknown);
    const thief = hub.client(await hub.addClient("thief"), "/mcp", client.sessionId);
    expect(refusalOf(await thief.post(good))).toEqual(unknown);
    const elsewhere = hub.client(token, "/mcp/s/echo", client.sessionId);
    expect(refusalOf(await elsewhere.post(good))).toEqual(unknown);
    const brief = await hub.connect(token);
    expect((await brief.endSession()).status).toBe(200);
    expect(refusalOf(await brief.post(good))).toEqual(unknown);
  });

  test("a revision that is not spoken gets 400, and so does a message of the stateless era", async () => {
    const revision = await post(good, { "mcp-protocol-version": "1999-01-01" });
    expect(refusalOf(revision)).toEqual({ status: 400, code: -32600, id: 1 });
    const discover = '{"jsonrpc":"2.0","id":7,"method":"server/discover","params":{}}';
    expect(refusalOf(await post(discover))).toEqual({ status: 400, code: -32022, id: 7 });
  });

  test("an unknown tool gets -32602 and an unknown method -32601", async () => {
    for (const name of ["echo__nothing", "echo", "nobody__echo", "echo__Echo", ""])
      expect((await client.call(name)).error).toMatchObject({ code: -32602 });
    expect((await client.request("no/such/method")).error).toMatchObject({ code: -32601 });
  });
});

test("after all that the hub answers, and its server has seen only what was let in", async () => {
  const before = (await hub.calls("--limit", "1000")).filter((each) => each.status === "ok").length;
  const count = await client.call("echo__count");
  expect(Number(textOf(count))).toBe(before + 1);
});

/** Sends bytes as they are on a connection of their own; gives all that came back until it was closed. */
async function sendRaw(head: string, body?: () => Iterable<Buffer>): Promise<string> {
  const socket = connect(hub.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  socket.write(head);
  for (const piece of body?.() ?? []) {
    if (socket.destroyed || text !== "") break;
    if (!socket.write(piece)) await Promise.race([once(socket, "drain"), closed]);
  }
  await closed;
  return text;
}
