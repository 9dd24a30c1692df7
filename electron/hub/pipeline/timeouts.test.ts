import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SessionHandle } from "../ports/endpoint.ts";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  // No clock of a running process reads 0.
  vi.advanceTimersByTime(1_000);
});
afterEach(async () => {
  vi.useRealTimers();
  await open?.dispose();
  open = undefined;
});

/** A hub whose server `fake` has these settings and leaves every call open. */
async function start(settings: object): Promise<{ hub: TestHub; session: SessionHandle }> {
  const config = {
    consent: { default: "allow" },
    mcpServers: { fake: { command: "fake", ...settings } },
  };
  open = await createTestHub({ config: JSON.stringify(config) });
  open.server.answer["tools/call"] = () => undefined;
  await open.hub.state.servers.get("fake")?.learn();
  return { hub: open, session: await open.open(openScope, open.client, { elicitation: {} }) };
}
const openScope = { kind: "all" } as const;

const lastCall = (hub: TestHub): number | undefined =>
  hub.server.received.findLast(({ method }) => method === "tools/call")?.id;
/** Waits without letting the clock run, which `vi.waitFor` does. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const sent = (hub: TestHub): Promise<number> => until(() => lastCall(hub));
/** Whether a call is over after all that can happen at this moment has happened. */
async function isOver(call: Promise<unknown>): Promise<boolean> {
  let over = false;
  void call.then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

test("a call past its limit is a timeout, names the setting, is cancelled at the server, and its late answer is dropped and counted", async () => {
  const { hub, session } = await start({ timeoutSeconds: 60, timeouts: { "ec*": 5 } });
  const call = hub.request(callOf("fake__echo"), { session });
  const id = await sent(hub);
  vi.advanceTimersByTime(4_999);
  expect(await isOver(call)).toBe(false);
  vi.advanceTimersByTime(2);
  expect((await call).message?.error).toEqual({
    code: -32001,
    message: 'the server fake did not answer within 5 s (mcpServers.fake.timeouts["ec*"] in gatehouse.json)',
    data: { code: "timeout", server: "fake", seconds: 5, setting: 'mcpServers.fake.timeouts["ec*"]' },
  });
  expect(hub.server.received.at(-1)).toMatchObject({
    method: "notifications/cancelled",
    params: { requestId: id, reason: "timed out" },
  });
  expect(hub.storage.rows).toMatchObject([{ status: "timeout" }]);
  const summary = () => hub.hub.state.servers.get("fake")?.summary(0);
  expect(summary()).toMatchObject({ lateAnswers: 0 });
  hub.server.say({ jsonrpc: "2.0", id, result: {} });
  expect(summary()).toMatchObject({ state: "ready", lateAnswers: 1, strayAnswers: 0 });
  expect(hub.storage.rows).toHaveLength(1);
});

test("progress extends the limit, and the ceiling ends the call all the same", async () => {
  const { hub, session } = await start({ timeoutSeconds: 5, maxSeconds: 12 });
  const call = hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session });
  const id = await sent(hub);
  const progress = (at: number): void =>
    hub.server.say({
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: id, progress: at },
    });
  for (const at of [1, 2]) {
    vi.advanceTimersByTime(4_000);
    progress(at);
  }
  vi.advanceTimersByTime(3_900);
  expect(await isOver(call)).toBe(false);
  vi.advanceTimersByTime(200);
  const answer = await call;
  expect(answer.notes).toHaveLength(2);
  expect(answer.message?.error).toMatchObject({
    message:
      "the server fake was still at it after 12 s, the most that a call may take (mcpServers.fake.maxSeconds in gatehouse.json)",
    data: { code: "timeout", setting: "mcpServers.fake.maxSeconds" },
  });
});

test("without further progress the limit counts from the last", async () => {
  const { hub, session } = await start({ timeoutSeconds: 5, maxSeconds: 100 });
  const call = hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session });
  const id = await sent(hub);
  vi.advanceTimersByTime(3_000);
  const params = { progressToken: id, progress: 1 };
  hub.server.say({ jsonrpc: "2.0", method: "notifications/progress", params });
  vi.advanceTimersByTime(4_900);
  expect(await isOver(call)).toBe(false);
  vi.advanceTimersByTime(200);
  expect((await call).message?.error).toMatchObject({ data: { setting: "mcpServers.fake.timeoutSeconds" } });
});

test("the time that a person takes to answer the server does not count", async () => {
  const { hub, session } = await start({ timeoutSeconds: 5, maxSeconds: 6 });
  const asked: string[] = [];
  const call = hub.request(callOf("fake__echo"), { session, notes: asked });
  const id = await sent(hub);
  vi.advanceTimersByTime(4_000);
  const params = { message: "which?", requestedSchema: { type: "object", properties: {} } };
  hub.server.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
  const question = JSON.parse(await until(() => asked[0])) as { id: string };
  vi.advanceTimersByTime(3_600_000);
  expect(await isOver(call)).toBe(false);
  hub.notify({ jsonrpc: "2.0", id: question.id, result: { action: "decline" } }, session);
  await until(() => hub.server.received.find(({ id: answered }) => String(answered) === "q"));
  vi.advanceTimersByTime(900);
  expect(await isOver(call)).toBe(false);
  hub.server.say({ jsonrpc: "2.0", id, result: { content: [] } });
  expect((await call).message?.result).toEqual({ content: [] });
});

test("a question that the server takes back stops no clock any longer", async () => {
  const { hub, session } = await start({ timeoutSeconds: 5 });
  const asked: string[] = [];
  const call = hub.request(callOf("fake__echo"), { session, notes: asked });
  await sent(hub);
  const params = { message: "which?", requestedSchema: { type: "object", properties: {} } };
  hub.server.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
  await until(() => asked[0]);
  vi.advanceTimersByTime(60_000);
  hub.server.say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "q" } });
  vi.advanceTimersByTime(5_001);
  expect((await call).message?.error).toMatchObject({ data: { code: "timeout" } });
});

test("a server that is not ready in time is said to be that, and has the whole limit once it is", async () => {
  const { hub, session } = await start({ timeoutSeconds: 5 });
  const server = hub.hub.state.servers.get("fake");
  await server?.stop();
  hub.server.answer.initialize = () => undefined;
  const early = hub.request(callOf("fake__echo", {}, 1), { session });
  await isOver(early);
  vi.advanceTimersByTime(3_000);
  const late = hub.request(callOf("fake__echo", {}, 2), { session });
  await isOver(late);
  vi.advanceTimersByTime(2_001);
  expect((await early).message?.error?.message).toBe(
    "the server fake was not ready within 5 s (mcpServers.fake.timeoutSeconds in gatehouse.json)",
  );
  expect(hub.server.received.filter(({ method }) => method === "notifications/cancelled")).toEqual([]);
  const hello = hub.server.received.findLast(({ method }) => method === "initialize");
  const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "f" } };
  hub.server.say({ jsonrpc: "2.0", id: hello?.id, result });
  const id = await sent(hub);
  vi.advanceTimersByTime(4_900);
  expect(await isOver(late)).toBe(false);
  hub.server.say({ jsonrpc: "2.0", id, result: { content: [] } });
  expect((await late).message?.result).toEqual({ content: [] });
});
