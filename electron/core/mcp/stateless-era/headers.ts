import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { valueAt } from "./edits.ts";
import { type HeaderParam, paramValue, saysValue } from "./header-params.ts";
import { decodeHeaderValue, encodeHeaderValue, trimmed } from "./header-value.ts";
import {
  isStatelessRevision,
  metaSpan,
  PROTOCOL_VERSION_KEY,
  revisionAt,
  STATELESS_REVISIONS,
  stringAt,
} from "./meta.ts";
import { headerMismatch, invalidMeta, type Refusal, unsupportedVersion } from "./refusal.ts";

/** A request's headers by lower-case name, as Node's http gives them. */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

type Subject = "name" | "uri" | "taskId";

/** Which member of params the Mcp-Name header mirrors (Streamable HTTP: Standard Request Headers; tasks: SEP-2663). */
const NAME_SOURCE: ReadonlyMap<string, Subject> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/** The member of params that a method's requests are about, undefined where there is none. */
function subjectKey(method: string): Subject | undefined {
  return NAME_SOURCE.get(method);
}

/**
 * Checks the headers of a stateless POST against its body (Streamable HTTP: Server Validation); undefined when they
 * agree. The order is the SDK's: contradiction of version or method, version not served (-32022), then what is missing,
 * the name, and the marked parameters of the tool that is called (`params`, see `headerParams`). Notifications need no
 * headers; any that they have must be true. That a method exists and that the client has a capability is the caller's to check.
 */
export function checkHeaders(
  headers: HeaderFields,
  bytes: Uint8Array,
  envelope: Envelope,
  params: readonly HeaderParam[] = [],
): Refusal | undefined {
  const version = single(headers, "mcp-protocol-version");
  const method = single(headers, "mcp-method");
  const claim = metaSpan(envelope, PROTOCOL_VERSION_KEY);
  const claimed = claim === undefined ? version : revisionAt(bytes, claim);
  if (claimed === undefined) return invalidMeta(PROTOCOL_VERSION_KEY, "must be a string");
  if (version !== undefined && version !== claimed) {
    return headerMismatch(
      "MCP-Protocol-Version",
      `the body says version ${short(claimed)}, MCP-Protocol-Version ${short(version)}`,
    );
  }
  if (method !== undefined && method !== envelope.method) {
    return headerMismatch(
      "Mcp-Method",
      `the body says method ${short(envelope.method)}, Mcp-Method ${short(method)}`,
    );
  }
  if (!isStatelessRevision(claimed)) return unsupportedVersion(claimed, STATELESS_REVISIONS);
  if (envelope.kind !== "request") return undefined;
  if (version === undefined)
    return headerMismatch("MCP-Protocol-Version", "the required header MCP-Protocol-Version is missing");
  if (method === undefined) return headerMismatch("Mcp-Method", "the required header Mcp-Method is missing");
  return checkName(headers, bytes, envelope) ?? checkParams(headers, bytes, envelope, params);
}

function checkName(headers: HeaderFields, bytes: Uint8Array, envelope: Envelope): Refusal | undefined {
  const key = subjectKey(envelope.method);
  if (key === undefined) return undefined;
  const span = paramSpan(envelope, key);
  const header = single(headers, "mcp-name");
  if (span !== undefined && header !== undefined && spells(bytes, span, header)) return undefined;
  const named = span === undefined ? undefined : stringAt(bytes, span);
  if (header === undefined) {
    // Without a name in the body either, the params are what is wrong, and whoever reads them says so.
    // The extension's header is not asked for: clients without it are about.
    return named === undefined || key === "taskId"
      ? undefined
      : headerMismatch("Mcp-Name", "the required header Mcp-Name is missing");
  }
  const decoded = decodeHeaderValue(header);
  if (decoded === undefined)
    return headerMismatch("Mcp-Name", "Mcp-Name holds illegal characters or malformed Base64");
  if (named === undefined || decoded === named) return undefined;
  return headerMismatch(
    "Mcp-Name",
    `the body says params.${key} ${short(named)}, Mcp-Name ${short(decoded)}`,
  );
}

/**
 * Whether a string token is the header's text, letter for letter, and that text stands for itself on both sides: a name of
 * letters, digits and the signs of URIs, which is neither escaped there nor encoded here. False says nothing.
 */
function spells(bytes: Uint8Array, span: Span, header: string): boolean {
  if (header.length + 2 !== span.end - span.start || bytes[span.start] !== 0x22) return false;
  for (let i = 0; i < header.length; i++) {
    const code = header.charCodeAt(i);
    if (code > 0x7e || SELF[code] === 0 || bytes[span.start + 1 + i] !== code) return false;
  }
  return true;
}

/** By code: 1 for what stands for itself in a JSON string and in a field value. An encoded value begins with "=". */
const SELF = new Uint8Array(0x7f);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;%")
  SELF[char.charCodeAt(0)] = 1;

/**
 * Checks the headers that repeat marked arguments of the tool that is called; undefined when they agree. For those who
 * know the tool later than the message (`checkHeaders` without `params`).
 */
export function checkParams(
  headers: HeaderFields,
  bytes: Uint8Array,
  envelope: Envelope,
  params: readonly HeaderParam[],
): Refusal | undefined {
  if (envelope.method !== "tools/call") return undefined;
  const args = paramSpan(envelope, "arguments");
  for (const param of params) {
    const name = `Mcp-Param-${param.name}`;
    const header = single(headers, name.toLowerCase());
    const decoded = header === undefined ? undefined : decodeHeaderValue(header);
    if (header !== undefined && decoded === undefined) {
      return headerMismatch(name, `${name} holds illegal characters or malformed Base64`);
    }
    const value = paramValue(bytes, args, param);
    if (value === undefined) continue;
    if (decoded === undefined)
      return headerMismatch(
        name,
        `the body has a value at ${param.path.join(".")}, but the header ${name} is missing`,
      );
    if (!saysValue(decoded, value, param)) {
      return headerMismatch(
        name,
        `the body says ${param.path.join(".")} ${short(value.text)}, ${name} ${short(decoded)}`,
      );
    }
  }
  return undefined;
}

/** What is sent, where the hub writes it differently from the message that it was given. */
export interface Outgoing {
  readonly version: string;
  /** The tool's or prompt's name, or the URI, at the server. */
  readonly subject?: string;
  /** The marked parameters of the tool. */
  readonly params?: readonly HeaderParam[];
}

/** The headers that a POST of this request or notification to a stateless server carries; values are encoded. */
export function headersFor(
  bytes: Uint8Array,
  envelope: Envelope,
  outgoing: Outgoing,
): Record<string, string> {
  const headers: Record<string, string> = {
    "MCP-Protocol-Version": outgoing.version,
    "Mcp-Method": encodeHeaderValue(envelope.method),
  };
  const key = subjectKey(envelope.method);
  if (key === undefined) return headers;
  const span = paramSpan(envelope, key);
  const subject = outgoing.subject ?? (span === undefined ? undefined : stringAt(bytes, span));
  if (subject !== undefined) headers["Mcp-Name"] = encodeHeaderValue(subject);
  if (envelope.method !== "tools/call") return headers;
  const args = paramSpan(envelope, "arguments");
  for (const param of outgoing.params ?? []) {
    const value = paramValue(bytes, args, param);
    if (value !== undefined) headers[`Mcp-Param-${param.name}`] = encodeHeaderValue(value.text);
  }
  return headers;
}

function paramSpan(envelope: Envelope, key: string): Span | undefined {
  return valueAt(envelope.paramsMembers, key);
}

/** A header's one value without white space at its ends. A header that was sent twice is joined, and so matches nothing. */
function single(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? trimmed(value) : value?.join(", ");
}

const short = (text: string): string => JSON.stringify(text.slice(0, 120));
