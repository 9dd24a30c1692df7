import { describe, expect, it } from "vitest";
import { events, fastClock, json, resultOf } from "../fixtures/remote.ts";
import { remoteTests } from "../fixtures/remote-tests.ts";

const { greeted } = remoteTests();

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
