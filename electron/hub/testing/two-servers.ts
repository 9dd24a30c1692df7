import type { ClientIdentity, Scope, SessionHandle } from "../ports/endpoint.ts";
import { createFakeServers, type FakeServer } from "./fake-transport.ts";
import { createTestHub, type TestHub } from "./test-hub.ts";

const META = "io.modelcontextprotocol";

/** What a stateless request says of its client. */
export const STATELESS_META = {
  [`${META}/protocolVersion`]: "2026-07-28",
  [`${META}/clientInfo`]: { name: "t", version: "1" },
  [`${META}/clientCapabilities`]: { extensions: { [`${META}/tasks`]: {} } },
};

/** A hub in front of the servers `a` and `b`, alike but for their names, and the profiles that show one of them. */
export interface TwoServers extends TestHub {
  readonly a: FakeServer;
  readonly b: FakeServer;
  /** Sends a request of an era as a client; in the session era in its session on that scope. */
  ask(
    era: "session" | "stateless",
    who: ClientIdentity,
    method: string,
    params?: object,
    options?: { scope?: Scope; notes?: string[] },
  ): ReturnType<TestHub["request"]>;
}

/** Starts it; both servers' catalogues are known when it resolves. */
export async function createTwoServers(profiles: object): Promise<TwoServers> {
  const servers = createFakeServers(setUp);
  const config = {
    consent: { default: "allow" },
    mcpServers: { a: { command: "a" }, b: { command: "b" } },
    profiles,
  };
  const hub = await createTestHub({ config: JSON.stringify(config), transports: servers.factory });
  await Promise.all(["a", "b"].map((name) => hub.hub.state.servers.get(name)?.learn()));
  const server = (name: string): FakeServer => {
    const found = servers.byName.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const sessions = new Map<string, Promise<SessionHandle>>();
  let lastId = 0;
  return Object.assign(hub, {
    a: server("a"),
    b: server("b"),
    async ask(
      era: "session" | "stateless",
      who: ClientIdentity,
      method: string,
      params: object = {},
      options: { scope?: Scope; notes?: string[] } = {},
    ) {
      lastId += 1;
      const message = { jsonrpc: "2.0", id: lastId, method };
      if (era === "stateless") {
        const whole = { ...params, _meta: STATELESS_META };
        return hub.request({ ...message, params: whole }, { ...options, client: who });
      }
      const key = `${who.id} ${JSON.stringify(options.scope)}`;
      const session = sessions.get(key) ?? hub.open(options.scope, who);
      sessions.set(key, session);
      return hub.request({ ...message, params }, { ...options, client: who, session: await session });
    },
  });
}

function setUp(server: FakeServer, name: string): void {
  let tasks = 0;
  Object.assign(server.answer, {
    initialize: () => ({
      protocolVersion: "2025-11-25",
      capabilities: {
        tools: { listChanged: true },
        prompts: {},
        resources: { subscribe: true },
        completions: {},
        tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
      },
      serverInfo: { name, version: "1" },
    }),
    "tools/list": () => ({
      tools: [
        { name: "look", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } },
        { name: "write", inputSchema: { type: "object" } },
        { name: "slow", inputSchema: { type: "object" }, execution: { taskSupport: "optional" } },
      ],
    }),
    "prompts/list": () => ({ prompts: [{ name: "greet" }] }),
    "resources/list": () => ({ resources: [{ uri: `demo://${name}/one`, name: "one" }] }),
    "resources/templates/list": () => ({
      resourceTemplates: [{ uriTemplate: `demo://${name}/by/{id}`, name: "by id" }],
    }),
    "prompts/get": () => ({ messages: [{ role: "user", content: { type: "text", text: name } }] }),
    "resources/read": ({ uri }: { uri: string }) => ({ contents: [{ uri, text: name }] }),
    "resources/subscribe": () => ({}),
    "resources/unsubscribe": () => ({}),
    "completion/complete": () => ({ completion: { values: [name] } }),
    "tools/call": (params: { name: string; task?: object }) => {
      if (params.task === undefined)
        return { content: [{ type: "resource_link", uri: "demo://b/one", name: `from ${name}` }] };
      tasks += 1;
      return { task: taskOf(String(tasks)) };
    },
    "tasks/get": ({ taskId }: { taskId: string }) => taskOf(taskId),
    "tasks/cancel": ({ taskId }: { taskId: string }) => taskOf(taskId),
    "tasks/result": () => ({ content: [{ type: "text", text: name }] }),
    "tasks/list": () => ({ tasks: [taskOf("1")] }),
  });
}

const taskOf = (taskId: string) => ({
  taskId,
  status: "working",
  createdAt: "2026-01-01T00:00:00Z",
  lastUpdatedAt: "2026-01-01T00:00:00Z",
  ttl: null,
});
