import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { Asker } from "../../core/mcp/stateless-era/upgrade.ts";
import { TASKS_REQUIRED } from "../../core/mcp/tasks/capabilities.ts";
import { VERSION } from "../version.ts";

/** Which era of MCP a running server speaks, and in the stateless one its revision. */
export type ServerEra =
  | { readonly kind: "session" }
  | { readonly kind: "stateless"; readonly version: string };

export const SESSION_ERA: ServerEra = { kind: "session" };

/** The era as it is remembered with the catalogue: a revision of the stateless era, or nothing. */
export function eraOf(remembered: Uint8Array | undefined): ServerEra {
  const version = remembered === undefined ? "" : new TextDecoder().decode(remembered);
  return version === "" ? SESSION_ERA : { kind: "stateless", version };
}

/** The bytes that `eraOf` reads again; none for the session era. */
export function rememberEra(era: ServerEra): Uint8Array {
  return new TextEncoder().encode(era.kind === "stateless" ? era.version : "");
}

/**
 * Who the hub is when it asks a stateless server something on its own behalf: it can be asked nothing, and hears of the
 * tasks of its clients.
 */
export function hubAsker(revision: string): Asker {
  return {
    version: revision,
    capabilities: encodeJson(TASKS_REQUIRED),
    clientInfo: encodeJson({ name: "gatehouse", title: "Gatehouse", version: VERSION }),
    logLevel: undefined,
  };
}
