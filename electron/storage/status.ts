import type { CallStatus } from "../../shared/model/call.ts";

// The position of a status is what the database holds: append only.
const order: readonly CallStatus[] = ["ok", "tool_error", "error", "denied", "cancelled", "timeout"];
const numbers = new Map(order.map((status, number) => [status, number]));

/** The number that stands for a status in the database; "ok" is 0. */
export function statusNumber(status: CallStatus): number {
  return numbers.get(status) ?? order.indexOf("error");
}

/** The status behind a number of the database. */
export function statusOf(number: number): CallStatus {
  return statusText(number) ?? "error";
}

/** The same; undefined for a number that stands for none. */
export const statusText = (number: number): CallStatus | undefined => order[number];
