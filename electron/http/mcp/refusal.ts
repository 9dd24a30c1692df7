import type { ServerResponse } from "node:http";
import { errorMessage } from "../../core/jsonrpc/errors.ts";
import { headersFor, respond } from "../headers.ts";
import type { Timers } from "../timers.ts";

interface RefusalDetails {
  /** The raw id of the refused message, if it is known. */
  readonly id?: Uint8Array | undefined;
  readonly data?: unknown;
  /** Flat array of names and values. */
  readonly headers?: readonly string[];
}

/** Why a request to /mcp is not passed on: the HTTP status, and the JSON-RPC error of the body. */
export class Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly details: RefusalDetails;

  constructor(status: number, code: number, message: string, details: RefusalDetails = {}) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.details = details;
  }
}

/** Answers with a refusal. */
export function refuse(res: ServerResponse, refusal: Refusal): void {
  respond(res, refusal.status, "application/json", bodyOf(refusal), refusal.details.headers);
}

/** How long, at most, the rest of a refused body is taken in, so that the client can read its answer. */
const LINGER_MILLISECONDS = 1_000;

/**
 * Answers with a refusal and closes the connection without reading the body to its end. What still arrives is thrown
 * away for a moment: closing at once would reset the connection and could take the answer with it.
 */
export function refuseAndClose(res: ServerResponse, refusal: Refusal, timers: Timers): void {
  const { req } = res;
  const body = bodyOf(refusal);
  const { socket } = req;
  const cancel = timers.after(LINGER_MILLISECONDS, () => socket.destroy());
  socket.once("close", cancel);
  req.once("end", () => res.end());
  req.resume();
  res.writeHead(
    refusal.status,
    headersFor("application/json", body.length, ["Connection", "close", ...(refusal.details.headers ?? [])]),
  );
  res.write(body);
}

function bodyOf(refusal: Refusal): Uint8Array {
  const { id, data } = refusal.details;
  return errorMessage(id ?? null, refusal.code, refusal.message, data);
}
