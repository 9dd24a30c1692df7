import type { ServerResponse } from "node:http";
import { blankLineBreaks } from "../../core/jsonrpc/splice.ts";
import { COMMON_HEADERS } from "../headers.ts";

const EVENT_HEADERS: readonly string[] = [...COMMON_HEADERS, "Content-Type", "text/event-stream"];
const DATA = Buffer.from("data: ");
const END = Buffer.from("\n\n");
const COMMENT = Buffer.from(": keep-alive\n\n");
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Messages up to this size are copied into one write; larger ones are written in the pieces they came in. */
export const JOIN_BELOW = 64 * 1024;

/** Starts an event stream. `extra` is a flat array of names and values. */
export function startEvents(res: ServerResponse, extra: readonly string[] = []): void {
  res.writeHead(200, [...EVENT_HEADERS, ...extra]);
}

/** Keeps a silent stream alive; ignored by clients. */
export function writeComment(res: ServerResponse): void {
  res.write(COMMENT);
}

/** One event, in pieces, and how many bytes they have. */
export interface EventPieces {
  readonly pieces: readonly Uint8Array[];
  readonly total: number;
}

/** A message as one event of one data line. `head`: the event's other lines, each with its line break. */
export function eventOf(parts: readonly Uint8Array[], head?: Uint8Array): EventPieces {
  const pieces: Uint8Array[] = head === undefined ? [DATA] : [head, DATA];
  let total = DATA.length + END.length + (head?.length ?? 0);
  for (const part of parts) {
    pieces.push(withoutLineBreaks(part));
    total += part.length;
  }
  pieces.push(END);
  return { pieces, total };
}

/** Writes one event. */
export function writePieces(res: ServerResponse, { pieces, total }: EventPieces): void {
  if (total < JOIN_BELOW) res.write(Buffer.concat(pieces, total));
  else for (const piece of pieces) res.write(piece);
}

/** A raw line break would end the data line. */
function withoutLineBreaks(part: Uint8Array): Uint8Array {
  return part.includes(LINE_FEED) || part.includes(CARRIAGE_RETURN) ? blankLineBreaks(part) : part;
}
