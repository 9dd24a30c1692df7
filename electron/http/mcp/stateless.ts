import type { IncomingHttpHeaders } from "node:http";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { checkHeaders } from "../../core/mcp/stateless-era/headers.ts";
import { classify, type RequestMeta, STATELESS_REVISIONS } from "../../core/mcp/stateless-era/meta.ts";
import { unsupportedVersion, type Refusal as Verdict } from "../../core/mcp/stateless-era/refusal.ts";
import { headerOf } from "./negotiation.ts";
import { Refusal } from "./refusal.ts";

/** Which era a message is of; of the stateless one, what its request says of the client. */
export type Era =
  | { readonly era: "session" }
  | { readonly era: "stateless"; readonly meta: RequestMeta | undefined };

/**
 * Tells the eras apart and checks the headers of the stateless one (2026-07-28, Streamable HTTP: Server Validation).
 * `id` is the raw id to answer a refusal with. server/discover without metadata is a probe: it is told which revisions
 * there are, so that its client can choose.
 */
export function judgeEra(
  headers: IncomingHttpHeaders,
  bytes: Uint8Array,
  envelope: Envelope,
  id: Uint8Array | undefined,
): Era | Refusal {
  const found = classify(bytes, envelope, headerOf(headers, "mcp-protocol-version"));
  if (found.era === "refused") return refusalOf(found.refusal, id);
  if (found.era === "session")
    return envelope.method === "server/discover"
      ? refusalOf(unsupportedVersion("", STATELESS_REVISIONS), id)
      : found;
  const wrong = checkHeaders(headers, bytes, envelope);
  return wrong === undefined ? { era: "stateless", meta: found.meta } : refusalOf(wrong, id);
}

function refusalOf(verdict: Verdict, id: Uint8Array | undefined): Refusal {
  return new Refusal(verdict.httpStatus, verdict.code, verdict.message, { id, data: verdict.data });
}
