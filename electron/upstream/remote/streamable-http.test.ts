import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../clock.ts";
import {
  event,
  events,
  fastClock,
  greeting,
  HELLO,
  json,
  type OpenRemote,
  openRemote,
  resultOf,
  serveWeb,
  type WebRequest,
  type WebServer,
} from "../fixtures/remote.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function web(handle: (request: WebRequest) => void): Promise<WebServer> {
  const server = await serveWeb(handle);
  cleanups.push(() => server.close());
  return server;
}

function open(
  server: WebServer | string,
  ...rest: [headers?: Record<string, string>, deps?: object]
): OpenRemote {
  const url = typeof server === "string" ? server : `${server.origin}/mcp`;
  const remote = openRemote({ url, headers: rest[0] ?? {} }, rest[1]);
  cleanups.push(() => remote.transport.stop());
  return remote;
}

const noStream = ({ response }: WebRequest): void => {
  response.writeHead(405).end();
};

/** A greeted server: calls go to `call`, GET streams to `listen` (405 unless given). */
async function greeted(
  call: (request: WebRequest) => void,
  listen: (request: WebRequest) => void = noStream,
  deps: object = {},
): Promise<{ server: WebServer; remote: OpenRemote }> {
  const server = await web(
    greeting((request) => {
      if (request.method === "GET") listen(request);
      else if (request.method === "DELETE") request.response.writeHead(200).end();
      else call(request);
    }),
  );
  const remote = open(server, {}, deps);
  await remote.greet();
  return { server, remote };
}

describe("Streamable HTTP, headers and session", () => {
  it("names revision and session once it has them, and never lets the configuration override the protocol's headers", async () => {
    const server = await web(
      greeting((request) => {
        if (request.method !== "POST") noStream(request);
        else json(request.response, resultOf(request.message.id, {}));
      }),
    );
    const remote = open(server, {
      Authorization: "Bearer t",
      "X-Key": "k",
      "Mcp-Session-Id": "mine",
      HOST: "evil",
      Accept: "no",
    });
    await remote.greet();
    await remote.ask(1, "tools/list");
    await server.until(() => server.requests.length === 4);
    const [first, second, ...rest] = server.requests;
    expect(first?.headers).toMatchObject({
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      authorization: "Bearer t",
      "x-key": "k",
      host: server.origin.slice("http://".length),
    });
    expect(first?.headers).not.toHaveProperty("mcp-session-id");
    expect(first?.headers).not.toHaveProperty("mcp-protocol-version");
    for (const request of [second, ...rest])
      expect(request?.headers).toMatchObject({
        "mcp-session-id": "s-1",
        "mcp-protocol-version": "2025-11-25",
      });
    expect(rest.map((request) => request.method).sort()).toEqual(["GET", "POST"]);
  });

  it("lets nothing overtake notifications/initialized", async () => {
    let release = (): void => {};
    const server = await web((request) => {
      const { message, response } = request;
      if (message.method === "initialize") json(response, resultOf(message.id, HELLO));
      else if (message.method === "notifications/initialized") release = () => response.writeHead(202).end();
      else if (request.method === "GET") noStream(request);
      else json(response, resultOf(message.id, {}));
    });
    const remote = open(server, {}, { clock: { ...fastClock, after: () => () => undefined } });
    await remote.ask(0, "initialize");
    void remote.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const listed = remote.ask(1, "tools/list");
    await server.until(() => server.requests.length === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests.map((request) => request.message.method)).toEqual([
      "initialize",
      "notifications/initialized",
    ]);
    release();
    expect(await listed).toMatchObject({ result: {} });
  });

  it("ends the session with DELETE when it is stopped, and only once", async () => {
    const { server, remote } = await greeted(() => undefined);
    await Promise.all([remote.transport.stop(), remote.transport.stop()]);
    expect(
      server.requests
        .filter((request) => request.method === "DELETE")
        .map((request) => request.headers["mcp-session-id"]),
    ).toEqual(["s-1"]);
    expect(remote.ends).toMatchObject([{ code: "stopped" }]);
    expect(await remote.send({ jsonrpc: "2.0", method: "x" })).toBeInstanceOf(Error);
  });

  it("leaves no connection behind when it is stopped", async () => {
    const { server, remote } = await greeted(
      ({ message, response }) => (message.id === 1 ? undefined : json(response, resultOf(message.id, {}))),
      ({ response }) => void events(response),
    );
    void remote.send({ jsonrpc: "2.0", id: 1, method: "a" });
    await remote.ask(2, "b");
    const closed = new Promise((resolve) => server.server.once("close", resolve));
    await remote.transport.stop();
    // Ends when every connection has: nothing here closes them.
    server.server.close();
    await closed;
  });

  it("stops in time although the server never answers the DELETE, with a call under way", async () => {
    const server = await web(
      greeting((request) => {
        if (request.method === "GET") events(request.response);
      }),
    );
    const remote = open(server);
    await remote.greet();
    void remote.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
    await server.until(() => server.requests.some(({ message }) => message.method === "tools/call"));
    await remote.transport.stop();
    expect(remote.ends).toMatchObject([{ code: "stopped" }]);
  });

  it("tells that a session is lost, and that what was refused for it never reached the server", async () => {
    const { server, remote } = await greeted(
      ({ response }) => json(response, { error: "no session" }, {}, 404),
      noStream,
      {
        clock: { now: () => 0, after: (ms: number, action: () => void) => fastClock.after(ms * 20, action) },
      },
    );
    const written = await Promise.all(
      [1, 2, 3].map((id) => remote.send({ jsonrpc: "2.0", id, method: "tools/call" })),
    );
    expect(written.every((error) => error instanceof Error)).toBe(true);
    expect(await remote.closed).toMatchObject({ code: "session_lost" });
    expect(server.requests.some((request) => request.method === "DELETE")).toBe(false);
  });

  it("takes a 400 that blames the session for a 404, and any other for an error of the request", async () => {
    const { remote } = await greeted(({ message, response }) =>
      json(
        response,
        {
          jsonrpc: "2.0",
          id: null,
          error: {
            code: -32000,
            message: message.method === "a" ? "Bad arguments" : "Bad Request: No valid session ID provided",
          },
        },
        {},
        400,
      ),
    );
    expect((await remote.ask(1, "a")).error).toMatchObject({
      code: -32000,
      message: expect.stringContaining("HTTP 400 Bad Request: Bad arguments"),
      data: { code: "http_error", status: 400 },
    });
    expect(await remote.send({ jsonrpc: "2.0", id: 2, method: "b" })).toBeInstanceOf(Error);
    expect((await remote.closed).code).toBe("session_lost");
  });
});

describe("Streamable HTTP, answers", () => {
  it("takes JSON, a batch, and a stream with notifications and requests before the answer", async () => {
    const { server, remote } = await greeted(({ message, response }) => {
      if (message.method === "json")
        json(
          response,
          ` \n${JSON.stringify(resultOf(message.id, { big: 1 })).replace("1}", "12345678901234567890}")}`,
        );
      else if (message.method === "batch")
        json(response, [
          { jsonrpc: "2.0", method: "notifications/message", params: {} },
          resultOf(message.id, { ok: 2 }),
        ]);
      else if (message.method === "stream") {
        events(response, ": hi\n\n");
        response.write(
          event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 3 } }),
        );
        response.write(event({ jsonrpc: "2.0", id: "q", method: "ping" }));
        response.end(event(resultOf(message.id, { ok: 3 })));
      } else response.writeHead(202).end();
    });
    await remote.ask(1, "json");
    expect(remote.raw.at(-1)?.toString()).toContain("12345678901234567890");
    expect(await remote.ask(2, "batch")).toMatchObject({ result: { ok: 2 } });
    expect(await remote.ask(3, "stream")).toMatchObject({ result: { ok: 3 } });
    expect(remote.messages.slice(2).map((message) => message.method ?? message.id)).toEqual([
      "notifications/message",
      2,
      "notifications/progress",
      "ping",
      3,
    ]);
    expect(await remote.send({ jsonrpc: "2.0", id: "q", result: {} } as never)).toBeUndefined();
    expect(server.requests.at(-1)?.message).toEqual({ jsonrpc: "2.0", id: "q", result: {} });
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("decompresses %s", async (encoding, compress) => {
    const { remote } = await greeted(({ message, response, headers }) => {
      expect(headers["accept-encoding"]).toContain(encoding);
      const body = compress(JSON.stringify(resultOf(message.id, { text: "x".repeat(100_000) })));
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
      // One byte at first: nothing may be told of the encoding yet.
      response.write(body.subarray(0, 1), () => response.end(body.subarray(1)));
    });
    expect((await remote.ask(1, "tools/call")).result?.text).toHaveLength(100_000);
  });

  it("carries an answer of 20 MB as JSON and as an event", async () => {
    const text = "é".repeat(10 * 1024 * 1024);
    const { remote } = await greeted(({ message, response }) => {
      if (message.id === 1) json(response, resultOf(message.id, { text }));
      else events(response).end(event(resultOf(message.id, { text })));
    });
    for (const id of [1, 2])
      expect(String((await remote.ask(id, "tools/call")).result?.text).length).toBe(text.length);
  });

  it("fails the one request whose answer is too large once decompressed, and goes on", async () => {
    const bomb = gzipSync(JSON.stringify({ text: "0".repeat(5_000_000) }));
    const { remote } = await greeted(
      ({ message, response }) => {
        if (message.id === 1) {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
          response.end(bomb);
        } else if (message.id === 2) events(response).write(`data: ${"0".repeat(2_000_000)}`);
        else json(response, resultOf(message.id, {}));
      },
      noStream,
      { maxBytes: 1_000_000 },
    );
    for (const id of [1, 2])
      expect((await remote.ask(id, "tools/call")).error).toMatchObject({
        code: -32000,
        data: { code: "message_too_large" },
      });
    expect(await remote.ask(3, "tools/call")).toMatchObject({ result: {} });
  });

  it("waits for slow heads and slow streams beyond every limit of connections", async () => {
    const { remote } = await greeted(({ message, response }) => {
      const stream = message.id === 2 ? events(response) : response;
      fastClock.after(12_000, () =>
        message.id === 2 ? stream.end(event(resultOf(2, {}))) : json(response, resultOf(1, {})),
      );
    });
    expect(await Promise.all([remote.ask(1, "a"), remote.ask(2, "b")])).toMatchObject([
      { id: 1, result: {} },
      { id: 2, result: {} },
    ]);
  });

  it("does not wait for a stream to end once the answer is there", async () => {
    const { server, remote } = await greeted(({ message, response }) => {
      events(response).write(event(resultOf(message.id, {})));
    });
    await remote.ask(1, "a");
    const call = server.requests.find(({ message }) => message.id === 1);
    await new Promise((resolve) => call?.response.once("close", resolve));
  });

  it("fails a request whose answer is empty, HTML, foreign, broken off, or cut while compressed", async () => {
    const { remote } = await greeted(({ message, response }) => {
      switch (message.method) {
        case "accepted":
          response.writeHead(202).end();
          return;
        case "html":
          response
            .writeHead(200, { "content-type": "text/html" })
            .end("<html><title>Log\u202ein</title><body>x</body>");
          return;
        case "foreign":
          return json(response, resultOf(4711, {}));
        case "cut":
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
          response.end(gzipSync(JSON.stringify(resultOf(message.id, {}))).subarray(0, 20));
          return;
        default:
          response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
          response.write("{", () => response.destroy());
      }
    });
    const codes: unknown[] = [];
    for (const [id, method] of ["accepted", "html", "foreign", "cut", "broken"].entries()) {
      const { error } = await remote.ask(id + 1, method);
      codes.push(error?.data?.code);
      if (method === "html")
        expect(error?.message).toContain("text/html) that holds no answer to this request: Log in");
    }
    expect(codes).toEqual(["no_answer", "bad_answer", "bad_answer", "connection_lost", "connection_lost"]);
  });

  it("keeps garbage on a stream away from the hub's messages", async () => {
    const { remote } = await greeted(({ message, response }) => {
      events(
        response,
        '\ufeff:x\n\nnonsense\n\ndata: not json\n\ndata: {"a":1}\n\nevent: other\ndata: {}\n\n',
      );
      response.end(event(resultOf(message.id, {})));
    });
    await remote.ask(1, "a");
    expect(remote.messages).toHaveLength(2);
    expect(remote.noise).toEqual(["not json", '{"a":1}']);
  });
});

describe("Streamable HTTP, errors", () => {
  it("gives each request its own error, with a clean excerpt and none of our secrets", async () => {
    const server = await web(
      greeting((request) => {
        if (request.method === "GET") return noStream(request);
        const { message, response } = request;
        if (message.id === 1)
          response.writeHead(500, { "content-type": "text/plain" }).end("bad\u0007 key sk-12345678\n\u202e!");
        else if (message.id === 2)
          json(response, { jsonrpc: "2.0", id: 2, error: { code: -32602, message: "theirs" } }, {}, 400);
        else if (message.id === 3)
          response.writeHead(307, { location: `/else/sk-12345678?k=sk-12345678` }).end();
        else if (message.id === 4)
          response.writeHead(403).end("<html><style>a{}</style><body><h1>No</h1> entry</body></html>");
        else response.destroy();
      }),
    );
    const remote = open(server, { Authorization: "Bearer sk-12345678" });
    await remote.greet();
    expect((await remote.ask(1, "a")).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/HTTP 500 Internal Server Error: bad key ••• !$/),
      data: { code: "http_error", status: 500 },
    });
    expect((await remote.ask(2, "a")).error).toEqual({ code: -32602, message: "theirs" });
    const moved = (await remote.ask(3, "a")).error;
    expect(moved).toMatchObject({ data: { code: "redirected", status: 307 } });
    expect(moved?.message).toContain("/else/•••:");
    expect((await remote.ask(4, "a")).error).toMatchObject({
      message: expect.stringContaining("403 Forbidden: No entry"),
      data: { code: "forbidden" },
    });
    expect((await remote.ask(5, "a")).error).toMatchObject({
      message: expect.stringContaining("may have reached the server, so it is not sent again"),
      data: { code: "connection_lost" },
    });
    expect(remote.ends).toEqual([]);
    expect(JSON.stringify([remote.messages, remote.stderr])).not.toContain("sk-12345678");
    expect(server.requests.map((request) => request.path)).not.toContain("/else/sk-12345678?k=sk-12345678");
  });

  it("parks on 401 with what the server demands, the refused message told as never sent", async () => {
    const { remote } = await greeted(({ response }) => {
      response.writeHead(401, { "www-authenticate": 'Bearer resource_metadata="https://x/y"' }).end();
    });
    expect(await remote.send({ jsonrpc: "2.0", id: 1, method: "a" })).toBeInstanceOf(Error);
    const end = await remote.closed;
    expect(end).toMatchObject({
      code: "needs_auth",
      wwwAuthenticate: 'Bearer resource_metadata="https://x/y"',
    });
    expect(end.message).not.toContain("resource_metadata");
  });

  it.each([
    [401, {}, "needs_auth", "wants a login"],
    [403, {}, "forbidden", "may not use this server"],
    [404, {}, "http_error", "check the URL"],
    [405, {}, "http_error", '"type": "sse"'],
    [301, { location: "https://elsewhere.example/x?secret=1" }, "redirected", "https://elsewhere.example/x:"],
    [503, {}, "unreachable", "tried again"],
    [429, {}, "unreachable", "too many requests"],
  ])("at the first contact HTTP %i ends it: %s", async (status, headers, code, text) => {
    const server = await web(({ response }) => {
      response.writeHead(status, headers as Record<string, string>).end();
    });
    const remote = open(server);
    void remote.send({ jsonrpc: "2.0", id: 0, method: "initialize" });
    const end = await remote.closed;
    expect(end).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [
      "refused",
      "http://127.0.0.1:1/mcp",
      "unreachable",
      "127.0.0.1:1 refuses the connection (ECONNREFUSED): check that the server runs",
    ],
    ["no such host", "http://nowhere.invalid/mcp", "unreachable", "nowhere.invalid"],
    ["not http", "ftp://127.0.0.1/", "not_startable", "http:// or https://"],
  ])(
    "a server that cannot be contacted (%s) ends with a sentence that helps",
    async (_name, url, code, text) => {
      const config = { type: "http" as const, url: "http://placeholder/" };
      const remote = openRemote(config);
      await remote.transport.stop();
      const { createRemoteTransport } = await import("./index.ts");
      const end = await new Promise<{ code: string; message: string }>((resolve) => {
        const none = (): void => undefined;
        const transport = createRemoteTransport(
          {
            name: "x",
            env: {},
            headers: {},
            config: {
              type: "http",
              url,
              headers: {},
              enabled: true,
              start: "lazy",
              isolation: "shared",
              timeoutSeconds: 0,
              validate: "enforce",
            },
          },
          { opened: none, message: none, noise: none, stderr: none, drained: none, closed: resolve },
          { clock: fastClock, env: {} },
        );
        transport.send([Buffer.from('{"jsonrpc":"2.0","id":0,"method":"initialize"}')]);
      });
      expect(end).toMatchObject({ code, message: expect.stringContaining(text) });
    },
  );

  it("TLS that is none is named as such", async () => {
    const server = await web(() => undefined);
    const remote = open(server.origin.replace("http:", "https:"));
    void remote.send({ jsonrpc: "2.0", id: 0, method: "initialize" });
    expect(await remote.closed).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("does not speak TLS as expected"),
    });
  });

  it("a header that HTTP cannot carry is named, its value is not", async () => {
    const remote = open("http://127.0.0.1:1/", {});
    await remote.transport.stop();
    const broken = openRemote({ url: "http://127.0.0.1:1/", headers: { "X-Key": "pass日word" } });
    const end = await broken.closed;
    expect(end).toMatchObject({ code: "not_startable", message: expect.stringContaining('"X-Key"') });
    expect(end.message).not.toContain("word");
  });

  it("a message that surely never left is tried again before the server counts as gone", async () => {
    let hold = false;
    const held: (() => void)[] = [];
    const clock: Clock = {
      now: () => 0,
      after: (ms, action) => {
        if (!hold || ms > 2_000) return fastClock.after(ms, action);
        held.push(action);
        return () => undefined;
      },
    };
    const answer = ({ message, response }: WebRequest): void =>
      json(response, resultOf(message.id, { n: message.id }));
    const handle = (request: WebRequest): void => {
      // No connection is kept, so that the next message needs a new one.
      request.response.shouldKeepAlive = false;
      greeting(request.method === "GET" ? noStream : answer)(request);
    };
    const server = await web(handle);
    const remote = open(server, {}, { clock });
    await remote.greet();
    await remote.ask(1, "a");
    const port = Number(new URL(server.origin).port);
    await server.close();
    hold = true;
    const second = remote.ask(2, "a");
    await vi.waitUntil(() => held.length === 1, { interval: 1, timeout: 10_000 });
    const back = await serveWeb(handle, port);
    cleanups.push(() => back.close());
    hold = false;
    held[0]?.();
    expect(await second).toMatchObject({ result: { n: 2 } });
    await back.close();
    expect(await remote.send({ jsonrpc: "2.0", id: 3, method: "a" })).toBeInstanceOf(Error);
    expect((await remote.closed).code).toBe("unreachable");
  });
});

describe("Streamable HTTP, streams that break", () => {
  it("takes up a call's stream where it broke, with the pause that the server asked for", async () => {
    let resumed = 0;
    const { server, remote } = await greeted(
      ({ message, response }) => {
        events(response, "retry: 40\nid: p-0\ndata:\n\n");
        response.write(event({ jsonrpc: "2.0", method: "notifications/progress", params: {} }, "p-1"));
        response.write(`id: p-2\ndata: {"half`, () => response.destroy());
        void message;
      },
      ({ headers, response }) => {
        if (headers["last-event-id"] === undefined) return void response.writeHead(405).end();
        resumed += 1;
        if (resumed === 1) response.writeHead(503).end();
        else events(response).end(event(resultOf(1, { at: headers["last-event-id"] }), "p-3"));
      },
    );
    expect((await remote.ask(1, "tools/call")).result).toEqual({ at: "p-1" });
    expect(server.requests.filter(({ headers }) => headers["last-event-id"] === "p-1")).toHaveLength(2);
  });

  it("fails the call when its stream had no ids, cannot be resumed, or brings nothing again and again", async () => {
    const { server, remote } = await greeted(
      ({ message, response }) => {
        events(
          response,
          message.method === "plain" ? "data: {\n\n" : `id: ${message.method}\ndata:\n\n`,
        ).end();
      },
      ({ headers, response }) => {
        if (headers["last-event-id"] === "empty") events(response).end();
        else response.writeHead(405).end();
      },
      {
        clock: { now: () => 0, after: (ms: number, action: () => void) => fastClock.after(ms / 100, action) },
      },
    );
    for (const [id, method] of ["plain", "refused", "empty"].entries())
      expect((await remote.ask(id + 1, method)).error?.data?.code).toBe(
        method === "refused" ? "http_error" : "connection_lost",
      );
    expect(server.requests.filter(({ headers }) => headers["last-event-id"] === "empty")).toHaveLength(9);
  });

  it("keeps the server's own stream open, reconnecting with the last id", async () => {
    let streams = 0;
    const { server, remote } = await greeted(
      () => undefined,
      ({ response }) => {
        streams += 1;
        const stream = events(
          response,
          `retry: 5\n${event({ jsonrpc: "2.0", method: `n${streams}` }, `g-${streams}`)}`,
        );
        if (streams < 3) stream.end();
      },
    );
    await remote.until(() => remote.messages.length === 4);
    expect(remote.messages.slice(1).map(({ method }) => method)).toEqual(["n1", "n2", "n3"]);
    expect(
      server.requests.filter(({ method }) => method === "GET").map(({ headers }) => headers["last-event-id"]),
    ).toEqual([undefined, "g-1", "g-2"]);
  });

  it("a 404 to the first GET means that there is no such stream; after one that worked, that the session is gone", async () => {
    const plain = await greeted(
      ({ message, response }) => json(response, resultOf(message.id, {})),
      ({ response }) => {
        response.writeHead(404).end();
      },
    );
    expect(await plain.remote.ask(1, "a")).toMatchObject({ result: {} });
    let streams = 0;
    const { remote } = await greeted(
      () => undefined,
      ({ response }) => {
        streams += 1;
        if (streams === 1) events(response).end();
        else response.writeHead(404).end();
      },
    );
    expect((await remote.closed).code).toBe("session_lost");
  });

  it("reconnects and drops idle connections after the machine slept", async () => {
    let now = 0;
    const ticks: (() => void)[] = [];
    const clock = {
      now: () => now,
      after: (ms: number, action: () => void) => {
        if (ms === 10_000) ticks.push(action);
        return fastClock.after(ms === 10_000 ? 1e9 : ms, action);
      },
    };
    let streams = 0;
    const server = await web(
      greeting(({ method, response }) => {
        if (method !== "GET") return;
        streams += 1;
        events(response);
      }),
    );
    const remote = open(server, {}, { clock });
    await remote.greet();
    await server.until(() => streams === 1);
    now += 11_000;
    ticks.at(-1)?.();
    now += 10_000 + 3_600_000;
    ticks.at(-1)?.();
    await server.until(() => streams === 2);
    expect(remote.ends).toEqual([]);
  });
});

describe("Streamable HTTP, flow", () => {
  it("a cancelled call of the stateless era is told by the end of its stream, at once and by nothing else", async () => {
    const closed = Promise.withResolvers<void>();
    const { server, remote } = await greeted(({ message, response }) => {
      if (message.method === "tools/call") events(response).once("close", () => closed.resolve());
      else response.writeHead(202).end();
    });
    const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    void remote.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "x", _meta } });
    await server.until(() => server.requests.some(({ message }) => message.id === 1));
    await remote.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    await closed.promise;
    expect(server.requests.map(({ message }) => message.method)).not.toContain("notifications/cancelled");
  });

  it("a cancelled call gets no answer any more, and its connection is given up if the server goes on", async () => {
    const { server, remote } = await greeted(({ message, response }) => {
      if (message.id !== undefined) events(response);
      else response.writeHead(202).end();
    });
    void remote.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
    await server.until(() => server.requests.some(({ message }) => message.id === 1));
    await remote.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    const call = server.requests.find(({ message }) => message.id === 1);
    await new Promise((resolve) => call?.response.once("close", resolve));
    expect(server.requests.map(({ message }) => message.method)).toContain("notifications/cancelled");
    expect(remote.messages).toHaveLength(1);
  });

  it("a call that never reached the server is taken back without a word", async () => {
    const { server, remote } = await greeted(({ response }) => {
      response.writeHead(202).end();
    });
    void remote.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
    void remote.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    await remote.send({ jsonrpc: "2.0", method: "notifications/other" });
    expect(server.requests.map(({ message }) => message.method)).not.toContain("notifications/cancelled");
  });

  it("reads nothing while it is paused", async () => {
    const { server, remote } = await greeted(({ message, response }) =>
      json(response, resultOf(message.id, {})),
    );
    remote.transport.pause();
    const answer = remote.ask(1, "a");
    await server.until(() =>
      server.requests.some(
        ({ message, response }) => message.id === 1 && response.writableFinished !== undefined,
      ),
    );
    await new Promise((resolve) => fastClock.after(1_000, () => resolve(undefined)));
    expect(remote.messages).toHaveLength(1);
    remote.transport.resume();
    expect(await answer).toMatchObject({ result: {} });
  });

  it("says when too much is on its way, and when it has left", async () => {
    const { remote } = await greeted(({ message, response }) => json(response, resultOf(message.id, {})));
    const params = { text: "x".repeat(2 * 1024 * 1024) };
    expect(
      remote.transport.send([Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "a", params }))]),
    ).toBe(false);
    await remote.until(() => remote.drains === 1);
    await remote.until(() => remote.messages.length === 2);
  });

  it("a hundred calls at once each get their own answer", async () => {
    const { remote } = await greeted(({ message, response }) =>
      json(response, resultOf(message.id, { n: message.id })),
    );
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => remote.ask(i + 1, "a")));
    expect(answers.map(({ result }) => result?.n)).toEqual(answers.map(({ id }) => id));
  });
});
