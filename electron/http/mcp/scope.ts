import type { Scope } from "../../hub/ports/endpoint.ts";

const ALL: Scope = { kind: "all" };
/** shared/model/config.ts: what a server or a profile may be called. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** The scope that a path (without its query) addresses, or undefined when it is none of /mcp's. */
export function scopeOf(path: string): Scope | undefined {
  if (path === "/mcp" || path === "/mcp/") return ALL;
  const match = /^\/mcp\/([ps])\/([^/]+)\/?$/.exec(path);
  if (match === null) return undefined;
  const name = decodeName(match[2] ?? "");
  if (name === undefined) return undefined;
  return { kind: match[1] === "p" ? "profile" : "server", name };
}

function decodeName(text: string): string | undefined {
  try {
    const name = decodeURIComponent(text);
    return NAME.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
