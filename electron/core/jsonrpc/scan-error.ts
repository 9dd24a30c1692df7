import type { Span } from "./envelope.ts";

/**
 * Why bytes are not a message. `-32700`: not JSON. `-32600`: JSON, but no legal JSON-RPC message, or nested too deeply.
 * The message names the offset in bytes and never quotes the bytes themselves.
 */
export class ScanError extends Error {
  readonly code: -32700 | -32600;
  /** The message's id (a JSON string or number), when it was found and is beyond doubt: what an error response may name. */
  readonly id: Span | undefined;
  /** The bytes are a JSON array: a JSON-RPC batch, or an attempt at one. */
  readonly batch: boolean;

  constructor(code: -32700 | -32600, message: string, id?: Span, batch = false) {
    super(message);
    this.name = "ScanError";
    this.code = code;
    this.id = id;
    this.batch = batch;
  }
}
