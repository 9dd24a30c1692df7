import { describe, expect, it, vi } from "vitest";
import type { Clock } from "../clock.ts";
import { fastClock, greeting, json, openRemote, resultOf, type WebRequest } from "../fixtures/remote.ts";
import { noStream, remoteTests } from "../fixtures/remote-tests.ts";

const { greeted, open, web } = remoteTests();

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
    const back = await web(handle, port);
    hold = false;
    held[0]?.();
    expect(await second).toMatchObject({ result: { n: 2 } });
    await back.close();
    expect(await remote.send({ jsonrpc: "2.0", id: 3, method: "a" })).toBeInstanceOf(Error);
    expect((await remote.closed).code).toBe("unreachable");
  });
});
