import type { Scope } from "../../hub/ports/endpoint.ts";
import { scopeOf } from "../mcp/scope.ts";

/** One of the two paths of a scope's HTTP+SSE endpoint pair (MCP 2024-11-05, Transports). */
export interface LegacyRoute {
  readonly scope: Scope;
  readonly kind: "stream" | "messages";
  /** The path that messages are posted to, without its query. */
  readonly messages: string;
}

/** What a path (without its query) means in the pairs /sse, /mcp/p/PROFILE/sse and /mcp/s/SERVER/sse; else undefined. */
export function legacyRouteOf(path: string): LegacyRoute | undefined {
  const match = /^((?:\/mcp\/[ps]\/[^/]+)?)\/(sse|messages)\/?$/.exec(path);
  if (match === null) return undefined;
  const base = match[1] ?? "";
  const scope = scopeOf(base === "" ? "/mcp" : base);
  if (scope === undefined) return undefined;
  return { scope, kind: match[2] === "sse" ? "stream" : "messages", messages: `${base}/messages` };
}
