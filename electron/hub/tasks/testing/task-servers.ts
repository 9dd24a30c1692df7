import { expect, onTestFinished } from "vitest";
import type { ClientIdentity, Scope, SessionHandle } from "../../ports/endpoint.ts";
import { RpcFailure } from "../../testing/fake-transport.ts";
import { createTestHub, fakeConfig, type TestHub } from "../../testing/test-hub.ts";

export const AT = { createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:00Z" };
/** Another client than the hub's own. */
export const OTHER: ClientIdentity = { id: "other", name: "other", profile: null };
const EXTENSION = "io.modelcontextprotocol/tasks";
export const META = "io.modelcontextprotocol";
/** The address of the server alone. */
export const ALONE: Scope = { kind: "server", name: "fake" };
type Params = Record<string, unknown> | undefined;
export const idOf = (params: Params): string => String(params?.taskId);

/** A server of the session era that makes tasks of calls; ids count up, so that they can be guessed. */
export async function sessionServer(config = fakeConfig()): Promise<TestHub> {
  const hub = await createTestHub({ config });
  onTestFinished(() => hub.dispose());
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
export async function statelessServer(): Promise<TestHub> {
  const hub = await createTestHub();
  onTestFinished(() => hub.dispose());
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

/** Resolves when the hub knows the tools of the server that stands behind it now. */
export async function started(hub: TestHub): Promise<void> {
  await hub.hub.state.servers.get("fake")?.restart();
  await expect
    .poll(() => hub.hub.state.servers.get("fake")?.catalog.tools?.map(({ key }) => key))
    .toContain("slow");
}

/** A request of a session. */
export const ask = (
  hub: TestHub,
  session: SessionHandle,
  method: string,
  params: unknown = {},
  id: unknown = 1,
) => hub.request({ jsonrpc: "2.0", id, method, params }, { session, scope: ALONE });
/** Calls the slow tool as a task. */
export const asTask = (hub: TestHub, session: SessionHandle, more: object = {}) =>
  ask(hub, session, "tools/call", { name: "slow", arguments: {}, task: {}, ...more });
/** What a session is told from now on. */
export const heard = (
  session: SessionHandle,
): { method?: string; id?: unknown; params: Record<string, unknown> }[] => {
  const messages: ReturnType<typeof heard> = [];
  session.attachStream({
    push: (parts) => messages.push(JSON.parse(Buffer.concat(parts).toString())),
    close: () => {},
  });
  return messages;
};
/** What the server has got of a method. */
export const sent = (hub: TestHub, method: string) =>
  hub.server.received.filter((message) => message.method === method);
export const meta = (capabilities: object) => ({
  [`${META}/protocolVersion`]: "2026-07-28",
  [`${META}/clientCapabilities`]: capabilities,
});
export const CAN = { extensions: { [EXTENSION]: {} } };
/** A request of a stateless client, by default the hub's own, which can have tasks. */
export const stateless = (
  hub: TestHub,
  method: string,
  params: object = {},
  { capabilities = CAN, client = hub.client }: { capabilities?: object; client?: ClientIdentity } = {},
) =>
  hub.request(
    { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta(capabilities) } },
    { scope: ALONE, client },
  );

/** A call of the slow tool as a task, as a message. */
export const asTaskMessage = (id: number) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "slow", arguments: {}, task: {} },
});

/** A session whose client can be asked. */
export async function elicited(hub: TestHub, client: ClientIdentity): Promise<SessionHandle> {
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
