import { SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";

/** The hub's code for a session that it does not know. */
const SESSION_NOT_FOUND = -32001;

/** A JSON-RPC error, as it is passed on. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** Whether the hub says, with a 404, that it does not know the session. */
export const isSessionLost = (body: Buffer): boolean => errorIn(body, 404).code === SESSION_NOT_FOUND;

/** The JSON-RPC error in the body of a refusal, or one that says what came instead. */
export function errorIn(body: Buffer, status: number): WireError {
  try {
    const { error } = JSON.parse(body.toString("utf8")) as { error?: Partial<WireError> };
    if (typeof error?.code === "number" && typeof error.message === "string")
      return { code: error.code, message: error.message, data: error.data };
  } catch {
    // Said below.
  }
  return {
    code: SERVER_UNAVAILABLE,
    message: `the hub answered with HTTP status ${status}`,
    data: undefined,
  };
}
