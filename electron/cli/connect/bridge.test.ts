import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeConnectToken } from "../../hub/home/connect-token.ts";
import { homeFiles } from "../../hub/home/paths.ts";
import { type BridgedClient, bridgedClient, homeWithToken } from "./testing/client.ts";
import { type FakeHub, type FakeHubOptions, type Received, startFakeHub } from "./testing/fake-hub.ts";

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const WELCOME = '{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-06-18","capabilities":{}}}';
const call = (id: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"t","arguments":{}}}`;
const modern = (id: string, method: string, more = ""): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{"name":"größe"${more},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`;

const posts = (request: Received): boolean => request.method === "POST";
const gets = (request: Received): boolean => request.method === "GET";
const deletes = (request: Received): boolean => request.method === "DELETE";

let home = "";
let hubs: FakeHub[] = [];
let client: BridgedClient;
beforeEach(() => {
  home = homeWithToken();
});
afterEach(async () => {
  for (const hub of hubs) await hub.kill();
  hubs = [];
  await client.dispose();
});

/** Sessions end without anybody looking, unless the test wants to see it. */
const hubOf = async (options: FakeHubOptions = {}): Promise<FakeHub> => {
  const hub = await startFakeHub(home, {
    handle: (request) => {
      if (!deletes(request)) return false;
      request.json("");
      return true;
    },
    ...options,
  });
  hubs.push(hub);
  return hub;
};
const open = async (hub: FakeHub, session = "s-1"): Promise<void> => {
  client.write(INITIALIZE);
  (await hub.next(posts)).json(WELCOME, 200, { "Mcp-Session-Id": session });
  await client.line();
  client.write(INITIALIZED);
  (await hub.next(posts)).json("", 202);
};

describe("a session", () => {
  it("carries the bytes both ways as they came, with the token, the session and the revision in headers", async () => {
    const hub = await hubOf();
    client = bridgedClient(home, {}, { cwd: "/home/ada/proj" });
    await open(hub);
    const request =
      '{"id":12345678901234567890, "jsonrpc":"2.0","method":"tools/call","params":{"name":"t","x":1.10,"é":"\\u00e9"}}';
    client.write(request);
    const got = await hub.next(posts);
    expect(got).toMatchObject({ path: "/mcp", body: request });
    expect(got.headers).toMatchObject({
      authorization: "Bearer gth_secret",
      "mcp-session-id": "s-1",
      "mcp-protocol-version": "2025-06-18",
      "x-gatehouse-project": "/home/ada/proj",
    });
    got.json('{"jsonrpc":"2.0",\n"id":12345678901234567890,"result":{"z":0.10,"a":9007199254740993}}');
    expect(await client.line()).toBe(
      '{"jsonrpc":"2.0", "id":12345678901234567890,"result":{"z":0.10,"a":9007199254740993}}',
    );
  });

  it("has its stream of server messages, whose requests are answered by a POST", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    const stream = await hub.next(gets);
    expect(stream.headers).toMatchObject({ "mcp-session-id": "s-1", accept: "text/event-stream" });
    const send = stream.events();
    send('{"jsonrpc":"2.0","id":7,"method":"roots/list"}', "e-1");
    expect(await client.line()).toContain("roots/list");
    client.write('{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}');
    const answer = await hub.next(posts);
    expect(answer.body).toBe('{"jsonrpc":"2.0","id":7,"result":{"roots":[]}}');
    answer.json("", 202);
  });

  it("goes on with its stream after the last event, also at the next run of the hub", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    const send = (await hub.next(gets)).events();
    send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', "e-1");
    await client.line();
    await hub.kill();
    const next = await hubOf();
    const again = await next.next(gets);
    expect(again.headers).toMatchObject({ "mcp-session-id": "s-1", "last-event-id": "e-1" });
    again.events()('{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}');
    expect(await client.line()).toContain("prompts");
  });

  it("goes on at the next run of the hub, and a request that was not written is sent to that", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    await hub.kill();
    client.write(call("1"));
    const next = await hubOf();
    const got = await next.next(posts);
    expect(got.headers["mcp-session-id"]).toBe("s-1");
    got.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(hub.received.filter(({ body }) => body === call("1"))).toEqual([]);
  });

  it("answers a request in flight at a hub's death with an error that says so, and never repeats it", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    client.write(call('"a"'));
    await hub.next(posts);
    client.write(call('"b"'));
    (await hub.next(posts)).events()('{"jsonrpc":"2.0","method":"notifications/progress"}');
    expect(await client.line()).toContain("progress");
    await hub.kill();
    const errors = [await client.line(), await client.line()].map((line) => JSON.parse(line));
    expect(errors.map(({ id }) => id).sort()).toEqual(["a", "b"]);
    expect(errors[0].error).toMatchObject({ code: -32000, data: { code: "hub_not_running" } });
    expect(errors[0].error.message).toMatch(/ended before it answered.*not repeated/);
    const next = await hubOf();
    client.write(call('"c"'));
    const got = await next.next(posts);
    expect(got.body).toBe(call('"c"'));
    got.json('{"jsonrpc":"2.0","id":"c","result":{}}');
    await client.line();
    expect(next.received.filter(posts)).toHaveLength(1);
  });

  it("comes back for the rest of an answer whose connection broke while the hub lives on", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    (await hub.next(gets)).events();
    client.write(call("1"));
    const got = await hub.next(posts);
    got.events()('{"jsonrpc":"2.0","method":"notifications/progress"}', "p-1");
    await client.line();
    got.res.destroy();
    const rest = await hub.next(gets);
    expect(rest.headers["last-event-id"]).toBe("p-1");
    rest.events()('{"jsonrpc":"2.0","id":1,"result":{"late":true}}', "p-2");
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{"late":true}}');
    rest.res.end();
  });

  it("sends what a closing hub refuses to the next one", async () => {
    let refused = (): void => {};
    const isRefused = new Promise<void>((resolve) => {
      refused = resolve;
    });
    const hub = await hubOf({
      handle: ({ body, json }) => {
        if (body !== call("1")) return false;
        json('{"code":"closing"}', 503, { Connection: "close" });
        refused();
        return true;
      },
    });
    client = bridgedClient(home);
    await open(hub);
    client.write(call("1"));
    await isRefused;
    await hub.kill();
    const next = await hubOf();
    (await next.next(posts)).json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toContain("result");
  });

  it("is opened anew, unseen, when the hub does not know it any more", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    (await hub.next(gets)).events();
    client.write(call("1"));
    const lost = '{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Session not found"}}';
    (await hub.next(posts)).json(lost, 404);
    const initialize = await hub.next(posts);
    expect(initialize.body).toBe(INITIALIZE);
    initialize.json(WELCOME, 200, { "Mcp-Session-Id": "s-2" });
    const initialized = await hub.next(posts);
    expect([initialized.body, initialized.headers["mcp-session-id"]]).toEqual([INITIALIZED, "s-2"]);
    initialized.json("", 202);
    const again = await hub.next(posts);
    expect([again.body, again.headers["mcp-session-id"]]).toEqual([call("1"), "s-2"]);
    again.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect((await hub.next(gets)).headers["mcp-session-id"]).toBe("s-2");
  });

  it("passes a cancellation on after the request, and one of a request that was never written ends it here", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    client.write(call("1"));
    const first = await hub.next(posts);
    const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    client.write(cancelled);
    const notice = await hub.next(posts);
    expect(notice.body).toBe(cancelled);
    notice.json("", 202);
    first.events();
    first.res.end();
    await hub.kill();
    client.write(call("2"));
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}');
    client.write(call("3"));
    const next = await hubOf();
    const got = await next.next(posts);
    expect(got.body).toBe(call("3"));
    got.json('{"jsonrpc":"2.0","id":3,"result":{}}');
    expect(await client.line()).toContain('"id":3');
    expect(client.lines).toEqual([]);
  });

  it("passes a batch on whole, and its answers", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    const batch = `[${call("1")},${INITIALIZED},${call("2")}]`;
    client.write(batch);
    const got = await hub.next(posts);
    expect(got.body).toBe(batch);
    got.json('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]');
    expect(await client.line()).toMatch(/^\[.*"id":2/);
    client.write(batch);
    await hub.next(posts);
    await hub.kill();
    const errors = [JSON.parse(await client.line()), JSON.parse(await client.line())];
    expect(errors.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("is ended at the hub when the client closes its end, after the answers under way", async () => {
    const hub = await hubOf({ handle: () => false });
    client = bridgedClient(home);
    await open(hub);
    client.write(call("1"));
    const got = await hub.next(posts);
    client.input.end();
    got.json('{"jsonrpc":"2.0","id":1,"result":{}}');
    const end = await hub.next(deletes);
    expect(end.headers["mcp-session-id"]).toBe("s-1");
    end.json("");
    expect(await client.ended).toBe(0);
    expect(client.lines).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}']);
  });

  it("waits for no answer when a signal ends it", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    await open(hub);
    client.write(call("1"));
    await hub.next(posts);
    client.signal();
    expect(await client.ended).toBe(0);
    expect(client.lines).toEqual([]);
  });
});

describe("the stateless era", () => {
  it("has the headers of its requests made here, and no session", async () => {
    const hub = await hubOf();
    client = bridgedClient(home, { server: "files" });
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    expect(got).toMatchObject({ method: "POST", path: "/mcp/s/files", body: modern("1", "tools/call") });
    expect(got.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "=?base64?Z3LDtsOfZQ==?=",
      "gatehouse-bridge": "stdio",
    });
    expect(got.headers).not.toHaveProperty("mcp-session-id");
    got.json('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}');
    expect(await client.line()).toContain("complete");
  });

  it("cancels by closing the answer's stream, and the client gets no answer", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    const closed = new Promise((resolve) => got.res.on("close", resolve));
    got.events()('{"jsonrpc":"2.0","method":"notifications/progress"}');
    await client.line();
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
    await closed;
    client.write(modern("2", "tools/list"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":2,"result":{}}');
    expect(await client.line()).toContain('"id":2');
    expect(hub.received).toHaveLength(2);
  });

  it("opens a listen stream again at the next run of the hub, acknowledged once for the client", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    const listen = modern('"l"', "subscriptions/listen", ',"notifications":{}');
    const acknowledged = '{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}';
    client.write(listen);
    (await hub.next()).events()(acknowledged);
    expect(await client.line()).toBe(acknowledged);
    await hub.kill();
    const next = await hubOf();
    const again = await next.next();
    expect(again.body).toBe(listen);
    const send = again.events();
    send(acknowledged);
    send('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    expect(await client.line()).toContain("list_changed");
    const closed = new Promise((resolve) => again.res.on("close", resolve));
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}');
    await closed;
  });

  it("passes refusals on under the request's own id", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    client.write(modern("1", "nothing/such"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}', 404);
    expect(await client.line()).toBe('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}');
    client.write(modern("2", "tools/list"));
    (await hub.next()).json('{"jsonrpc":"2.0","id":null,"error":{"code":-32020,"message":"header"}}', 400);
    expect(JSON.parse(await client.line())).toEqual({
      jsonrpc: "2.0",
      id: 2,
      error: { code: -32020, message: "header" },
    });
    client.write(modern("3", "tools/list"));
    (await hub.next()).res.writeHead(500).end("<html>");
    expect(JSON.parse(await client.line())).toMatchObject({ id: 3, error: { message: /500/ } });
  });
});

describe("before the hub is reached", () => {
  it("what is no message is answered here", async () => {
    client = bridgedClient(home);
    client.write("{oops");
    expect(JSON.parse(await client.line())).toMatchObject({ id: null, error: { code: -32700 } });
  });

  it("an impostor on the hub's port gets no token, and the client is told", async () => {
    const hub = await hubOf({ impostor: true });
    client = bridgedClient(home);
    client.write(INITIALIZE);
    expect(JSON.parse(await client.line())).toMatchObject({
      id: "i",
      error: { code: -32000, data: { code: "hub_untrusted" } },
    });
    expect(client.stderr()).toMatch(/^error: hub_untrusted: what listens on port \d+ is not/);
    expect(hub.received).toEqual([]);
  });

  it("a hub that cannot be started is told with its own words, and tried again by the next request", async () => {
    const program = (words: string): [string, ...string[]] => [process.execPath, "-e", words, "--"];
    const failing = program(
      "console.error('error: port_taken: port 1 is taken\\nFree it.'); process.exitCode = 1",
    );
    client = bridgedClient(home, {}, { program: failing });
    client.write(INITIALIZE);
    expect(JSON.parse(await client.line()).error).toMatchObject({
      message: "port 1 is taken. Free it.",
      data: { code: "port_taken", advice: "Free it." },
    });
    expect(client.stderr()).toBe("error: port_taken: port 1 is taken\nFree it.\n");
  });

  it("a revoked client is told how to be let in again, and a new token is taken up", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    client.write(modern("1", "tools/list"));
    (await hub.next()).json("{}", 401);
    expect(JSON.parse(await client.line()).error).toMatchObject({
      message: /revoked.*gatehouse client add connect --connect/,
      data: { code: "unauthorized" },
    });
    client.write(modern("2", "tools/list"));
    const refused = await hub.next();
    writeConnectToken(home, "connect", "gth_new");
    refused.json("{}", 401);
    const got = await hub.next();
    expect(got.headers.authorization).toBe("Bearer gth_new");
    got.json('{"jsonrpc":"2.0","id":2,"result":{}}');
    expect(await client.line()).toContain('"id":2');
  });

  it("a client that was refused is not asked for again by its next request", async () => {
    await hubOf();
    rmSync(`${home}/connect`, { recursive: true });
    const source = "console.error('error: forbidden: not let in'); process.exitCode = 1";
    client = bridgedClient(home, {}, { program: [process.execPath, "-e", source, "--"] });
    for (const id of ["1", "2"]) {
      client.write(modern(id, "tools/list"));
      expect(JSON.parse(await client.line())).toMatchObject({ error: { data: { code: "forbidden" } } });
    }
  });
});

describe("pressure", () => {
  const LARGE = "x".repeat(1024 * 1024);

  it("a client that does not read holds the hub's answers back, and gets all of them", async () => {
    const hub = await hubOf();
    client = bridgedClient(home, {}, {}, { reads: false });
    client.write(modern("1", "tools/call"));
    const got = await hub.next();
    const send = got.events();
    for (let n = 0; n < 64; n += 1) send(`{"jsonrpc":"2.0","method":"n","params":"${LARGE}"}`);
    send('{"jsonrpc":"2.0","id":1,"result":{}}');
    got.res.end();
    await new Promise((resolve) => client.output.once("readable", resolve));
    // What the bridge holds is bounded while nobody reads: the rest waits at the hub's end.
    for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate);
    expect(client.output.readableLength + client.output.writableLength).toBeLessThan(8 * LARGE.length);
    let bytes = 0;
    for await (const chunk of client.output) {
      bytes += (chunk as Buffer).length;
      if (bytes > 64 * LARGE.length && String((chunk as Buffer).subarray(-40)).includes('"result"')) break;
    }
    expect(bytes).toBeGreaterThan(64 * LARGE.length);
  });

  it("a hub that is away holds the client's messages back", async () => {
    client = bridgedClient(home);
    rmSync(homeFiles(home).runFile, { force: true });
    for (let n = 0; n < 20; n += 1) client.write(modern(String(n), "tools/call", `,"x":"${LARGE}"`));
    while (!client.input.isPaused()) await new Promise(setImmediate);
    const hub = await hubOf({
      handle: ({ body, json }) => {
        json(`{"jsonrpc":"2.0","id":${String(JSON.parse(body).id)},"result":{}}`);
        return true;
      },
    });
    const ids = new Set<number>();
    while (ids.size < 20) ids.add(JSON.parse(await client.line()).id);
    expect(hub.received).toHaveLength(20);
  });

  it("a message of 32 MB passes both ways", async () => {
    const hub = await hubOf();
    client = bridgedClient(home);
    const text = LARGE.repeat(32);
    client.write(modern("1", "tools/call", `,"x":"${text}"`));
    const got = await hub.next();
    expect(got.body).toHaveLength(modern("1", "tools/call", `,"x":"${text}"`).length);
    const answer = `{"jsonrpc":"2.0","id":1,"result":"${text}"}`;
    got.json(answer);
    expect((await client.line()) === answer).toBe(true);
  });
});

it("every connection is proven before it is used, and used again", async () => {
  const hub = await hubOf();
  client = bridgedClient(home);
  for (const id of ["1", "2", "3"]) {
    client.write(modern(id, "tools/list"));
    (await hub.next()).json(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    await client.line();
  }
  expect(hub.connections()).toBe(1);
});
