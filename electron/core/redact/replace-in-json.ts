import type { Hit } from "./pattern-search.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const STAR = 0x2a;
const LOWER_U = 0x75;

/** One stretch of bytes and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Whether a pattern can be found in a JSON text elsewhere than within one string: a number, or with quotes of its own. */
export function mayBeStructure(pattern: Uint8Array): boolean {
  return pattern.every(isNumberByte) || pattern.some((byte, at) => byte === QUOTE && !isEscaped(pattern, at));
}

/** Whether one end of a stretch lies within an escape of a JSON string: then it is not the text that it looks like. */
export function cutsEscape(bytes: Uint8Array, { start, end }: Pick<Hit, "start" | "end">): boolean {
  return isWithinEscape(bytes, start) || isWithinEscape(bytes, end);
}

function isWithinEscape(bytes: Uint8Array, at: number): boolean {
  if (isEscaped(bytes, at)) return true;
  for (let back = 1; back <= 4; back += 1)
    if (bytes[at - back] === LOWER_U && isEscaped(bytes, at - back)) return true;
  return false;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let from = at;
  while (from > 0 && bytes[from - 1] === BACKSLASH) from -= 1;
  return (at - from) % 2 === 1;
}

/** Follows the strings of a JSON text from its beginning; asked about places from left to right. */
export class JsonStrings {
  readonly #bytes: Uint8Array;
  #at = 0;
  #inString = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether a place lies within a string. */
  isWithin(place: number): boolean {
    return this.#walk(place).inString;
  }

  /** Whether a string begins or ends between the place asked about last and this one. */
  changesBefore(place: number): boolean {
    return this.#walk(place).changed;
  }

  #walk(to: number): { inString: boolean; changed: boolean } {
    const bytes = this.#bytes;
    let changed = false;
    let at = this.#at;
    for (; at < to; at += 1) {
      const byte = bytes[at];
      if (byte === BACKSLASH && this.#inString) at += 1;
      else if (byte === QUOTE) {
        this.#inString = !this.#inString;
        changed = true;
      }
    }
    this.#at = at;
    return { inString: this.#inString, changed };
  }
}

/**
 * What takes a hit's place so that JSON stays JSON: within a string the mark as it is; a number becomes a string; of a
 * stretch of structure every string's contents become stars.
 */
export function replacementIn(
  bytes: Uint8Array,
  hit: Hit,
  strings: JsonStrings,
  mark: Uint8Array,
): Replacement {
  const began = strings.isWithin(hit.start);
  const crosses = strings.changesBefore(hit.end);
  if (began && !crosses) return { start: hit.start, end: hit.end, bytes: mark };
  if (!began && !crosses) {
    let { start, end } = hit;
    while (start > 0 && isNumberByte(bytes[start - 1] ?? 0)) start -= 1;
    while (end < bytes.length && isNumberByte(bytes[end] ?? 0)) end += 1;
    return { start, end, bytes: quoted(mark) };
  }
  if (!began && isWholeValue(hit.pattern.bytes))
    return { start: hit.start, end: hit.end, bytes: quoted(mark) };
  return { start: hit.start, end: hit.end, bytes: starred(bytes, hit, began) };
}

function starred(bytes: Uint8Array, { start, end }: Hit, began: boolean): Uint8Array {
  const copy = bytes.slice(start, end);
  let inString = began;
  for (let at = 0; at < copy.length; at += 1) {
    const byte = copy[at];
    if (byte === QUOTE) inString = !inString;
    else if (inString) {
      // An escaped quote is contents too.
      if (byte === BACKSLASH && at + 1 < copy.length) copy[++at] = STAR;
      copy[byte === BACKSLASH ? at - 1 : at] = STAR;
    }
  }
  return copy;
}

/** A secret that is a JSON document stands in a message as that value: one string can take its place. */
function isWholeValue(pattern: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(pattern));
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    (byte | 0x20) === 0x65
  );
}

function quoted(mark: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(mark.length + 2);
  bytes[0] = QUOTE;
  bytes.set(mark, 1);
  bytes[bytes.length - 1] = QUOTE;
  return bytes;
}
