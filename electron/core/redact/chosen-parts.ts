import { RE2JS, RE2JSException } from "re2js";
import { type Edit, joinParts, splice } from "../jsonrpc/splice.ts";

/** What a person wants out of every payload before it is written. */
export interface ChosenParts {
  /** Members' names; case does not matter. */
  readonly fields: readonly string[];
  /** In RE2's syntax. */
  readonly patterns: readonly string[];
}

/** A sentence that says why a pattern cannot be used; undefined when it can. */
export function patternFault(source: string): string | undefined {
  try {
    const compiled = RE2JS.compile(source);
    return compiled.testExact("") ? "matches the empty text, and so everywhere" : undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return `is no regular expression of RE2's syntax: ${error.message}`;
    throw error;
  }
}

const MARK = "[redacted]";
/** JSON in strings in JSON, so deep. */
const MOST_NESTED = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Takes members of the given names out of raw JSON, at any depth and in strings that hold JSON themselves, and what the
 * patterns find in its strings and numbers. What stays keeps its bytes. The same array when nothing was found.
 */
export function chosenPartsRemover({ fields, patterns }: ChosenParts): (json: Uint8Array) => Uint8Array {
  const names = new Set(fields.map((field) => field.toLowerCase()));
  const expressions = patterns.map((source) => RE2JS.compile(source));
  const withoutMatches = (text: string): string =>
    expressions.reduce((rest, expression) => expression.matcher(rest).replaceAll(MARK), text);

  const cleanText = (text: string, depth: number): string => {
    let clean = text;
    if (depth < MOST_NESTED && /^\s*[[{]/.test(text) && isJson(text)) {
      const bytes = encoder.encode(text);
      const inner = remove(bytes, depth + 1);
      if (inner !== bytes) clean = decoder.decode(inner);
    }
    return withoutMatches(clean);
  };

  const remove = (json: Uint8Array, depth: number): Uint8Array => {
    const cuts: Edit[] = [];
    const replace = (start: number, end: number, text: string): void => {
      cuts.push({ start, end, bytes: encoder.encode(JSON.stringify(text)) });
    };
    for (let at = 0; at < json.length; ) {
      const byte = json[at] ?? 0;
      if (byte === QUOTE) {
        const end = stringEnd(json, at);
        const text = JSON.parse(decoder.decode(json.subarray(at, end))) as string;
        const next = skipSpace(json, end);
        if (json[next] === COLON) {
          const value = skipSpace(json, next + 1);
          at = names.has(text.toLowerCase()) ? valueEnd(json, value) : value;
          if (at > value) replace(value, at, MARK);
        } else {
          const clean = cleanText(text, depth);
          if (clean !== text) replace(at, end, clean);
          at = end;
        }
      } else if (expressions.length > 0 && isNumberStart(byte)) {
        const end = valueEnd(json, at);
        const text = decoder.decode(json.subarray(at, end));
        const clean = withoutMatches(text);
        if (clean !== text) replace(at, end, clean);
        at = end;
      } else at += 1;
    }
    return cuts.length === 0 ? json : joinParts(splice(json, cuts));
  };
  return (json) => remove(json, 0);
}

/** Where the value that begins here ends, in JSON that was found well formed. */
function valueEnd(json: Uint8Array, start: number): number {
  if (json[start] === QUOTE) return stringEnd(json, start);
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = stringEnd(json, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth < 0) return at;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === 0x2c || isSpace(byte))) return at;
  }
  return json.length;
}

function stringEnd(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipSpace(json: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(json[at])) at += 1;
  return at;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isNumberStart = (byte: number): boolean => byte === 0x2d || (byte >= 0x30 && byte <= 0x39);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
