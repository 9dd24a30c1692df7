import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";

// biome-ignore lint/suspicious/noExplicitAny: two generations of the SDK, whose types differ; the test compares values
export type Loose = any;

/** What both generations of the SDK's client have in common, as far as the script needs it. */
export interface SdkClient {
  getServerCapabilities(): Loose;
  getInstructions(): string | undefined;
  listTools(): Promise<Loose>;
  listPrompts(): Promise<Loose>;
  listResources(): Promise<Loose>;
  listResourceTemplates(): Promise<Loose>;
  getPrompt(params: object): Promise<Loose>;
  readResource(params: object): Promise<Loose>;
  complete(params: object): Promise<Loose>;
  subscribeResource(params: object): Promise<Loose>;
  unsubscribeResource(params: object): Promise<Loose>;
  close(): Promise<void>;
}

/** A connected client, and what it was asked and told so far. */
export interface Connected {
  readonly client: SdkClient;
  /** Calls a tool; 1.x takes the result's schema between the two. */
  callTool(params: object, options?: object): Promise<Loose>;
  /** Wants to be told when a resource is updated; gives the end of it. */
  subscribe(uri: string): Promise<() => Promise<unknown>>;
  readonly asked: { readonly method: string; readonly params: Loose }[];
  /** URIs of updated resources. */
  readonly updated: string[];
}

/** Where the server is: a command on stdio, or an address of the hub. */
export type Place =
  | { readonly command: string; readonly args: readonly string[] }
  | { readonly url: string; readonly token: string };

const INFO = { name: "script", version: "1.0.0" };
const CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} };

const ANSWERS: Readonly<Record<string, (params: Loose) => object>> = {
  "sampling/createMessage": (params) => ({
    role: "assistant",
    model: "none",
    stopReason: "endTurn",
    content: { type: "text", text: `${params.maxTokens} é😀` },
  }),
  "elicitation/create": (params) =>
    params.mode === "url"
      ? { action: "accept" }
      : { action: "accept", content: { name: "Ada", check: true } },
  "roots/list": () => ({ roots: [{ uri: "file:///project", name: "project" }] }),
};

/** Notes what a client is asked and told. */
function notes() {
  const asked: { method: string; params: Loose }[] = [];
  const updated: string[] = [];
  return {
    asked,
    updated,
    answer: (method: string) => (request: Loose) => {
      // The roots are asked for once at a time of the server's own, which is no part of the script.
      if (method !== "roots/list") asked.push({ method, params: request.params });
      return ANSWERS[method]?.(request.params ?? {});
    },
    told: (notification: Loose) => void updated.push(notification.params.uri),
  };
}

/** Opens the SDK's client of the line 2.x; with "auto" it speaks 2026-07-28 to who does. */
export async function openClient2(place: Place, mode: "auto" | "legacy"): Promise<Connected> {
  const client: Loose = new Client2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
  const { asked, updated, answer, told } = notes();
  for (const method of Object.keys(ANSWERS)) client.setRequestHandler(method, answer(method));
  client.setNotificationHandler("notifications/resources/updated", told);
  await client.connect(
    "url" in place ? new Http2(new URL(place.url), withToken(place)) : new Stdio2(quiet(place)),
  );
  const subscribe = async (uri: string): Promise<() => Promise<unknown>> => {
    if (client.getNegotiatedProtocolVersion?.() === "2026-07-28") {
      const subscription = await client.listen({ resourceSubscriptions: [uri] });
      return () => subscription.close();
    }
    await client.subscribeResource({ uri });
    return () => client.unsubscribeResource({ uri });
  };
  return {
    client,
    asked,
    updated,
    subscribe,
    callTool: (params, options) => client.callTool(params, options),
  };
}

/** Opens the SDK's client of the line 1.x: the one that server-everything itself is built with. */
export async function openClient1(place: Place): Promise<Connected> {
  const server = new URL(
    "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
    import.meta.url,
  );
  const require = createRequire(fileURLToPath(server));
  const load = (path: string): Loose => require(`@modelcontextprotocol/sdk/${path}.js`);
  const types = load("types");
  const client: Loose = new (load("client/index").Client)(INFO, { capabilities: CAPABILITIES });
  const { asked, updated, answer, told } = notes();
  client.setRequestHandler(types.CreateMessageRequestSchema, answer("sampling/createMessage"));
  client.setRequestHandler(types.ElicitRequestSchema, answer("elicitation/create"));
  client.setRequestHandler(types.ListRootsRequestSchema, answer("roots/list"));
  client.setNotificationHandler(types.ResourceUpdatedNotificationSchema, told);
  const { StreamableHTTPClientTransport } = load("client/streamableHttp");
  const { StdioClientTransport } = load("client/stdio");
  await client.connect(
    "url" in place
      ? new StreamableHTTPClientTransport(new URL(place.url), withToken(place))
      : new StdioClientTransport(quiet(place)),
  );
  return {
    client,
    asked,
    updated,
    callTool: (params, options) => client.callTool(params, undefined, options),
    subscribe: async (uri) => {
      await client.subscribeResource({ uri });
      return () => client.unsubscribeResource({ uri });
    },
  };
}

const withToken = ({ token }: { token: string }) => ({
  requestInit: { headers: { Authorization: `Bearer ${token}` } },
});
const quiet = ({ command, args }: { command: string; args: readonly string[] }) => ({
  command,
  args: [...args],
  stderr: "ignore" as const,
});
