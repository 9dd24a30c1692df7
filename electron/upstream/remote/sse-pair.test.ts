import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  event,
  events,
  fastClock,
  HELLO,
  type OpenRemote,
  resultOf,
  type WebRequest,
  type WebServer,
} from "../fixtures/remote.ts";
import { remoteTests } from "../fixtures/remote-tests.ts";

const { connect, web } = remoteTests();

interface Pair {
  readonly server: WebServer;
  readonly remote: OpenRemote;
  /** The open stream. */
  stream(): ServerResponse;
}

/** A server of the older kind: its stream names `endpoint`; POSTs are taken and go to `post`. */
async function pair(
  post: (request: WebRequest, stream: ServerResponse) => void,
  endpoint = "/messages?session=1",
  headers: Record<string, string> = {},
): Promise<Pair> {
  let stream: ServerResponse | undefined;
  const server = await web((request) => {
    const { method, message, response } = request;
    if (method === "GET") {
      stream = events(response, `event: endpoint\r\ndata: ${endpoint}\r\n\r\n`);
      return;
    }
    if (stream === undefined) throw new Error("no stream");
    if (message.method === "initialize" || message.method === "notifications/initialized") {
      response.writeHead(202).end("Accepted");
      if (message.id !== undefined) stream.write(event(resultOf(message.id, HELLO)));
    } else post(request, stream);
  });
  const remote = connect({ type: "sse", url: `${server.origin}/sse`, headers });
  return {
    server,
    remote,
    stream: () => {
      if (stream === undefined) throw new Error("no stream");
      return stream;
    },
  };
}

async function greeted(...given: Parameters<typeof pair>): Promise<Pair> {
  const opened = await pair(...given);
  await opened.remote.greet();
  return opened;
}

describe("HTTP with SSE", () => {
  it("posts to the endpoint that the stream names, with the configured headers, and takes answers from the stream", async () => {
    const { server, remote } = await greeted(
      ({ message, response }, stream) => {
        response.writeHead(202).end();
        stream.write(event({ jsonrpc: "2.0", method: "notifications/progress", params: {} }));
        stream.write(event(resultOf(message.id, { n: message.id })));
      },
      "/messages?session=1",
      { "X-Key": "k" },
    );
    expect(await Promise.all([remote.ask(1, "a"), remote.ask(2, "a")])).toMatchObject([
      { result: { n: 1 } },
      { result: { n: 2 } },
    ]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /sse",
      ...Array.from({ length: 4 }, () => "POST /messages?session=1"),
    ]);
    for (const { headers } of server.requests) expect(headers["x-key"]).toBe("k");
    expect(server.requests[0]?.headers.accept).toBe("text/event-stream");
  });

  it("takes the answer although the POST itself is never answered", async () => {
    const { remote } = await greeted(({ message }, stream) => {
      stream.write(event(resultOf(message.id, {})));
    });
    expect(await remote.ask(1, "a")).toMatchObject({ result: {} });
  });

  it.each([
    ["another host", "https://evil.example/messages"],
    ["another port", "http://127.0.0.1:1/messages"],
    ["another host without a scheme", "//evil.example/messages"],
    ["another scheme", "file:///etc/passwd"],
    ["no URL", "http://["],
  ])("refuses an endpoint of %s and sends nothing there", async (_name, endpoint) => {
    const { server, remote } = await pair(() => undefined, endpoint, { "X-Key": "k" });
    const written = remote.send({ jsonrpc: "2.0", id: 0, method: "initialize" });
    expect(await remote.closed).toMatchObject({
      code: "endpoint_refused",
      message: expect.stringContaining("nothing was sent there"),
    });
    expect(await written).toBeInstanceOf(Error);
    expect(server.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("a stream that ends is a lost session, and what was sent is told as written", async () => {
    const { server, remote, stream } = await greeted(({ response }) => {
      response.writeHead(202).end();
    });
    expect(await remote.send({ jsonrpc: "2.0", id: 1, method: "a" })).toBeUndefined();
    await server.until(() => server.requests.some(({ message }) => message.id === 1));
    stream().end();
    expect((await remote.closed).code).toBe("session_lost");
  });

  it("a 404 to a message is a lost session, and the message may be sent again", async () => {
    const { remote } = await greeted(({ response }) => {
      response.writeHead(404).end();
    });
    expect(await remote.send({ jsonrpc: "2.0", id: 1, method: "a" })).toBeInstanceOf(Error);
    expect((await remote.closed).code).toBe("session_lost");
  });

  it("another error is the request's own", async () => {
    const { remote } = await greeted(({ response }) => {
      response.writeHead(500).end("boom");
    });
    expect((await remote.ask(1, "a")).error).toMatchObject({
      message: expect.stringContaining("HTTP 500 Internal Server Error: boom"),
      data: { status: 500 },
    });
    expect(remote.ends).toEqual([]);
  });

  it.each([
    ["401", 401, "text/plain", "needs_auth"],
    ["a stream that is not there", 404, "text/plain", "http_error"],
    ["a server of the newer kind", 400, "application/json", "http_error"],
    ["a page", 200, "text/html", "http_error"],
    ["a server with a problem", 502, "text/plain", "unreachable"],
  ])("at the first contact %s ends it", async (_name, status, type, code) => {
    const server = await web(({ response }) => {
      response.writeHead(status, { "content-type": type }).end("x");
    });
    const remote = connect({ type: "sse", url: server.origin });
    expect((await remote.closed).code).toBe(code);
  });

  it("a server that cannot be reached, says nothing, or goes away too early is unreachable", async () => {
    const quiet = await web(({ response }) => void events(response));
    const short = await web(({ response }) => void events(response).end());
    const urls = ["http://127.0.0.1:1/", quiet.origin, short.origin];
    const clock = {
      now: () => 0,
      after: (ms: number, action: () => void) => fastClock.after(ms / 20, action),
    };
    const ends = await Promise.all(urls.map((url) => connect({ type: "sse", url }, { clock }).closed));
    expect(ends.map(({ code }) => code)).toEqual(["unreachable", "unreachable", "unreachable"]);
    expect(ends.map(({ message }) => message).join("\n")).toMatch(
      /refuses the connection[\s\S]*did not say within 30 s[\s\S]*before it said where/,
    );
  });

  it("ends at once when it is stopped, before and after the endpoint is known", async () => {
    const { remote, stream } = await greeted(() => undefined);
    const gone = new Promise((resolve) => stream().once("close", resolve));
    await remote.transport.stop();
    await gone;
    expect(remote.ends).toMatchObject([{ code: "stopped" }]);
    const early = connect({ type: "sse", url: "http://127.0.0.1:1/" });
    const written = early.send({ jsonrpc: "2.0", id: 1, method: "initialize" });
    await early.transport.stop();
    expect(await written).toBeInstanceOf(Error);
    expect(early.ends).toMatchObject([{ code: "stopped" }]);
  });
});
