import { afterEach, describe, expect, it, test, vi } from "vitest";
import { RpcFailure } from "../testing/fake-transport.ts";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";
import { idleLookMs } from "./idle.ts";
import { PROBE_MS } from "./probe.ts";

let open: TestHub | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await open?.dispose();
  open = undefined;
});

const MINUTE = 60_000;
const config = (more: object = {}): string =>
  JSON.stringify({
    consent: { default: "allow" },
    mcpServers: { fake: { command: "fake", idleMinutes: 10, ...more } },
  });
const start = async (options: Parameters<typeof createTestHub>[0] = { config: config() }) => {
  open = await createTestHub(options);
  const server = open.hub.state.servers.get("fake");
  if (server === undefined) throw new Error("no server");
  await server.learn();
  return { hub: open, server, state: () => server.summary(0).state };
};

describe("a server that nobody uses", () => {
  it("is stopped after its idleMinutes, is listed as before, and is there again at the next call", async () => {
    const { hub, server, state } = await start();
    const session = await hub.open();
    await hub.request(callOf("fake__echo"), { session });
    hub.hub.state.servers.stopIdle(server.usedAt + 10 * MINUTE - 1);
    expect(state()).toBe("ready");
    hub.hub.state.servers.stopIdle(server.usedAt + 10 * MINUTE);
    await expect.poll(state).toBe("stopped");
    const list = await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    expect(list.message?.result?.tools).toMatchObject([{ name: "fake__echo" }]);
    expect(hub.server.opened).toHaveLength(1);
    expect((await hub.request(callOf("fake__echo"), { session })).message?.result).toBeDefined();
    expect([hub.server.opened.length, state(), server.summary(0).lastError]).toEqual([2, "ready", null]);
  });

  it("is found by the hub's own looks", async () => {
    const { state } = await start({ config: config({ idleMinutes: 0.001 }) });
    await expect.poll(state, { timeout: 10_000 }).toBe("stopped");
  });

  it("takes a call that comes while it is being stopped, on the next instance", async () => {
    const { hub, server } = await start();
    const session = await hub.open();
    hub.hub.state.servers.stopIdle(server.usedAt + 10 * MINUTE);
    expect((await hub.request(callOf("fake__echo"), { session })).message?.result).toBeDefined();
    expect(hub.server.opened).toHaveLength(2);
  });

  it.each([
    ["without the setting", { idleMinutes: undefined }],
    ["with 0", { idleMinutes: 0 }],
  ])("stays %s", async (_what, more) => {
    const { hub, server, state } = await start({ config: config(more) });
    hub.hub.state.servers.stopIdle(server.usedAt + 1e9);
    expect(state()).toBe("ready");
  });

  it("is not idle with a call under way, and not for its time after the call's end", async () => {
    const { hub, server, state } = await start();
    const session = await hub.open();
    hub.server.answer["tools/call"] = () => undefined;
    const call = hub.request(callOf("fake__echo"), { session });
    const sent = () => hub.server.received.find(({ method }) => method === "tools/call");
    await expect.poll(sent).toBeDefined();
    hub.hub.state.servers.stopIdle(server.usedAt + 60 * MINUTE);
    expect(state()).toBe("ready");
    const before = server.usedAt;
    await new Promise((resolve) => setTimeout(resolve, 5));
    hub.server.say({ jsonrpc: "2.0", id: sent()?.id, result: { content: [] } });
    await call;
    expect(server.usedAt).toBeGreaterThan(before);
  });

  it("is not idle while somebody listens for one of its resources", async () => {
    open = await createTestHub({ config: config() });
    const hub = open;
    hub.server.answer.initialize = () => ({
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, resources: { subscribe: true } },
      serverInfo: { name: "fake", version: "1" },
    });
    hub.server.answer["resources/list"] = () => ({ resources: [{ uri: "a:b", name: "b" }] });
    hub.server.answer["resources/subscribe"] = () => ({});
    hub.server.answer["resources/unsubscribe"] = () => ({});
    const server = hub.hub.state.servers.get("fake");
    await server?.learn();
    const session = await hub.open();
    const about = (method: string) => ({ jsonrpc: "2.0", id: method, method, params: { uri: "a:b" } });
    await hub.request(about("resources/subscribe"), { session });
    const look = () => hub.hub.state.servers.stopIdle((server?.usedAt ?? 0) + 60 * MINUTE);
    look();
    expect(server?.summary(0).state).toBe("ready");
    await hub.request(about("resources/unsubscribe"), { session });
    look();
    await expect.poll(() => server?.summary(0).state).toBe("stopped");
  });

  it("is not idle while one of its tasks is open", async () => {
    open = await createTestHub({ config: config() });
    const hub = open;
    hub.server.answer.initialize = () => ({
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, tasks: { requests: { tools: { call: {} } } } },
      serverInfo: { name: "fake", version: "1" },
    });
    hub.server.answer["tools/list"] = () => ({
      tools: [{ name: "echo", inputSchema: { type: "object" }, execution: { taskSupport: "optional" } }],
    });
    const task = (status: string) => ({
      taskId: "t1",
      status,
      createdAt: "2026-01-01T00:00:00Z",
      ttl: 60_000,
    });
    hub.server.answer["tools/call"] = () => ({ task: task("working") });
    hub.server.answer["tasks/get"] = () => task("completed");
    const server = hub.hub.state.servers.get("fake");
    await server?.learn();
    const session = await hub.open();
    const params = { name: "fake__echo", arguments: {}, task: {} };
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/call", params }, { session });
    const look = () => hub.hub.state.servers.stopIdle((server?.usedAt ?? 0) + 60 * MINUTE);
    look();
    expect(server?.summary(0).state).toBe("ready");
    await hub.request({ jsonrpc: "2.0", id: 2, method: "tasks/get", params: { taskId: "t1" } }, { session });
    look();
    await expect.poll(() => server?.summary(0).state).toBe("stopped");
  });
});

test.each([
  ["no server is ever idle", [{}, { idleMinutes: 0 }], undefined],
  ["a quarter of the shortest time", [{ idleMinutes: 2 }, { idleMinutes: 60 }], 30_000],
  ["at least once a minute", [{ idleMinutes: 600 }], 60_000],
  ["not all the time", [{ idleMinutes: 0.001 }], 250],
])("how often to look: %s", (_what, configs, expected) => {
  expect(idleLookMs(configs)).toBe(expected);
});

describe("after the machine has slept", () => {
  /** A clock whose timers fire when the test says so. */
  const sleeper = () => {
    let now = 1_000_000;
    let due = (): void => {};
    return {
      now: () => now,
      after: (_ms: number, action: () => void) => {
        due = action;
        return () => {};
      },
      sleep() {
        now += 3_600_000;
        due();
      },
    };
  };
  const pings = (hub: TestHub) => hub.server.received.filter(({ method }) => method === "ping");

  it.each([
    ["answers a ping", () => ({})],
    ["refuses it", () => new RpcFailure(-32601, "Method not found")],
  ])("a server that %s goes on", async (_what, answer) => {
    const sleepClock = sleeper();
    const { hub, state } = await start({ sleepClock });
    hub.server.answer.ping = answer;
    sleepClock.sleep();
    await expect.poll(() => pings(hub).length).toBe(1);
    expect([state(), hub.server.opened.length]).toEqual(["ready", 1]);
  });

  it("one that sends nothing more is ended, its calls fail with the reason, and another is started", async () => {
    const sleepClock = sleeper();
    const { hub, server, state } = await start({ config: config(), sleepClock });
    const session = await hub.open();
    hub.server.answer.ping = () => undefined;
    hub.server.answer["tools/call"] = () => undefined;
    const call = hub.request(callOf("fake__echo"), { session });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    sleepClock.sleep();
    vi.advanceTimersByTime(PROBE_MS);
    vi.useRealTimers();
    expect((await call).message?.error).toMatchObject({
      message: expect.stringContaining("did not answer ping within 10 s after the machine had slept"),
      data: { code: "unresponsive", server: "fake" },
    });
    await expect.poll(() => [hub.server.opened.length, state()], { timeout: 10_000 }).toEqual([2, "ready"]);
    expect(server.summary(0).restarts).toBe(1);
  });

  it("one that does not answer but sends something lives", async () => {
    const sleepClock = sleeper();
    const { hub, state } = await start({ config: config(), sleepClock });
    hub.server.answer.ping = () => undefined;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    sleepClock.sleep();
    hub.server.say({
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: "busy" },
    });
    vi.advanceTimersByTime(PROBE_MS);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    expect([state(), hub.server.opened.length]).toEqual(["ready", 1]);
  });
});
