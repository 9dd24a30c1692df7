import type { CallStatus } from "../../../shared/model/call.ts";
import {
  errorMessage,
  INTERNAL_ERROR,
  REQUEST_TIMEOUT,
  resultMessage,
  SERVER_UNAVAILABLE,
} from "../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { TransportEnd } from "../ports/upstream.ts";
import type { Call, Outcome } from "./call.ts";
import type { Expired } from "./call-deadline.ts";
import type { SetLimit } from "./call-limits.ts";

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

/** The call took longer than gatehouse.json allows; says which setting that was. */
export function timeoutOutcome(call: Call, server: string, limit: SetLimit, expired: Expired): Outcome {
  const byLimit = expired.by === "limit";
  const seconds = (byLimit ? limit.limitMs : limit.ceilingMs) / 1_000;
  const what = byLimit
    ? expired.sent
      ? `did not answer within ${seconds} s`
      : `was not ready within ${seconds} s`
    : `was still at it after ${seconds} s, the most that a call may take`;
  const setting = `mcpServers.${server}.${byLimit ? limit.setting : "maxSeconds"}`;
  const message = `the server ${server} ${what} (${setting} in gatehouse.json)`;
  const data = { code: "timeout", server, seconds, setting };
  return errorOutcome(call, REQUEST_TIMEOUT, message, data, "timeout");
}

/** Lines of stderr that a client gets of a server that died under its call, and the longest of them in characters. */
const LAST_LINES = 5;
const LONGEST_LINE = 300;

/** The server ended while it had the call: how it ended, and what it said last. */
export function diedOutcome(call: Call, server: string, end: TransportEnd): Outcome {
  const message = `the server ${server} ended during the call: ${end.message}`;
  const { code, exitCode, signal } = end;
  const stderr = end.stderrTail.slice(-LAST_LINES).map((line) => line.slice(0, LONGEST_LINE));
  return errorOutcome(call, SERVER_UNAVAILABLE, message, { code, server, exitCode, signal, stderr });
}

/** The client cancelled: nothing is answered any more (MCP, Cancellation). */
export const cancelledOutcome: Outcome = { status: "cancelled", parts: undefined, result: null, error: null };

/** Of a call that was not made, as it could not be recorded (`log.onFailure: "refuse"`). */
export function unmadeOutcome(call: Call, error: Error): Outcome {
  return errorOutcome(
    call,
    INTERNAL_ERROR,
    `Gatehouse cannot record calls (${error.message}), so this one was not made. See \`gatehouse status\`.`,
    { code: "recording_failed" },
  );
}
