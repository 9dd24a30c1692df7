import { describe, expect, it } from "vitest";
import { events, fastClock, greeting, HELLO, json, resultOf } from "../fixtures/remote.ts";
import { noStream, remoteTests } from "../fixtures/remote-tests.ts";

const { greeted, open, web } = remoteTests();

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
