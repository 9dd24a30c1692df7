import { afterEach, describe, expect, it } from "vitest";
import { LEARN_WAIT_MS } from "./catalog-service.ts";
import type { Scope } from "./ports/endpoint.ts";
import { callOf, createTestHub, type TestHub } from "./testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

/** Starts the server anew; it is there when what is given back has been called. */
async function slowStart(hub: TestHub): Promise<() => void> {
  let finish: (() => void) | undefined;
  hub.server.answer.initialize = (_params, id) => {
    const result = {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "slow" },
    };
    finish = () => hub.server.say({ jsonrpc: "2.0", id, result });
    return undefined;
  };
  await hub.hub.state.servers.get("fake")?.restart();
  await expect.poll(() => finish).toBeDefined();
  return () => finish?.();
}

const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

describe("the catalogue", () => {
  it("answers a first list without a server that takes too long, and tells when it has come", async () => {
    open = await createTestHub();
    const finish = await slowStart(open);
    const session = await open.open();
    const pushed: string[] = [];
    session.attachStream({ push: (parts) => pushed.push(Buffer.concat(parts).toString()), close: () => {} });
    const before = performance.now();
    expect((await open.request(list, { session })).message?.result).toEqual({ tools: [] });
    // Waited for the one grace, and nobody waits for the same server again.
    expect(performance.now() - before).toBeGreaterThan(LEARN_WAIT_MS / 2);
    let again = false;
    const second = open.request(list, { session }).then(() => {
      again = true;
    });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(again).toBe(true);
    await second;
    finish();
    await expect.poll(() => pushed.length).toBe(1);
    expect((await open.request(list, { session })).message?.result?.tools).toMatchObject([
      { name: "fake__echo" },
    ]);
  });

  it("keeps a call waiting for the server that may have its tool, however long it takes to be learnt", async () => {
    open = await createTestHub();
    const hub = open;
    const finish = await slowStart(hub);
    const scope: Scope = { kind: "server", name: "fake" };
    const [all, alone] = [await hub.open(), await hub.open(scope)];
    // The one grace of lists is over.
    expect((await hub.request(list, { session: all })).message?.result).toEqual({ tools: [] });
    const calls = [
      hub.request(callOf("fake__echo", { n: 1 }), { session: all }),
      hub.request(callOf("echo", { n: 2 }), { session: alone, scope }),
    ];
    const cancelled = hub.request(callOf("echo", {}, 7), { session: alone, scope });
    const other = await hub.request(callOf("other__tool", {}, 8), { session: all });
    expect(other.message?.error?.message).toBe("Unknown tool: other__tool");
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } }, alone);
    expect((await cancelled).message).toBeUndefined();
    finish();
    const texts = (await Promise.all(calls)).map(({ message }) => message?.result?.content);
    expect(texts).toEqual([[{ type: "text", text: '{"n":1}' }], [{ type: "text", text: '{"n":2}' }]]);
    expect(hub.server.received.filter(({ method }) => method === "tools/call")).toHaveLength(2);
  });

  it("tells a call why the server that its address names could not be learnt", async () => {
    open = await createTestHub();
    const hub = open;
    await slowStart(hub);
    const scope: Scope = { kind: "server", name: "fake" };
    const session = await hub.open(scope);
    const answer = hub.request(callOf("echo"), { session, scope });
    hub.server.die({ code: "command_not_found", message: "there is no command fake" });
    expect((await answer).message?.error).toMatchObject({
      code: -32000,
      message: expect.stringContaining("there is no command fake"),
      data: { code: "command_not_found" },
    });
  });

  it("answers at once from what an earlier run has learnt", async () => {
    open = await createTestHub();
    await open.hub.state.servers.get("fake")?.learn();
    const { storage } = open;
    await open.dispose();
    open = await createTestHub({ storage });
    const session = await open.open();
    expect((await open.request(list, { session })).message?.result?.tools).toMatchObject([
      { name: "fake__echo" },
    ]);
    expect(open.server.opened).toEqual([]);
  });

  it("shows a server alone under its own names on its own address", async () => {
    open = await createTestHub();
    await open.hub.state.servers.get("fake")?.learn();
    const scope = { kind: "server", name: "fake" } as const;
    const session = await open.open(scope);
    const answer = await open.request(list, { session, scope });
    expect(answer.raw).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"echo","description":"echoes","inputSchema":{"type":"object"}}]}}',
    );
  });

  it("tells of changes only those whose own view has changed", async () => {
    const config = (profiles: string): string =>
      `{ "consent": { "default": "allow", "newTools": "allow" }, "mcpServers": { "fake": { "command": "fake" } }, ${profiles} }`;
    open = await createTestHub({
      config: config(
        '"profiles": { "echo": { "tools": { "fake": { "allow": ["echo"] } } }, "none": { "servers": [] } }',
      ),
    });
    const hub = open;
    await hub.hub.state.servers.get("fake")?.learn();
    const scopes: Scope[] = [
      { kind: "all" },
      { kind: "server", name: "fake" },
      { kind: "profile", name: "echo" },
      { kind: "profile", name: "none" },
    ];
    const told = await Promise.all(
      scopes.map(async (scope) => {
        const session = await hub.open(scope);
        await hub.request(list, { session, scope });
        const messages: unknown[] = [];
        session.attachStream({
          push: (parts) => messages.push(JSON.parse(Buffer.concat(parts).toString()).method),
          close: () => {},
        });
        return messages;
      }),
    );
    const change = "notifications/tools/list_changed";
    const addTool = (...names: string[]) => {
      hub.server.answer["tools/list"] = () => ({
        tools: [
          { name: "echo", description: "echoes", inputSchema: { type: "object" } },
          ...names.map((name) => ({ name, inputSchema: { type: "object" } })),
        ],
      });
      hub.server.say({ jsonrpc: "2.0", method: change });
    };
    addTool("other");
    await expect.poll(() => told).toEqual([[change], [change], [], []]);
    addTool("other", "another");
    await expect.poll(() => told).toEqual([[change, change], [change, change], [], []]);
    await hub.configure(config('"profiles": { "echo": { "servers": [] }, "none": { "servers": [] } }'));
    await expect.poll(() => told).toEqual([[change, change], [change, change], [change], []]);
  });

  it("refuses a cursor, as its lists have one page", async () => {
    open = await createTestHub();
    const session = await open.open();
    const { message } = await open.request({ ...list, params: { cursor: "x" } }, { session });
    expect(message?.error?.code).toBe(-32602);
  });
});
