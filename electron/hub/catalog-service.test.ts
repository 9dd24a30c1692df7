import { afterEach, describe, expect, it } from "vitest";
import { LEARN_WAIT_MS } from "./catalog-service.ts";
import type { Scope } from "./ports/endpoint.ts";
import { createTestHub, type TestHub } from "./testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

describe("the catalogue", () => {
  it("answers a first list without a server that takes too long, and tells when it has come", async () => {
    open = await createTestHub();
    let finish: (() => void) | undefined;
    open.server.answer.initialize = (_params, id) => {
      finish = () =>
        open?.server.say({
          jsonrpc: "2.0",
          id,
          result: {
            protocolVersion: "2025-11-25",
            capabilities: { tools: {} },
            serverInfo: { name: "slow" },
          },
        });
      return undefined;
    };
    await open.hub.state.servers.get("fake")?.restart();
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
    finish?.();
    await expect.poll(() => pushed.length).toBe(1);
    expect((await open.request(list, { session })).message?.result?.tools).toMatchObject([
      { name: "fake__echo" },
    ]);
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
