import type { Scope } from "../../hub/ports/endpoint.ts";
import type { TokenAudience } from "../../hub/ports/pairing.ts";
import { legacyRouteOf } from "../legacy-sse/route.ts";
import { scopeOf } from "../mcp/scope.ts";
import { resourceDocumentPath } from "./routes.ts";

/** The one scope that tokens are about; what a client sees is decided by its profile, not by scopes. */
export const TOKEN_SCOPE = "mcp";

/** The issuer that goes with a Host header: who asks under a name is answered under it. */
export const issuerOf = (host: string): string => `http://${host.toLowerCase()}`;

/** The part of the hub that a path is the address of; undefined when it is none of MCP's. */
export const scopeOfPath = (path: string): Scope | undefined => scopeOf(path) ?? legacyRouteOf(path)?.scope;

/** What a token for a resource indicator (RFC 8707) is for; undefined when it is no address of this issuer's. */
export function audienceOf(indicator: string, issuer: string): TokenAudience | undefined {
  const url = URL.parse(indicator);
  if (url === null || url.origin !== issuer || url.search !== "" || url.hash !== "" || url.username !== "")
    return undefined;
  const scope = scopeOfPath(url.pathname);
  return scope === undefined ? undefined : { host: url.host, scope };
}

/** The challenge of a 401 (RFC 6750 section 3, RFC 9728 section 5.1) for a request to `path` under `host`. */
export function challengeFor(host: string, path: string, error?: { code: string; text: string }): string {
  const parts = [
    'realm="gatehouse"',
    ...(error === undefined ? [] : [`error="${error.code}"`, `error_description="${error.text}"`]),
    `resource_metadata="${issuerOf(host)}${resourceDocumentPath(path)}"`,
    `scope="${TOKEN_SCOPE}"`,
  ];
  return `Bearer ${parts.join(", ")}`;
}
