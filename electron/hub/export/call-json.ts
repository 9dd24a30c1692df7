import { GatehouseError } from "../../../shared/errors.ts";
import type { CallDetail, CallSummary, Payload } from "../../../shared/model/call.ts";

/**
 * What is left of a call whose contents cannot be read because the database is damaged there: its row. Throws every other
 * error again.
 */
export function withoutContents(summary: CallSummary, error: unknown): CallDetail {
  if (!(error instanceof GatehouseError) || error.code !== "storage_unusable") throw error;
  return { ...summary, request: null, result: null, error: null };
}

/**
 * One call as JSON text, on one line. Payloads are put in as the text they are: no digit of theirs is ever a JavaScript
 * number.
 */
export function callJson({ request, result, error, ...summary }: CallDetail): string {
  const members = JSON.stringify(summary).slice(0, -1);
  return `${members},"request":${payloadJson(request)},"result":${payloadJson(result)},"error":${payloadJson(error)}}`;
}

/** A payload as the JSON that it was, on one line; one that is not whole is told of by how much of it there is. */
export function payloadJson(payload: Payload | null): string {
  if (payload === null) return "null";
  // Line breaks can only stand between the parts of a JSON text.
  return isWhole(payload) ? payload.text.replaceAll(/[\r\n]/g, " ") : JSON.stringify(payload);
}

/** Whether a payload is the JSON that it was; a cut one is not. */
export function isWhole(payload: Payload): boolean {
  if (payload.truncated) return false;
  try {
    JSON.parse(payload.text);
    return true;
  } catch {
    return false;
  }
}
