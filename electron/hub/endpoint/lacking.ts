import {
  type InputMethod,
  missingOf,
  requiredCapability,
} from "../../core/mcp/stateless-era/capabilities.ts";
import type { Session } from "../sessions.ts";

/** Why a session's client cannot be asked this: it has not declared it, or not in this mode; undefined when it can. */
export function lackingFor(
  session: Session,
  method: InputMethod,
  params: Uint8Array | undefined,
): string | undefined {
  const declared = new TextEncoder().encode(session.stored.capabilities);
  const missing = missingOf(requiredCapability(method, params), declared);
  if (missing === undefined) return undefined;
  const names = Object.entries(missing).map(([name, modes]) => [name, ...Object.keys(modes)].join("."));
  return `the client does not support ${names.join(", ")}`;
}
