import { afterEach, beforeEach } from "vitest";
import { type BridgedClient, bridgedClient, homeWithToken } from "./client.ts";
import { type FakeHub, type FakeHubOptions, type Received, startFakeHub } from "./fake-hub.ts";

export const INITIALIZE =
  '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}';
export const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
export const WELCOME =
  '{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-06-18","capabilities":{}}}';
export const call = (id: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"t","arguments":{}}}`;
export const modern = (id: string, method: string, more = ""): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{"name":"größe"${more},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`;

export const posts = (request: Received): boolean => request.method === "POST";
export const gets = (request: Received): boolean => request.method === "GET";
export const deletes = (request: Received): boolean => request.method === "DELETE";

/** A home for each test of the file, with the hubs and the one client that the test starts there. */
export function bridge() {
  let home = "";
  let hubs: FakeHub[] = [];
  let client: BridgedClient | undefined;
  beforeEach(() => {
    home = homeWithToken();
  });
  afterEach(async () => {
    for (const hub of hubs) await hub.kill();
    hubs = [];
    await client?.dispose();
    client = undefined;
  });

  return {
    get home() {
      return home;
    },
    /** Sessions end without anybody looking, unless the test wants to see it. */
    async hubOf(options: FakeHubOptions = {}): Promise<FakeHub> {
      const hub = await startFakeHub(home, {
        handle: (request) => {
          if (!deletes(request)) return false;
          request.json("");
          return true;
        },
        ...options,
      });
      hubs.push(hub);
      return hub;
    },
    connect(...options: BridgeOptions): BridgedClient {
      client = bridgedClient(home, ...options);
      return client;
    },
  };
}

type BridgeOptions = Parameters<typeof bridgedClient> extends [string, ...infer Rest] ? Rest : never;

/** Opens the client's session. */
export async function open(client: BridgedClient, hub: FakeHub, session = "s-1"): Promise<void> {
  client.write(INITIALIZE);
  (await hub.next(posts)).json(WELCOME, 200, { "Mcp-Session-Id": session });
  await client.line();
  client.write(INITIALIZED);
  (await hub.next(posts)).json("", 202);
}
