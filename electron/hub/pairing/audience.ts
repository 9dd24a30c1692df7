import type { Scope } from "../ports/endpoint.ts";
import type { TokenAudience } from "../ports/pairing.ts";

/**
 * Whether a token that was issued for one place of the hub is good at another (RFC 8707, MCP Authorization): only under
 * the same host name, and there for the scope it was issued for, or for every one if that was "all".
 */
export function admits(audience: TokenAudience, host: string | undefined, scope: Scope): boolean {
  if (host !== audience.host && host?.toLowerCase() !== audience.host) return false;
  const { scope: issued } = audience;
  if (issued.kind === "all") return true;
  return scope.kind === issued.kind && scope.name === issued.name;
}
