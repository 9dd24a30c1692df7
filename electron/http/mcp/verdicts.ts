/** Every refusal of /mcp with its status, code and words. Ids and revisions come from the client; nothing else does. */
import { INTERNAL_ERROR, INVALID_REQUEST, SERVER_UNAVAILABLE, TOO_LARGE } from "../../core/jsonrpc/errors.ts";
import type { ScanError } from "../../core/jsonrpc/scan.ts";
import { SESSION_REVISIONS } from "../../core/mcp/session-era/revisions.ts";
import type { Scope } from "../../hub/ports/endpoint.ts";
import { Refusal } from "./refusal.ts";

type Id = Uint8Array | undefined;

/** What both SDKs use for a session that is not known; clients look at the status 404. */
const SESSION_NOT_FOUND = -32001;

/** 405: the path has other methods. */
export function wrongMethod(method: string | undefined, allowed: string): Refusal {
  const message = `${String(method)} is not a method of this path; use ${allowed}`;
  return new Refusal(405, INVALID_REQUEST, message, { headers: ["Allow", allowed] });
}

/** 404: the path names no server or profile that is there and enabled. */
export function unknownScope(scope: Scope): Refusal {
  const what =
    scope.kind === "all"
      ? "nothing is served here"
      : `there is no ${scope.kind} "${scope.name}" that is enabled`;
  return new Refusal(404, INVALID_REQUEST, `${what}; \`gatehouse status\` lists what there is`, {
    data: { code: "not_found" },
  });
}

/** 503: the hub is ending, and has not looked at the request: it may be sent again. */
export function hubClosing(id: Id): Refusal {
  const message =
    "Gatehouse is ending and takes no new requests; this one was not looked at: send it again soon";
  return new Refusal(503, SERVER_UNAVAILABLE, message, {
    id,
    data: { code: "closing" },
    headers: ["Retry-After", "1"],
  });
}

/** 415: the body is not declared as JSON. */
export function notJson(): Refusal {
  const message = "the body must be one JSON-RPC message, with Content-Type application/json";
  return new Refusal(415, INVALID_REQUEST, message);
}

/** 415: a compressed body. */
export function compressedBody(): Refusal {
  const message = "compressed requests are not accepted: send the body without Content-Encoding";
  return new Refusal(415, INVALID_REQUEST, message, { headers: ["Accept-Encoding", "identity"] });
}

/** 406 on POST: the client takes neither form of answer. */
export function nothingAcceptable(): Refusal {
  const message = "Accept must admit application/json or text/event-stream, and should admit both";
  return new Refusal(406, INVALID_REQUEST, message);
}

/** 406 on GET: only an event stream can be had. */
export function wantsNoEvents(): Refusal {
  const message = "a GET opens an event stream: Accept must admit text/event-stream";
  return new Refusal(406, INVALID_REQUEST, message);
}

/** 413. */
export function bodyTooLarge(limit: number): Refusal {
  const message = `the body is larger than ${String(limit)} bytes, the most that this hub takes`;
  return new Refusal(413, TOO_LARGE, message, { data: { limit } });
}

/** 400: the bytes are not JSON, or not one legal JSON-RPC message. */
export function notAMessage(error: ScanError, bytes: Uint8Array): Refusal {
  const message = error.batch
    ? "batches belong to sessions of revision 2025-03-26 alone; send one message per request"
    : error.message;
  const id = error.id === undefined ? undefined : bytes.subarray(error.id.start, error.id.end);
  return new Refusal(400, error.code, message, { id });
}

/** 400: the MCP-Protocol-Version header names a revision that is not spoken. */
export function unknownRevision(requested: string, id: Id): Refusal {
  const message = `Bad Request: unsupported MCP-Protocol-Version; supported: ${SESSION_REVISIONS.join(", ")}`;
  const data = { supported: SESSION_REVISIONS, requested: requested.slice(0, 64) };
  return new Refusal(400, INVALID_REQUEST, message, { id, data });
}

/** 400: no Mcp-Session-Id. */
export function sessionMissing(id: Id): Refusal {
  const message = "Bad Request: the Mcp-Session-Id header is missing; send initialize first";
  return new Refusal(400, INVALID_REQUEST, message, { id });
}

/** 405: the stream that the client wants to go on with has ended; clients stop asking. */
export function streamOver(): Refusal {
  const message = "the stream of this Last-Event-ID has ended, and nothing of it is left";
  return new Refusal(405, INVALID_REQUEST, message, { headers: ["Allow", "GET, POST, DELETE"] });
}

/** 400: a batch that is empty, too long, or holds an initialize. */
export function unfitBatch(message: string): Refusal {
  return new Refusal(400, INVALID_REQUEST, message);
}

/** 404: the session is unknown, expired, ended, another client's or of another path. */
export function sessionNotFound(id: Id): Refusal {
  return new Refusal(404, SESSION_NOT_FOUND, "Session not found", { id });
}

/** 500: a fault of the hub. What it was stands in the hub's log only. */
export function hubFailed(id: Id): Refusal {
  const message = "the hub failed to handle this message; its log says why";
  return new Refusal(500, INTERNAL_ERROR, message, { id });
}
