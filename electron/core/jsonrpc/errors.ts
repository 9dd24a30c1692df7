import { joinParts } from "./splice.ts";

/** The bytes are not JSON (JSON-RPC 2.0, section 5.1). */
export const PARSE_ERROR = -32700;
/** JSON, but no legal JSON-RPC message, or one that is not allowed in this state (JSON-RPC 2.0, section 5.1). */
export const INVALID_REQUEST = -32600;
/** The receiver has no such method (JSON-RPC 2.0, section 5.1); HTTP 404 in the stateless era. */
export const METHOD_NOT_FOUND = -32601;
/** Params that the method cannot take: an unknown tool, a bad cursor; in the stateless era also an unknown resource. */
export const INVALID_PARAMS = -32602;
/** The hub itself failed. Never used for what a server, a person or a client did. */
export const INTERNAL_ERROR = -32603;

/** The server cannot be reached: not started, failed, or gone with the call in flight (the SDK's ConnectionClosed). */
export const SERVER_UNAVAILABLE = -32000;
/** No answer within the limit that is set for the server (the SDK's RequestTimeout). */
export const REQUEST_TIMEOUT = -32001;
/** Session era: no such resource (MCP 2025-11-25, server/resources). The stateless era says INVALID_PARAMS. */
export const RESOURCE_NOT_FOUND = -32002;

// Our own, in the range that JSON-RPC leaves to implementations and beside the codes that MCP's drafts and revisions use.

/** Too many calls wait for the server already; the client may try again. */
export const SERVER_BUSY = -32010;
/** The person has paused all calls. */
export const PAUSED = -32011;
/** A rule or the person said no. */
export const DENIED = -32012;
/** The message or the answer is larger than the hub carries. */
export const TOO_LARGE = -32014;

/** Stateless era: a header contradicts the body (MCP 2026-07-28, transports); HTTP 400. */
export const HEADER_MISMATCH = -32020;
/** Stateless era: the request needs a client capability that was not declared (MCP 2026-07-28); HTTP 400. */
export const MISSING_CAPABILITY = -32021;
/** Stateless era: the protocol version is not supported (MCP 2026-07-28); HTTP 400. `data.supported` lists those that are. */
export const UNSUPPORTED_VERSION = -32022;

const encoder = new TextEncoder();
const nullId = encoder.encode("null");
const head = encoder.encode('{"jsonrpc":"2.0","id":');
const resultMiddle = encoder.encode(',"result":');
const close = encoder.encode("}");

/**
 * A whole JSON-RPC error response. `idBytes` is the request's raw id token, null where it could not be read.
 * `data` is left out when undefined or without a JSON form.
 */
export function errorMessage(
  idBytes: Uint8Array | null,
  code: number,
  message: string,
  data?: unknown,
): Uint8Array {
  const error = JSON.stringify({ code, message, data });
  return joinParts([head, idBytes ?? nullId, encoder.encode(`,"error":${error}}`)]);
}

/** A whole JSON-RPC result response, in pieces: the raw id token and the raw result are carried as they are. */
export function resultMessage(idBytes: Uint8Array, resultBytes: Uint8Array): Uint8Array[] {
  return [head, idBytes, resultMiddle, resultBytes, close];
}
