import type { IncomingHttpHeaders } from "node:http";

/** What a client takes as the answer to a POST. */
export interface Accepts {
  readonly json: boolean;
  readonly events: boolean;
}

/** Clients send one and the same header again and again; a few are remembered. */
const remembered = new Map<string, Accepts>();
const MOST_REMEMBERED = 64;
const LONGEST_REMEMBERED = 256;
const EVERYTHING: Accepts = { json: true, events: true };

/** Reads an Accept header. A missing one admits everything (RFC 9110 section 12.5.1). */
export function readAccept(header: string | undefined): Accepts {
  if (header === undefined) return EVERYTHING;
  const known = remembered.get(header);
  if (known !== undefined) return known;
  let json = false;
  let events = false;
  for (const range of header.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (type === "*/*") json = events = true;
    else if (type === "application/*" || type === "application/json") json = true;
    else if (type === "text/*" || type === "text/event-stream") events = true;
  }
  const accepts = { json, events };
  if (remembered.size < MOST_REMEMBERED && header.length <= LONGEST_REMEMBERED)
    remembered.set(header, accepts);
  return accepts;
}

/** Whether the body is declared as JSON in UTF-8, the only form a JSON-RPC message over HTTP has. */
export function isJsonContent(header: string | undefined): boolean {
  if (header === "application/json") return true;
  if (header === undefined) return false;
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  if (type !== "application/json") return false;
  return parameters.every(
    (parameter) => !parameter.startsWith("charset=") || /^charset="?utf-?8"?$/.test(parameter),
  );
}

/** Whether the body is sent as it is. Compressed requests are refused: a small one could unpack without bound. */
export function isPlainContent(header: string | undefined): boolean {
  return header === undefined || header.trim().toLowerCase() === "identity";
}

/** One header's value; undefined when absent. (Names outside Node's own list are never arrays here.) */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
