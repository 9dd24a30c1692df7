import type { CallStatus } from "../../../shared/model/call.ts";
import { errorMessage, resultMessage } from "../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { Call, Outcome } from "./call.ts";

/** A JSON-RPC error made by the hub itself. */
export function errorOutcome(
  call: Call,
  code: number,
  message: string,
  data?: Record<string, unknown>,
  status: CallStatus = "error",
): Outcome {
  return {
    status,
    parts: [errorMessage(call.id, code, message, data)],
    result: null,
    error: encodeJson({ code, message, ...(data === undefined ? {} : { data }) }),
  };
}

/** A refusal that the model is meant to read: a result with isError (MCP, Tools: error handling). */
export function deniedOutcome(call: Call, text: string): Outcome {
  const result = encodeJson({ content: [{ type: "text", text }], isError: true });
  return { status: "denied", parts: resultMessage(call.id, result), result, error: null };
}

/** The client cancelled: nothing is answered any more (MCP, Cancellation). */
export const cancelledOutcome: Outcome = { status: "cancelled", parts: undefined, result: null, error: null };
