import { afterEach, describe, expect, it } from "vitest";
import type { ClientIdentity, Scope, SessionHandle } from "../ports/endpoint.ts";
import { RpcFailure } from "../testing/fake-transport.ts";
import { createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const AT = { createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:00Z" };
const OTHER: ClientIdentity = { id: "other", name: "other", profile: null };
const EXTENSION = "io.modelcontextprotocol/tasks";
const META = "io.modelcontextprotocol";
const ALONE: Scope = { kind: "server", name: "fake" };
type Params = Record<string, unknown> | undefined;
const idOf = (params: Params): string => String(params?.taskId);

/** A server of the session era that makes tasks of calls; ids count up, so that they can be guessed. */
async function sessionServer(config = fakeConfig()): Promise<TestHub> {
  const hub = await createTestHub({ config });
  open = hub;
  const { answer } = hub.server;
  let made = 0;
  const task = (taskId: string, status = "working") => ({
    taskId,
    status,
    ...AT,
    ttl: null,
    pollInterval: 20,
  });
  answer.initialize = () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
    serverInfo: { name: "fake", version: "1" },
  });
  answer["tools/list"] = () => ({
    tools: [
      { name: "slow", inputSchema: { type: "object" }, execution: { taskSupport: "optional" } },
      { name: "only", inputSchema: { type: "object" }, execution: { taskSupport: "required" } },
    ],
  });
  answer["tools/call"] = (params) => {
    if (params?.task !== undefined) {
      made += 1;
      return { task: task(String(made)), _meta: { kept: 1 } };
    }
    return params?.name === "only"
      ? new RpcFailure(-32601, "this tool is called as a task")
      : { content: [{ type: "text", text: "at once" }] };
  };
  answer["tasks/get"] = (params) => task(idOf(params));
  answer["tasks/cancel"] = (params) => task(idOf(params), "cancelled");
  answer["tasks/result"] = (params) => ({
    content: [{ type: "text", text: `of ${idOf(params)}` }],
    _meta: { [`${META}/related-task`]: { taskId: idOf(params) } },
  });
  answer["tasks/list"] = (params) =>
    params?.cursor === "more"
      ? { tasks: [task("2"), task("3")] }
      : { tasks: [task("1")], nextCursor: "more" };
  await started(hub);
  return hub;
}

/** A stateless server with the tasks extension: the tool "slow" is a task wherever the client can have one. */
async function statelessServer(): Promise<TestHub> {
  const hub = await createTestHub();
  open = hub;
  const { answer } = hub.server;
  const whole = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
  const task = (taskId: string, status: string) => ({
    taskId,
    status,
    ...AT,
    ttlMs: null,
    pollIntervalMs: 20,
  });
  let made = 0;
  const polls = new Map<string, number>();
  const given = new Set<string>();
  answer["server/discover"] = () => ({
    ...whole,
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {}, extensions: { [EXTENSION]: {} } },
  });
  answer["tools/list"] = () => ({
    ...whole,
    tools: [{ name: "slow", inputSchema: { type: "object" } }],
  });
  answer["tools/call"] = (params) => {
    const meta = params?._meta as Record<string, { extensions?: object }>;
    if (meta[`${META}/clientCapabilities`]?.extensions === undefined)
      return { resultType: "complete", content: [{ type: "text", text: "at once" }] };
    made += 1;
    return { resultType: "task", ...task(`t${made}`, "working") };
  };
  answer["tasks/get"] = (params) => {
    const id = idOf(params);
    const polled = (polls.get(id) ?? 0) + 1;
    polls.set(id, polled);
    const requestedSchema = { type: "object", properties: { name: { type: "string" } } };
    const wanted = { name: { method: "elicitation/create", params: { message: "Who?", requestedSchema } } };
    if (polled > 1 && !given.has(id))
      return { resultType: "complete", ...task(id, "input_required"), inputRequests: wanted };
    if (polled < 4) return { resultType: "complete", ...task(id, "working") };
    const result = { content: [{ type: "text", text: "done" }], big: 1 };
    return { resultType: "complete", ...task(id, "completed"), result };
  };
  answer["tasks/update"] = (params) => {
    given.add(idOf(params));
    return { resultType: "complete" };
  };
  answer["tasks/cancel"] = () => ({ resultType: "complete" });
  answer["subscriptions/listen"] = (params, id) => {
    const tag = { _meta: { [`${META}/subscriptionId`]: id } };
    const { notifications } = params as { notifications: object };
    queueMicrotask(() =>
      hub.server.say({
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: { ...tag, notifications },
      }),
    );
    return undefined;
  };
  await started(hub);
  return hub;
}

async function started(hub: TestHub): Promise<void> {
  await hub.hub.state.servers.get("fake")?.restart();
  await expect
    .poll(() => hub.hub.state.servers.get("fake")?.catalog.tools?.map(({ key }) => key))
    .toContain("slow");
}

const ask = (hub: TestHub, session: SessionHandle, method: string, params: unknown = {}, id: unknown = 1) =>
  hub.request({ jsonrpc: "2.0", id, method, params }, { session, scope: ALONE });
const asTask = (hub: TestHub, session: SessionHandle, more: object = {}) =>
  ask(hub, session, "tools/call", { name: "slow", arguments: {}, task: {}, ...more });
const heard = (
  session: SessionHandle,
): { method?: string; id?: unknown; params: Record<string, unknown> }[] => {
  const messages: ReturnType<typeof heard> = [];
  session.attachStream({
    push: (parts) => messages.push(JSON.parse(Buffer.concat(parts).toString())),
    close: () => {},
  });
  return messages;
};
const sent = (hub: TestHub, method: string) =>
  hub.server.received.filter((message) => message.method === method);
const meta = (capabilities: object) => ({
  [`${META}/protocolVersion`]: "2026-07-28",
  [`${META}/clientCapabilities`]: capabilities,
});
const CAN = { extensions: { [EXTENSION]: {} } };
const stateless = (
  hub: TestHub,
  method: string,
  params: object = {},
  { capabilities = CAN, client = hub.client }: { capabilities?: object; client?: ClientIdentity } = {},
) =>
  hub.request(
    { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta(capabilities) } },
    { scope: ALONE, client },
  );

describe("tasks of the session era", () => {
  it("are offered by the server's address as the server has them, and by all as the union", async () => {
    const hub = await sessionServer();
    const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    for (const scope of [ALONE, { kind: "all" } as const]) {
      const { message } = await hub.request(
        { jsonrpc: "2.0", id: 0, method: "initialize", params },
        { scope },
      );
      expect(message?.result?.capabilities).toMatchObject({ tasks });
    }
  });

  it("are not there where no server has any", async () => {
    const hub = await createTestHub();
    open = hub;
    const session = await hub.open();
    const { message } = await hub.request(
      { jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: "1" } },
      { session },
    );
    expect(message?.error?.code).toBe(-32601);
  });

  it("belong to the client that made them: another's id is as unknown as any, and no other lists it", async () => {
    const hub = await sessionServer();
    const mine = await hub.open(ALONE);
    const theirs = await hub.open(ALONE, OTHER);
    const made = await asTask(hub, mine);
    expect(made.message?.result).toMatchObject({
      task: { taskId: "1", status: "working" },
      _meta: { kept: 1 },
    });
    expect(
      (await hub.request(asTaskMessage(2), { session: theirs, scope: ALONE, client: OTHER })).raw,
    ).toContain('"2"');
    for (const method of ["tasks/get", "tasks/result", "tasks/cancel"]) {
      const { message } = await ask(hub, mine, method, { taskId: "2" });
      expect(message?.error).toEqual({ code: -32602, message: "Unknown task: 2" });
      expect(sent(hub, method)).toEqual([]);
    }
    expect((await ask(hub, mine, "tasks/get", { taskId: "1" })).message?.result).toMatchObject({
      taskId: "1",
    });
    expect((await ask(hub, mine, "tasks/result", { taskId: "1" })).message?.result).toEqual({
      content: [{ type: "text", text: "of 1" }],
      _meta: { [`${META}/related-task`]: { taskId: "1" } },
    });
    const list = async (session: SessionHandle, client: ClientIdentity) => {
      const { message } = await hub.request(
        { jsonrpc: "2.0", id: 9, method: "tasks/list" },
        { session, scope: ALONE, client },
      );
      const tasks = (message?.result?.tasks ?? []) as { taskId: string }[];
      return tasks.map(({ taskId }) => taskId);
    };
    expect(await list(mine, hub.client)).toEqual(["1"]);
    expect(await list(theirs, OTHER)).toEqual(["2"]);
  });

  it("are found again by another session of the same client", async () => {
    const hub = await sessionServer();
    await asTask(hub, await hub.open(ALONE));
    const later = await hub.open(ALONE);
    expect((await ask(hub, later, "tasks/get", { taskId: "1" })).message?.result).toMatchObject({
      taskId: "1",
    });
  });

  it("are unknown at an address that does not show their server", async () => {
    const hub = await sessionServer(
      fakeConfig(', "profiles": { "none": { "servers": [] }, "all": { "servers": ["fake"] } }'),
    );
    await asTask(hub, await hub.open(ALONE));
    const at = async (name: string) => {
      const scope: Scope = { kind: "profile", name };
      const session = await hub.open(scope);
      const message = { jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: "1" } };
      return (await hub.request(message, { session, scope })).message?.error?.code;
    };
    expect([await at("none"), await at("all")]).toEqual([-32601, undefined]);
  });

  it("are recorded, and denied by the rule about their tool, as calls are", async () => {
    const hub = await sessionServer();
    const session = await hub.open(ALONE);
    await asTask(hub, session);
    await ask(hub, session, "tasks/get", { taskId: "1" });
    await ask(hub, session, "tasks/list");
    expect(
      hub.storage.rows.map(({ method, server, tool, status }) => [method, server, tool, status]),
    ).toEqual([
      ["tools/call", "fake", "slow", "ok"],
      ["tasks/get", "fake", "slow", "ok"],
      // The server's list has two pages.
      ["tasks/list", "fake", "", "ok"],
      ["tasks/list", "fake", "", "ok"],
    ]);
    await hub.configure(fakeConfig(', "rules": [{ "server": "fake", "tool": "slow", "decision": "deny" }]'));
    const { message } = await ask(hub, session, "tasks/result", { taskId: "1" });
    expect(message?.error?.code).toBe(-32012);
    expect(sent(hub, "tasks/result")).toEqual([]);
  });

  it("tell their status, their progress and their log to their owner alone", async () => {
    const hub = await sessionServer();
    const [mine, theirs] = [await hub.open(ALONE), await hub.open(ALONE, OTHER)];
    const [told, toldOther] = [heard(mine), heard(theirs)];
    await asTask(hub, mine, { _meta: { progressToken: "p" } });
    const upstream = sent(hub, "tools/call").at(-1)?.params?._meta as { progressToken: number };
    const status = {
      jsonrpc: "2.0",
      method: "notifications/tasks/status",
      params: { taskId: "1", status: "completed", ...AT },
    };
    const progress = {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { ...upstream, progress: 1 },
    };
    const related = { _meta: { [`${META}/related-task`]: { taskId: "1" } } };
    const log = {
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: "x", ...related },
    };
    for (const message of [status, progress, log]) hub.server.say(message);
    expect(told).toEqual([status, { ...progress, params: { progressToken: "p", progress: 1 } }, log]);
    expect(toldOther).toEqual([]);
  });

  it("ask their owner what they need, whoever else has calls under way", async () => {
    const hub = await sessionServer();
    const [mine, theirs] = [await elicited(hub, hub.client), await elicited(hub, OTHER)];
    const [asked, askedOther] = [heard(mine), heard(theirs)];
    await asTask(hub, mine);
    hub.server.answer["tools/call"] = () => undefined;
    void hub.request(asTaskMessage(5), { session: theirs, scope: ALONE, client: OTHER });
    const related = { [`${META}/related-task`]: { taskId: "1" } };
    const params = { message: "?", requestedSchema: {}, _meta: related };
    hub.server.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
    expect(asked).toMatchObject([{ method: "elicitation/create", params }]);
    expect(askedOther).toEqual([]);
    hub.notify({ jsonrpc: "2.0", id: asked[0]?.id, result: { action: "decline" } }, mine);
    expect(hub.server.received.at(-1)).toEqual({ jsonrpc: "2.0", id: "q", result: { action: "decline" } });
  });

  it("end for a client when its server is configured no more", async () => {
    const hub = await sessionServer();
    const session = await hub.open(ALONE);
    await asTask(hub, session);
    await hub.configure('{ "mcpServers": {} }');
    await hub.configure(fakeConfig());
    await started(hub);
    expect((await ask(hub, session, "tasks/get", { taskId: "1" })).message?.error?.code).toBe(-32602);
  });

  it("are seen through for a client that knows none, where the tool takes no other calls", async () => {
    const hub = await sessionServer();
    const done = { content: [{ type: "text", text: "of 1" }] };
    const { message } = await stateless(
      hub,
      "tools/call",
      { name: "only", arguments: {} },
      { capabilities: {} },
    );
    expect(message?.result).toMatchObject({ resultType: "complete", ...done });
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const opened = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    if (opened.session === undefined) throw new Error("no session");
    const older = await ask(hub, opened.session, "tools/call", { name: "only", arguments: {} });
    expect(older.message?.result).toMatchObject({ content: [{ text: "of 2" }] });
    expect(sent(hub, "tools/call").map((call) => call.params?.task)).toEqual([{}, {}]);
  });

  it("that the hub sees through are cancelled with the call", async () => {
    const hub = await sessionServer();
    hub.server.answer["tasks/result"] = () => undefined;
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const { session } = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    if (session === undefined) throw new Error("no session");
    const answered = ask(hub, session, "tools/call", { name: "only", arguments: {} }, 7);
    await expect.poll(() => sent(hub, "tasks/result")).toHaveLength(1);
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } }, session);
    expect((await answered).message).toBeUndefined();
    expect(sent(hub, "tasks/cancel")).toMatchObject([{ params: { taskId: "1" } }]);
  });
});

describe("tasks of the stateless era's extension", () => {
  it("are offered where a server has them, and to no client of a session", async () => {
    const hub = await statelessServer();
    const { message } = await stateless(hub, "server/discover");
    expect(message?.result?.capabilities).toMatchObject(CAN);
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const opened = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    expect(opened.message?.result?.capabilities).toEqual({ tools: {} });
  });

  it("come as they are to a client that declares them, and are its own alone", async () => {
    const hub = await statelessServer();
    const { message } = await stateless(hub, "tools/call", { name: "slow", arguments: {} });
    expect(message?.result).toEqual({
      resultType: "task",
      taskId: "t1",
      status: "working",
      ...AT,
      ttlMs: null,
      pollIntervalMs: 20,
    });
    const get = await stateless(hub, "tasks/get", { taskId: "t1" });
    expect(get.message?.result).toMatchObject({ resultType: "complete", taskId: "t1", status: "working" });
    const update = { taskId: "t1", inputResponses: { name: { action: "accept", content: { n: 1 } } } };
    expect((await stateless(hub, "tasks/update", update)).message?.result).toEqual({
      resultType: "complete",
    });
    expect(sent(hub, "tasks/update")[0]?.params).toMatchObject(update);
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      const foreign = await stateless(hub, method, update, { client: OTHER });
      expect(foreign.message?.error?.code).toBe(-32602);
      const unable = await stateless(hub, method, update, { capabilities: {} });
      expect(unable.message?.error).toMatchObject({ code: -32021, data: { requiredCapabilities: CAN } });
    }
    for (const method of ["tasks/list", "tasks/result"])
      expect((await stateless(hub, method, { taskId: "t1" })).message?.error?.code).toBe(-32601);
  });

  it("tell their status on a listen stream of their owner, acknowledged when the server has agreed", async () => {
    const hub = await statelessServer();
    await stateless(hub, "tools/call", { name: "slow", arguments: {} });
    const listen = (client: ClientIdentity) => {
      const notes: string[] = [];
      const params = { notifications: { taskIds: ["t1"] }, _meta: meta(CAN) };
      void hub.request(
        { jsonrpc: "2.0", id: "l", method: "subscriptions/listen", params },
        { scope: ALONE, client, notes },
      );
      return notes;
    };
    const [mine, theirs] = [listen(hub.client), listen(OTHER)];
    await expect.poll(() => [mine.length, theirs.length]).toEqual([1, 1]);
    expect(JSON.parse(mine[0] ?? "").params.notifications).toEqual({ taskIds: ["t1"] });
    expect(JSON.parse(theirs[0] ?? "").params.notifications).toEqual({});
    const params = { taskId: "t1", status: "working", ...AT };
    const subscription = sent(hub, "subscriptions/listen").at(-1)?.id;
    const tagged = { ...params, _meta: { [`${META}/subscriptionId`]: subscription } };
    hub.server.say({ jsonrpc: "2.0", method: "notifications/tasks", params: tagged });
    expect(JSON.parse(mine[1] ?? "").params).toEqual({
      ...params,
      _meta: { [`${META}/subscriptionId`]: "l" },
    });
    expect(theirs).toHaveLength(1);
  });

  it("are seen through for a session's client: polled, what they need is asked, and the final answer given", async () => {
    const hub = await statelessServer();
    const session = await elicited(hub, hub.client);
    const asked: string[] = [];
    const answered = hub.request(asTaskMessage(1), { session, scope: ALONE, notes: asked });
    await expect.poll(() => asked).toHaveLength(1);
    const question = JSON.parse(asked[0] ?? "");
    hub.notify({ jsonrpc: "2.0", id: question.id, result: { action: "accept", content: {} } }, session);
    const { message } = await answered;
    expect(asked).toHaveLength(1);
    expect(question).toMatchObject({ method: "elicitation/create", params: { message: "Who?" } });
    expect(message?.result).toEqual({ content: [{ type: "text", text: "done" }], big: 1 });
    expect(sent(hub, "tools/call")[0]?.params).not.toHaveProperty("task");
    expect(sent(hub, "tasks/update")).toMatchObject([
      { params: { taskId: "t1", inputResponses: { name: { action: "accept" } } } },
    ]);
  });

  it("that fail or are cancelled are an error of the call", async () => {
    const hub = await statelessServer();
    const session = await hub.open(ALONE);
    const state = { resultType: "complete", taskId: "t1", ...AT, ttlMs: null };
    hub.server.answer["tasks/get"] = () => ({
      ...state,
      status: "failed",
      error: { code: -32050, message: "no", data: 1 },
    });
    expect((await asTask(hub, session)).message?.error).toEqual({ code: -32050, message: "no", data: 1 });
    hub.server.answer["tasks/get"] = () => ({ ...state, status: "cancelled", statusMessage: "by hand" });
    expect((await asTask(hub, session)).message?.error?.message).toContain("the task was cancelled: by hand");
  });

  it("are cancelled at the server when the call is", async () => {
    const hub = await statelessServer();
    const session = await hub.open(ALONE);
    hub.server.answer["tasks/get"] = (params) => ({
      resultType: "complete",
      taskId: idOf(params),
      status: "working",
      ...AT,
      ttlMs: null,
      pollIntervalMs: 20,
    });
    const answered = ask(hub, session, "tools/call", { name: "slow", arguments: {} }, 7);
    await expect.poll(() => sent(hub, "tasks/get").length).toBeGreaterThan(1);
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } }, session);
    expect((await answered).message).toBeUndefined();
    expect(sent(hub, "tasks/cancel")).toMatchObject([{ params: { taskId: "t1" } }]);
  });
});

const asTaskMessage = (id: number) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "slow", arguments: {}, task: {} },
});

/** A session whose client can be asked. */
async function elicited(hub: TestHub, client: ClientIdentity): Promise<SessionHandle> {
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {} },
    clientInfo: { name: "t", version: "1" },
  };
  const { session } = await hub.request(
    { jsonrpc: "2.0", id: 0, method: "initialize", params },
    { scope: ALONE, client },
  );
  if (session === undefined) throw new Error("no session");
  return session;
}
