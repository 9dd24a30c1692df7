import { describe, expect, it } from "vitest";
import { event, events, fastClock, greeting, json, resultOf } from "../fixtures/remote.ts";
import { remoteTests } from "../fixtures/remote-tests.ts";

const { greeted, open, web } = remoteTests();

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
