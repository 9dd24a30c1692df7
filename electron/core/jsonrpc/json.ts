import type { Member, Span } from "./envelope.ts";
import { JsonLexer } from "./lexer.ts";
import { asciiEquals, decodeName, decodeToken, decodeUtf8 } from "./strings.ts";

const encoder = new TextEncoder();

/**
 * The members of the object in `span`, in order, duplicates included; values as spans of raw JSON.
 * Throws ScanError (-32700) if the span does not hold exactly one well-formed object.
 */
export function membersOf(bytes: Uint8Array, span: Span): Member[] {
  const lexer = lexerOf(bytes, span);
  const start = lexer.space(span.start);
  if (lexer.at(start) !== 0x7b) lexer.expected("an object", start);
  const members: Member[] = [];
  for (let at = lexer.enter(start, 1); at !== -1; ) {
    const key = decodeName(bytes, lexer.keyStart, lexer.keyEnd);
    const end = lexer.value(at, 1);
    members.push({ key, value: { start: at, end } });
    at = lexer.following(end);
  }
  endsAt(lexer, lexer.next, span);
  return members;
}

/**
 * The elements of the array in `span`. Throws ScanError (-32700) if it does not hold exactly one well-formed array.
 * Reading ends after `most` elements: as many elements as that say nothing about what follows them.
 */
export function elementsOf(bytes: Uint8Array, span: Span, most = Number.POSITIVE_INFINITY): Span[] {
  const lexer = lexerOf(bytes, span);
  const start = lexer.space(span.start);
  if (lexer.at(start) !== 0x5b) lexer.expected("an array", start);
  const elements: Span[] = [];
  for (let at = lexer.enterArray(start, 1); at !== -1; ) {
    const end = lexer.value(at, 1);
    elements.push({ start: at, end });
    if (elements.length === most) return elements;
    at = lexer.followingElement(end);
  }
  endsAt(lexer, lexer.next, span);
  return elements;
}

/**
 * The string that the JSON string token in `span` (its quotes included) stands for; lone surrogates written as escapes
 * are kept. Throws SyntaxError if the span holds anything else.
 */
export function decodeString(bytes: Uint8Array, span: Span): string {
  return decodeToken(bytes, span.start, span.end);
}

/** The JSON text of a value, as bytes. Throws TypeError for what JSON cannot express at all (undefined, a function). */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON form`);
  return encoder.encode(text);
}

/** The raw text of a span. */
export function textOf(bytes: Uint8Array, span: Span): string {
  return decodeUtf8(bytes, span.start, span.end);
}

/** Whether a span's raw bytes spell `text` exactly (a JSON token, say: `"object"` with its quotes). */
export function spanEquals(bytes: Uint8Array, span: Span, text: string): boolean {
  if (span.end - span.start === text.length) return asciiEquals(bytes, span.start, text);
  // Only text beyond ASCII has more bytes than UTF-16 units.
  if (span.end - span.start < text.length) return false;
  const wanted = encoder.encode(text);
  return wanted.length === span.end - span.start && wanted.every((byte, i) => byte === bytes[span.start + i]);
}

/** Nesting is not bounded here: a scan has bounded it, and the lexer does not recurse. */
const lexerOf = (bytes: Uint8Array, span: Span): JsonLexer =>
  new JsonLexer(bytes, span.end, Number.POSITIVE_INFINITY);

function endsAt(lexer: JsonLexer, pos: number, span: Span): void {
  const rest = lexer.space(pos);
  if (rest < span.end) lexer.expected("nothing after the value", rest);
}
