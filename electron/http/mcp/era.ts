import type { Envelope } from "../../core/jsonrpc/envelope.ts";

/** A request of the stateless era names its revision here (2026-07-28, "Per-request metadata"). */
const REVISION_KEY = "io.modelcontextprotocol/protocolVersion";

const decoder = new TextDecoder();

/** What a message of the stateless era asks for (null: it does not say), or undefined for the session era. */
export function statelessRevision(bytes: Uint8Array, envelope: Envelope): string | null | undefined {
  for (const member of envelope.metaMembers) {
    if (member.key !== REVISION_KEY) continue;
    const value: unknown = JSON.parse(decoder.decode(bytes.subarray(member.value.start, member.value.end)));
    return typeof value === "string" ? value.slice(0, 64) : null;
  }
  return envelope.method === "server/discover" ? null : undefined;
}
