/** The whole way from a client's call to real remote servers: the hub's parts, this transport, and servers of the SDKs. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { callOf, createTestHub, type TestHub } from "../../hub/testing/test-hub.ts";
import { loginWith } from "../fixtures/harness.ts";
import { createTransportFactory } from "../index.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A hub whose one server, `web`, is remote. */
async function hubFor(
  type: "http" | "sse",
  url: string,
  headers: Record<string, string> = {},
): Promise<TestHub> {
  const hub = await createTestHub({ config: '{ "mcpServers": {} }' });
  cleanups.push(() => hub.dispose());
  const factory = createTransportFactory({
    registries: [],
    instance: "t",
    log: () => undefined,
    login: loginWith(""),
    env: {},
  });
  hub.server.factory.open = (launch, events) => factory.open({ ...launch, headers }, events);
  await hub.configure(
    JSON.stringify({
      consent: { default: "allow", newTools: "allow" },
      mcpServers: { web: { type, url, headers } },
    }),
  );
  await stateOf(hub).learn();
  return hub;
}

const stateOf = (hub: TestHub) => {
  const server = hub.hub.state.servers.get("web");
  if (server === undefined) throw new Error("no server");
  return server;
};

const toolNames = async (hub: TestHub, session: Awaited<ReturnType<TestHub["open"]>>): Promise<string[]> => {
  const { message } = await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
  const { tools = [] } = (message?.result ?? {}) as { tools?: { name: string }[] };
  return tools.map(({ name }) => name);
};

async function freePort(): Promise<number> {
  const probe = createTcp();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", () => resolve()));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const everythingScript = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/server-everything/dist/index.js",
);

async function everything(mode: "streamableHttp" | "sse", port: number): Promise<{ stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [everythingScript, mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = (): Promise<void> => {
    child.kill("SIGKILL");
    return exited;
  };
  cleanups.push(stop);
  await new Promise<void>((resolve, reject) => {
    void exited.then(() => reject(new Error("server-everything ended")));
    child.stderr?.on("data", (chunk: Buffer) => {
      if (/listening|running/i.test(chunk.toString())) resolve();
    });
  });
  return { stop };
}

describe("server-everything", () => {
  it.each([
    ["streamableHttp", "http", "/mcp"],
    ["sse", "sse", "/sse"],
  ] as const)(
    "over %s: lists, calls, progress, and a restart of the server between two calls",
    async (mode, type, path) => {
      const port = await freePort();
      const first = await everything(mode, port);
      const hub = await hubFor(type, `http://127.0.0.1:${port}${path}`);
      const session = await hub.open();
      expect(await toolNames(hub, session)).toContain("web__echo");
      const echo = async (message: string): Promise<unknown> =>
        (await hub.request(callOf("web__echo", { message }), { session })).message?.result;
      expect(await echo("ä")).toMatchObject({ content: [{ type: "text", text: "Echo: ä" }] });

      const long = await hub.request(
        callOf("web__trigger-long-running-operation", { duration: 0.4, steps: 4 }, 9, {
          progressToken: "tok",
        }),
        { session },
      );
      expect(long.message?.result?.isError).not.toBe(true);
      expect(long.notes.map((note) => JSON.parse(note).params)).toMatchObject(
        [1, 2, 3, 4].map((progress) => ({ progress, total: 4, progressToken: "tok" })),
      );

      await first.stop();
      await everything(mode, port);
      // The old pair notices at once; the newer protocol by the next request's 400 or the stream's end.
      await expect
        .poll(() => echo("again"), { timeout: 20_000 })
        .toMatchObject({ content: [{ text: "Echo: again" }] });
      expect(stateOf(hub).summary(0)).toMatchObject({ state: "ready", transport: type, pid: null });
    },
  );
});

interface SdkServer {
  readonly url: string;
  readonly authorized: (string | undefined)[];
  /** Its answers to GET. */
  readonly streams: ServerResponse[];
  /** Forgets every session, as a restart does. */
  forget(): void;
  initialized: number;
  addTool(): void;
}

/** A server of the SDK 2.x in this process, session era. */
async function sdkServer(): Promise<SdkServer> {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>();
  const servers: McpServer[] = [];
  const open = async (): Promise<NodeStreamableHTTPServerTransport> => {
    const mcp = new McpServer(
      { name: "sdk", version: "1" },
      { capabilities: { tools: { listChanged: true } } },
    );
    mcp.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
    }));
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        transports.set(id, transport);
        state.initialized += 1;
      },
    });
    await mcp.connect(transport);
    servers.push(mcp);
    return transport;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    state.authorized.push(request.headers.authorization);
    const id = request.headers["mcp-session-id"];
    const transport = typeof id === "string" ? transports.get(id) : await open();
    if (transport === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
      return;
    }
    if (request.method === "GET") state.streams.push(response);
    await transport.handleRequest(request, response);
  };
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  cleanups.push(async () => {
    for (const mcp of servers) await mcp.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const state: SdkServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    authorized: [],
    streams: [],
    initialized: 0,
    forget: () => transports.clear(),
    addTool() {
      servers.at(-1)?.registerTool("later", { inputSchema: z.object({}) }, () => ({ content: [] }));
    },
  };
  return state;
}

describe("a server of the SDK 2.x", () => {
  it("is called with the configured headers, and its changed list arrives by its own stream", async () => {
    const sdk = await sdkServer();
    const hub = await hubFor("http", sdk.url, { Authorization: "Bearer key-123" });
    const session = await hub.open();
    const { message } = await hub.request(callOf("web__add", { a: 1, b: 2 }), { session });
    expect(message?.result).toMatchObject({ content: [{ text: "3" }] });
    expect(new Set(sdk.authorized)).toEqual(new Set(["Bearer key-123"]));
    await expect.poll(() => sdk.streams[0]?.headersSent).toBe(true);
    sdk.addTool();
    await expect.poll(() => toolNames(hub, session)).toContain("web__later");
  });

  it("a session that is gone is opened anew without an error for the clients, even for parallel calls", async () => {
    const sdk = await sdkServer();
    const hub = await hubFor("http", sdk.url);
    const session = await hub.open();
    const add = async (b: number): Promise<unknown> =>
      (await hub.request(callOf("web__add", { a: 1, b }, b), { session })).message?.result?.content;
    expect(await add(1)).toEqual([{ type: "text", text: "2" }]);
    sdk.forget();
    expect(await Promise.all([2, 3, 4, 5].map(add))).toEqual(
      [3, 4, 5, 6].map((n) => [{ type: "text", text: String(n) }]),
    );
    expect(sdk.initialized).toBe(2);
    expect(stateOf(hub).summary(0)).toMatchObject({ state: "ready", restarts: 0, lastError: null });
  });

  it("a server that wants a login is parked, and the call says so", async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const hub = await hubFor("http", `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    expect(stateOf(hub).summary(0)).toMatchObject({ state: "needs-auth", retryAt: null });
    expect(stateOf(hub).problems()).toMatchObject([
      { code: "needs_auth", message: expect.stringContaining("wants a login") },
    ]);
    stateOf(hub).need();
    expect(requests).toBe(1);
  });
});
