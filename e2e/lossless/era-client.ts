import type { TestHub } from "../hub/kit.ts";
import type { Answer, SendOptions } from "../lib/mcp-client.ts";
import type { Era } from "./raw-http-server.ts";

/** The members of a request's `_meta` that say who asks in the stateless era, as raw text. */
export const ASKER: readonly string[] = [
  '"io.modelcontextprotocol/protocolVersion":"2026-07-28"',
  '"io.modelcontextprotocol/clientCapabilities":{}',
  '"io.modelcontextprotocol/clientInfo":{"name":"raw","version":"1.0.0"}',
];
/** Their keys, and the one that is optional. */
export const ASKER_KEYS: readonly string[] = [
  "protocolVersion",
  "clientCapabilities",
  "clientInfo",
  "logLevel",
].map((name) => `io.modelcontextprotocol/${name}`);

/** A client of one era that posts tools/call as raw text. */
export interface EraClient {
  readonly era: Era;
  /** Posts a whole message that calls this tool. */
  post(tool: string, body: string, options?: SendOptions): Promise<Answer>;
  /** Tells the hub something. */
  notify(method: string, params: unknown): Promise<Answer>;
}

/** A client of this era at a path of the hub. */
export async function eraClient(hub: TestHub, era: Era, token: string, path: string): Promise<EraClient> {
  if (era === "session") {
    const client = await hub.connect(token, path);
    return {
      era,
      post: (_tool, body, options) => client.post(body, options),
      notify: (method, params) => client.notify(method, params),
    };
  }
  const client = hub.client(token, path);
  return {
    era,
    post: (tool, body, options) =>
      client.post(body, {
        ...options,
        headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": tool },
      }),
    notify: (method, params) => client.notify(method, params),
  };
}

/** The raw text of the answer's last message: the whole body, or the last event of a stream. */
export function lastMessage({ text, headers, status }: Answer): string {
  if (headers["content-type"]?.includes("text/event-stream") !== true) return text;
  const last = text
    .split("\n\n")
    .map((event) =>
      event
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5))
        .join("\n"),
    )
    .filter((data) => data.trim() !== "")
    .at(-1);
  if (last === undefined) throw new Error(`no message in the stream (${status})`);
  return last;
}
