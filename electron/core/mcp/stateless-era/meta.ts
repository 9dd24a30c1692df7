import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { decodeString, membersOf, spanEquals } from "../../jsonrpc/json.ts";
import { isLogLevel, type LogLevel } from "../log-levels.ts";
import { valueAt } from "./edits.ts";
import { headerMismatch, invalidMeta, type Refusal } from "./refusal.ts";

/** `_meta` keys of the stateless era (MCP 2026-07-28, Basic: General fields). */
export const PROTOCOL_VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
export const CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo";
export const CLIENT_CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";
export const LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel";
export const SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";
export const SUBSCRIPTION_ID_KEY = "io.modelcontextprotocol/subscriptionId";

/** The members of a request's `_meta` that say who asks, and how; a session era server knows them from initialize. */
export const REQUEST_META_KEYS: ReadonlySet<string> = new Set([
  PROTOCOL_VERSION_KEY,
  CLIENT_INFO_KEY,
  CLIENT_CAPABILITIES_KEY,
  LOG_LEVEL_KEY,
]);

/** The revisions of the stateless era that the hub speaks, newest first. */
export const STATELESS_REVISIONS = ["2026-07-28"] as const;

const USUAL_TOKEN = `"${STATELESS_REVISIONS[0]}"`;

/** Whether the hub speaks this stateless revision. */
export function isStatelessRevision(revision: string): boolean {
  return (STATELESS_REVISIONS as readonly string[]).includes(revision);
}

/** Whether a revision, known or not, is of the stateless era: revisions are dates and sort as text. */
export function namesStatelessEra(revision: string): boolean {
  return revision >= "2026-07-28";
}

/** What a stateless request says of its client; the spans are of raw JSON objects in the message. */
export interface RequestMeta {
  readonly version: string;
  readonly clientInfo: Span | undefined;
  readonly clientCapabilities: Span;
  /** Log messages of this request are wanted from this level on; none without. */
  readonly logLevel: LogLevel | undefined;
}

/**
 * Which era a message is of. A stateless notification (only on stdio, or posted against the spec) has no `meta`: core
 * notifications carry none.
 */
export type Classification =
  | { readonly era: "session" }
  | { readonly era: "stateless"; readonly version: string; readonly meta: RequestMeta | undefined }
  | { readonly era: "refused"; readonly refusal: Refusal };

const SESSION: Classification = { era: "session" };

/**
 * Tells the eras apart (Versioning: a dual-era server). The body rules: a version in `_meta` is stateless, `initialize`
 * and anything without a version is of the session era. `header` is the MCP-Protocol-Version header, if any: one that
 * names a stateless revision makes a request without a version an error instead, and a notification without one stateless.
 * The version is not yet checked against those that are served: `checkHeaders` and `checkVersion` do.
 */
export function classify(bytes: Uint8Array, envelope: Envelope, header?: string): Classification {
  if (envelope.kind !== "request" && envelope.kind !== "notification") return SESSION;
  const claim = metaSpan(envelope, PROTOCOL_VERSION_KEY);
  const stateless = header !== undefined && namesStatelessEra(header);
  if (envelope.kind === "notification") {
    if (claim === undefined)
      return stateless ? { era: "stateless", version: header, meta: undefined } : SESSION;
    const version = revisionAt(bytes, claim);
    return version === undefined
      ? refused(invalidMeta(PROTOCOL_VERSION_KEY, "must be a string"))
      : { era: "stateless", version, meta: undefined };
  }
  const meta = claim === undefined ? undefined : readRequestMeta(bytes, envelope);
  if (envelope.method === "initialize") {
    if (meta !== undefined && "version" in meta && namesStatelessEra(meta.version)) {
      return { era: "stateless", version: meta.version, meta };
    }
    return stateless
      ? refused(
          headerMismatch(
            "MCP-Protocol-Version",
            `initialize does not exist in the revision ${header.slice(0, 40)}`,
          ),
        )
      : SESSION;
  }
  if (meta === undefined) {
    return stateless
      ? refused(
          invalidMeta(PROTOCOL_VERSION_KEY, "is missing, and the header names a revision that requires it"),
        )
      : SESSION;
  }
  if (!("version" in meta)) return refused(meta);
  return { era: "stateless", version: meta.version, meta };
}

/** Reads the four members of a stateless request's `_meta`; a refusal (-32602, HTTP 400) when one is missing or malformed. */
export function readRequestMeta(bytes: Uint8Array, envelope: Envelope): RequestMeta | Refusal {
  const claim = metaSpan(envelope, PROTOCOL_VERSION_KEY);
  if (claim === undefined) return invalidMeta(PROTOCOL_VERSION_KEY, "is missing");
  const clientCapabilities = metaSpan(envelope, CLIENT_CAPABILITIES_KEY);
  if (clientCapabilities === undefined) return invalidMeta(CLIENT_CAPABILITIES_KEY, "is missing");
  const version = revisionAt(bytes, claim);
  if (version === undefined) return invalidMeta(PROTOCOL_VERSION_KEY, "must be a string");
  if (bytes[clientCapabilities.start] !== 0x7b)
    return invalidMeta(CLIENT_CAPABILITIES_KEY, "must be an object");
  const clientInfo = metaSpan(envelope, CLIENT_INFO_KEY);
  if (clientInfo !== undefined && !isKnownInfo(bytes, clientInfo)) {
    return invalidMeta(CLIENT_INFO_KEY, "must be an object with the strings name and version");
  }
  const level = metaSpan(envelope, LOG_LEVEL_KEY);
  const logLevel = level === undefined ? undefined : stringAt(bytes, level);
  if (level !== undefined && (logLevel === undefined || !isLogLevel(logLevel))) {
    return invalidMeta(LOG_LEVEL_KEY, "is no log level");
  }
  return { version, clientInfo, clientCapabilities, logLevel: logLevel as LogLevel | undefined };
}

/** The raw value of a member of `params._meta`. */
export function metaSpan(envelope: Envelope, key: string): Span | undefined {
  return valueAt(envelope.metaMembers, key);
}

/** The string in a span, undefined when it holds anything else. */
export function stringAt(bytes: Uint8Array, span: Span): string | undefined {
  return bytes[span.start] === 0x22 ? decodeString(bytes, span) : undefined;
}

/** `stringAt` for a revision: the one that nearly all requests name is not decoded. */
export function revisionAt(bytes: Uint8Array, span: Span): string | undefined {
  return spanEquals(bytes, span, USUAL_TOKEN) ? STATELESS_REVISIONS[0] : stringAt(bytes, span);
}

/** Every request of a client brings the same clientInfo: what has been found valid is remembered, the newest of a few. */
const knownInfos: Uint8Array[] = [];
const MOST_KNOWN = 8;
const LONGEST_KNOWN = 512;
let oldestKnown = 0;

function isKnownInfo(bytes: Uint8Array, span: Span): boolean {
  const length = span.end - span.start;
  if (length > LONGEST_KNOWN) return isImplementation(bytes, span);
  for (const known of knownInfos) if (known.length === length && holds(bytes, span.start, known)) return true;
  if (!isImplementation(bytes, span)) return false;
  knownInfos[oldestKnown] = Uint8Array.prototype.slice.call(bytes, span.start, span.end);
  oldestKnown = (oldestKnown + 1) % MOST_KNOWN;
  return true;
}

/** Whether the bytes from `start` on are `wanted`. */
function holds(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

/** Whether a span holds an Implementation: an object with a name and a version. */
export function isImplementation(bytes: Uint8Array, span: Span): boolean {
  if (bytes[span.start] !== 0x7b) return false;
  const members = membersOf(bytes, span);
  return ["name", "version"].every((key) =>
    members.some((member) => member.key === key && bytes[member.value.start] === 0x22),
  );
}

const refused = (refusal: Refusal): Classification => ({ era: "refused", refusal });
