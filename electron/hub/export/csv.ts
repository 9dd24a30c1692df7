import type { CallDetail } from "../../../shared/model/call.ts";

const COLUMNS: readonly (readonly [name: string, value: (call: CallDetail) => string | number | null])[] = [
  ["id", (call) => call.id],
  ["startedAt", (call) => call.startedAt],
  ["client", (call) => call.client],
  ["session", (call) => call.session],
  ["server", (call) => call.server],
  ["tool", (call) => call.tool],
  ["method", (call) => call.method],
  ["status", (call) => call.status],
  ["durationUs", (call) => call.durationUs],
  ["queueUs", (call) => call.times.queue],
  ["consentUs", (call) => call.times.consent],
  ["upstreamUs", (call) => call.times.upstream],
  ["hubUs", (call) => call.times.hub],
  ["requestBytes", (call) => call.requestBytes],
  ["resultBytes", (call) => call.resultBytes],
  ["profile", (call) => call.profile],
  ["project", (call) => call.project],
  ["rule", (call) => call.rule],
  ["request", (call) => call.request?.text ?? null],
  ["result", (call) => call.result?.text ?? null],
  ["error", (call) => call.error?.text ?? null],
  ["events", (call) => (call.events === undefined ? null : JSON.stringify(call.events))],
  ["moreEvents", (call) => call.moreEvents ?? null],
];

/**
 * A spreadsheet runs what begins like a formula, in full width too: a server's text must not become one. It gets a sign of
 * text before it; so does what looks as if it had one, so that it can be taken off again.
 */
const DANGEROUS = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** The line of names, RFC 4180. */
export const csvHead = `${COLUMNS.map(([name]) => name).join(",")}\r\n`;

/** The names of the columns, in order. */
export const csvColumns: readonly string[] = COLUMNS.map(([name]) => name);

/** A cell's text as it was before it was made safe for spreadsheets. */
export const armed = (cell: string): string =>
  cell.startsWith("'") && DANGEROUS.test(cell) ? cell.slice(1) : cell;

/** A call as a line of CSV. Absent values are empty. */
export const csvLine = (call: CallDetail): string =>
  `${COLUMNS.map(([, value]) => cell(value(call))).join(",")}\r\n`;

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = DANGEROUS.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
