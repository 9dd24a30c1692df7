import { afterEach, describe, expect, it } from "vitest";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
const start = async (): Promise<TestHub> => {
  open = await createTestHub();
  await open.hub.state.servers.get("fake")?.learn();
  return open;
};
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const fake = (hub: TestHub) => {
  const server = hub.hub.state.servers.get("fake");
  if (server === undefined) throw new Error("no server");
  return server;
};

describe("a managed server", () => {
  it("is one child for any number of clients", async () => {
    const hub = await start();
    const sessions = await Promise.all(Array.from({ length: 5 }, () => hub.open()));
    await Promise.all(sessions.map((session) => hub.request(callOf("fake__echo"), { session })));
    expect(hub.server.opened).toHaveLength(1);
    expect(hub.server.received.filter((message) => message.method === "initialize")).toHaveLength(1);
  });

  it("fails the calls under way at once when it dies, says how, and serves the next call on a new instance", async () => {
    const hub = await start();
    const session = await hub.open();
    hub.server.answer["tools/call"] = () => undefined;
    const lost = hub.request(callOf("fake__echo"), { session });
    await expect
      .poll(() => hub.server.received.some((message) => message.method === "tools/call"))
      .toBe(true);
    const stderrTail = ["1", "2", "3", "4", "5", `${"x".repeat(400)}`];
    hub.server.die({ message: "exited with code 3", exitCode: 3, stderrTail });
    expect((await lost).message?.error).toEqual({
      code: -32000,
      message: "the server fake ended during the call: exited with code 3",
      data: {
        code: "exited",
        server: "fake",
        exitCode: 3,
        signal: null,
        stderr: ["2", "3", "4", "5", "x".repeat(300)],
      },
    });
    hub.server.answer["tools/call"] = () => ({ content: [] });
    expect((await hub.request(callOf("fake__echo"), { session })).message?.result).toEqual({ content: [] });
    expect(fake(hub).summary(0)).toMatchObject({ state: "ready", restarts: 1, lastError: null });
    expect(hub.storage.rows.map((row) => row.status)).toEqual(["error", "ok"]);
  });

  it("sends a call that was never written once more, to the new instance; a written one never", async () => {
    const hub = await start();
    const session = await hub.open();
    hub.server.writeError = new Error("EPIPE");
    const pending = hub.request(callOf("fake__echo", { n: 1 }), { session });
    await new Promise((resolve) => setImmediate(resolve));
    hub.server.writeError = undefined;
    hub.server.die();
    expect((await pending).message?.result).toBeDefined();
    expect(hub.server.received.filter((message) => message.method === "tools/call")).toHaveLength(1);
  });

  it("keeps the last known list while it is down, and learns changes when the server tells of them", async () => {
    const hub = await start();
    await hub.configure(
      '{ "consent": { "default": "allow", "newTools": "allow" }, "mcpServers": { "fake": { "command": "fake" } } }',
    );
    const session = await hub.open();
    const pushed: string[] = [];
    session.attachStream({ push: (parts) => pushed.push(Buffer.concat(parts).toString()), close: () => {} });
    hub.server.die();
    const list = await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    expect(list.message?.result?.tools).toMatchObject([{ name: "fake__echo" }]);
    hub.server.answer["tools/list"] = () => ({ tools: [{ name: "other", inputSchema: { type: "object" } }] });
    await hub.request(callOf("fake__echo"), { session });
    hub.server.say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await expect
      .poll(() => pushed.at(-1))
      .toBe('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
    await expect
      .poll(async () => (await hub.request({ jsonrpc: "2.0", id: 2, method: "tools/list" }, { session })).raw)
      .toContain("fake__other");
  });

  it("leaves out a tool with an illegal name or schema, says so, and keeps the rest", async () => {
    open = await createTestHub();
    open.server.answer["tools/list"] = () => ({
      tools: [
        { name: "good", inputSchema: { type: "object" } },
        { name: "bad name!", inputSchema: {} },
        { name: "noschema" },
        { name: "good", inputSchema: {} },
        "not even an object",
      ],
    });
    const server = fake(open);
    await server.learn();
    expect(server.catalog.tools?.map((tool) => tool.key)).toEqual(["good"]);
    expect(server.problems().map((problem) => problem.message)).toEqual([
      'tool 2 of the list was left out: the name "bad name!" is not legal in MCP',
      "tool 3 of the list was left out: noschema has no object as its input schema",
      'tool 4 of the list was left out: the name "good" is used twice',
      "tool 5 of the list was left out: it is not an object",
    ]);
  });

  it("reads a list of many pages whole", async () => {
    open = await createTestHub();
    open.server.answer["tools/list"] = (params) =>
      params?.cursor === "p2"
        ? { tools: [{ name: "two", inputSchema: {} }] }
        : { tools: [{ name: "one", inputSchema: {} }], nextCursor: "p2" };
    await fake(open).learn();
    expect(fake(open).catalog.tools?.map((tool) => tool.key)).toEqual(["one", "two"]);
  });

  it("answers a server's ping and refuses what it cannot do", async () => {
    const hub = await start();
    hub.server.say({ jsonrpc: "2.0", id: "p", method: "ping" });
    hub.server.say({ jsonrpc: "2.0", id: "s", method: "made/up", params: {} });
    expect(hub.server.received.slice(-2)).toEqual([
      { jsonrpc: "2.0", id: "p", result: {} },
      { jsonrpc: "2.0", id: "s", error: { code: -32601, message: "Method not found: made/up" } },
    ]);
  });

  it("does not start again what was retired, not for a call that its end has left unwritten", async () => {
    const hub = await start();
    const session = await hub.open();
    hub.server.writeError = new Error("EPIPE");
    const pending = hub.request(callOf("fake__echo"), { session });
    await new Promise((resolve) => setImmediate(resolve));
    hub.server.writeError = undefined;
    await fake(hub).retire();
    expect((await pending).message?.error).toMatchObject({ data: { code: "server_stopped" } });
    fake(hub).need();
    await fake(hub).learn();
    expect([hub.server.opened.length, fake(hub).summary(0).state]).toEqual([1, "stopped"]);
  });

  it("does not take an answer twice, nor one to an id that was never given", async () => {
    const hub = await start();
    const session = await hub.open();
    let sent = 0;
    hub.server.answer["tools/call"] = (_params, id) => {
      sent = id;
      return { first: true };
    };
    const answer = await hub.request(callOf("fake__echo"), { session });
    hub.server.say({ jsonrpc: "2.0", id: sent, result: { second: true } });
    hub.server.say({ jsonrpc: "2.0", id: 4711, result: {} });
    hub.server.say({ jsonrpc: "2.0", id: "1", result: {} });
    expect(answer.message?.result).toEqual({ first: true });
    expect(hub.storage.rows).toHaveLength(1);
    expect(fake(hub).summary(0)).toMatchObject({ state: "ready", lateAnswers: 0, strayAnswers: 3 });
    expect(fake(hub).problems()).toMatchObject([
      {
        code: "stray_answers",
        message:
          "the server has answered once what it had answered already, and 2 times what it was never asked",
      },
    ]);
  });

  it("is restarted by a change of what it runs, and left alone by any other change", async () => {
    const hub = await start();
    await hub.configure(
      '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake", "prefix": "f" }, "more": { "command": "more" } } }',
    );
    await expect.poll(() => hub.server.opened.map((launch) => launch.name)).toEqual(["fake", "more"]);
    await hub.configure(
      '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake", "args": ["-x"], "prefix": "f" } } }',
    );
    await hub.hub.state.servers.get("fake")?.learn();
    expect(hub.server.opened.at(-1)).toMatchObject({ name: "fake", config: { args: ["-x"] } });
    expect(hub.hub.state.servers.get("more")).toBeUndefined();
  });

  it("refuses calls while it is disabled and takes them again when enabled", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.hub.callAs("owner", "servers.disable", { name: "fake" });
    expect((await hub.request(callOf("fake__echo"), { session })).message?.error?.message).toBe(
      "Unknown tool: fake__echo",
    );
    expect(fake(hub).summary(0).state).toBe("disabled");
    await hub.hub.callAs("owner", "servers.enable", { name: "fake" });
    expect((await hub.request(callOf("fake__echo"), { session })).message?.result).toBeDefined();
  });

  it("refuses a revision it does not speak and parks a server that never starts, with the reason", async () => {
    open = await createTestHub();
    open.server.answer.initialize = () => ({
      protocolVersion: "1999-01-01",
      capabilities: {},
      serverInfo: { name: "old" },
    });
    const server = fake(open);
    await server.restart();
    await expect.poll(() => server.summary(0).lastError).toContain("1999-01-01");
    expect(server.summary(0).state).not.toBe("ready");
  });
});
