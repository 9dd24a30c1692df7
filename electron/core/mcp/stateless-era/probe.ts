import type { Envelope } from "../../jsonrpc/envelope.ts";
import { UNSUPPORTED_VERSION } from "../../jsonrpc/errors.ts";
import { elementsOf, membersOf, spanEquals } from "../../jsonrpc/json.ts";
import { readDiscovery } from "./discover.ts";
import { rawOf, valueAt } from "./edits.ts";
import { isStatelessRevision, namesStatelessEra, stringAt } from "./meta.ts";

/**
 * What the answer to a first server/discover says of a server (stdio and Streamable HTTP: Backward Compatibility).
 * - `stateless`: speak `version`.
 * - `again`: it is stateless and wants `version`: ask once more with it.
 * - `session`: send initialize, on the same connection. Whatever is not surely stateless is that.
 * - `none`: it is stateless, and no version is common; `supported` is what it offers.
 */
export type Verdict =
  | { readonly era: "stateless"; readonly version: string }
  | { readonly era: "again"; readonly version: string }
  | { readonly era: "session" }
  | { readonly era: "none"; readonly supported: readonly string[] };

const SESSION: Verdict = { era: "session" };

/**
 * Judges the answer, over HTTP whatever its status. That nobody answers in time, that a child exits, and a body that is
 * no JSON-RPC answer mean the session era too, and are the caller's to see; 401, 403 and a network that is down mean nothing.
 */
export function judgeProbe(bytes: Uint8Array, envelope: Envelope): Verdict {
  if (envelope.kind === "result" && envelope.result !== undefined) {
    const discovery = readDiscovery(rawOf(bytes, envelope.result));
    if (discovery === undefined) return SESSION;
    return choose(discovery.supportedVersions, "stateless");
  }
  if (envelope.error === undefined || bytes[envelope.error.start] !== 0x7b) return SESSION;
  const members = membersOf(bytes, envelope.error);
  const value = (key: string) => valueAt(members, key);
  const code = value("code");
  const data = value("data");
  if (code === undefined || !spanEquals(bytes, code, String(UNSUPPORTED_VERSION))) return SESSION;
  if (data === undefined || bytes[data.start] !== 0x7b) return SESSION;
  const supported = valueAt(membersOf(bytes, data), "supported");
  if (supported === undefined || bytes[supported.start] !== 0x5b) return SESSION;
  const versions = elementsOf(bytes, supported).map((span) => stringAt(bytes, span));
  return choose(
    versions.filter((version) => version !== undefined),
    "again",
  );
}

function choose(supported: readonly string[], era: "stateless" | "again"): Verdict {
  const version = supported.filter(isStatelessRevision).sort().at(-1);
  if (version !== undefined) return { era, version };
  // A server that also lists a version of the session era takes initialize.
  const onlyStateless = supported.length > 0 && supported.every(namesStatelessEra);
  return onlyStateless ? { era: "none", supported } : SESSION;
}
