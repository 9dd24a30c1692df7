/** Every header of a request to a remote server is put together here. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { ACCEPT_ENCODING } from "./decode.ts";

/** What the configuration must not set: it is the connection's own, or the protocol's. */
const OWN = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "last-event-id",
  "mcp-protocol-version",
  "mcp-session-id",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface HeaderParts {
  /** The configured headers, checked by `headerProblem`. */
  readonly configured: Readonly<Record<string, string>>;
  readonly accept: string;
  /** The request has a body: one JSON-RPC message. */
  readonly posts: boolean;
  /** The negotiated revision, once there is one (MCP, transports: protocol version header). */
  readonly revision?: string | undefined;
  readonly session?: string | undefined;
  readonly lastEventId?: string | undefined;
  /** Streams are asked for uncompressed, so that nothing on the way holds events back. */
  readonly compressed: boolean;
}

/** The headers of one request, names in lower case. */
export function composeHeaders(parts: HeaderParts): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": "Gatehouse" };
  for (const [name, value] of Object.entries(parts.configured)) {
    const lower = name.toLowerCase();
    if (!OWN.has(lower)) headers[lower] = value;
  }
  headers.accept = parts.accept;
  headers["accept-encoding"] = parts.compressed ? ACCEPT_ENCODING : "identity";
  if (parts.posts) headers["content-type"] = "application/json";
  if (parts.revision !== undefined) headers["mcp-protocol-version"] = parts.revision;
  if (parts.session !== undefined) headers["mcp-session-id"] = parts.session;
  if (parts.lastEventId !== undefined) headers["last-event-id"] = parts.lastEventId;
  return headers;
}

/** Why a configured header cannot be sent, naming the header and never its value; undefined when all can. */
export function headerProblem(configured: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(configured)) {
    try {
      validateHeaderName(name);
    } catch {
      return `"${name.slice(0, 100)}" is no name of an HTTP header`;
    }
    try {
      validateHeaderValue(name, value);
    } catch {
      return `the value of the header "${name}" holds characters that HTTP cannot carry, such as a line break`;
    }
  }
  return undefined;
}

/** A session id that may be sent back: visible ASCII only (MCP, transports: session management). */
export function sessionIdOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && /^[\x21-\x7e]{1,4096}$/.test(value) ? value : undefined;
}

/** An event id as a header's value, or undefined when it cannot stand in one. */
export function eventIdHeader(id: string): string | undefined {
  const value = Buffer.from(id, "utf8").toString("latin1");
  return id === "" || /[^\t\x20-\x7e\x80-\xff]/.test(value) ? undefined : value;
}
