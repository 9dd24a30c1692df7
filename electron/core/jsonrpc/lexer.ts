import type { KeyStack } from "./keys.ts";
import { ScanError } from "./scan-error.ts";
import { decodeName } from "./strings.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Stands for the end of the text; no byte has this value. */
const END = 256;

/** By byte: 1 if it stands for itself inside a string. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;
/** By byte: 1 if the byte may follow a backslash (except `u`). */
const ESCAPES = new Uint8Array(257);
for (const letter of '"\\/bfnrt') ESCAPES[letter.charCodeAt(0)] = 1;
/** By byte: 1 if it is a hexadecimal digit. */
const HEX = new Uint8Array(257);
for (const digit of "0123456789abcdefABCDEF") HEX[digit.charCodeAt(0)] = 1;

/**
 * Reads JSON from bytes, as strictly as JSON.parse, without building anything: every method takes the offset where
 * something must stand and returns the offset behind it. It never recurses, so nesting costs a byte a level.
 * Whatever is wrong is thrown as ScanError.
 */
export class JsonLexer {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #maxDepth: number;
  readonly #view: DataView;
  #kinds = new Uint8Array(32);

  /** A raw \n or \r was passed between tokens. */
  lineBreak = false;
  /** The string token passed last holds an escape. */
  escaped = false;
  /** The key that `enter` or `following` read last: its token with quotes. */
  keyStart = 0;
  keyEnd = 0;
  keyEscaped = false;
  /** Behind the object or array, once `enter`, `following` or their like have returned -1. */
  next = 0;

  constructor(bytes: Uint8Array, end: number, maxDepth: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#maxDepth = maxDepth;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, end);
  }

  /** The byte at an offset, or 256 at the end. */
  at(pos: number): number {
    return pos < this.#end ? (this.#bytes[pos] as number) : END;
  }

  /** Passes white space. */
  space(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = start;
    while (pos < end) {
      const byte = bytes[pos] as number;
      if (byte > 0x20) return pos;
      if (byte === 0x0a || byte === 0x0d) this.lineBreak = true;
      else if (byte !== 0x20 && byte !== 0x09) return pos;
      pos++;
    }
    return pos;
  }

  /**
   * Enters the object whose brace stands at `pos`, the `depth`th open container, and reads its first key.
   * Returns where that member's value starts, or -1 if the object is empty.
   */
  enter(pos: number, depth: number): number {
    if (depth > this.#maxDepth) this.#tooDeep(pos);
    const at = this.space(pos + 1);
    if (this.at(at) !== CLOSE_OBJECT) return this.#key(at);
    this.next = at + 1;
    return -1;
  }

  /** From behind a member's value to the start of the next member's, or -1 at the object's end. */
  following(pos: number): number {
    const at = this.space(pos);
    const byte = this.at(at);
    if (byte === COMMA) return this.#key(this.space(at + 1));
    if (byte !== CLOSE_OBJECT) this.#expected("',' or '}'", at);
    this.next = at + 1;
    return -1;
  }

  /** `enter` for an array: returns where its first element starts, or -1. */
  enterArray(pos: number, depth: number): number {
    if (depth > this.#maxDepth) this.#tooDeep(pos);
    const at = this.space(pos + 1);
    if (this.at(at) !== CLOSE_ARRAY) return at;
    this.next = at + 1;
    return -1;
  }

  /** `following` for an array. */
  followingElement(pos: number): number {
    const at = this.space(pos);
    const byte = this.at(at);
    if (byte === COMMA) return this.space(at + 1);
    if (byte !== CLOSE_ARRAY) this.#expected("',' or ']'", at);
    this.next = at + 1;
    return -1;
  }

  /**
   * Passes any value that starts at `start` (white space before it was passed) inside `depth` open containers.
   * With `keys`, the keys of every object in it are checked for duplicates.
   */
  value(start: number, depth: number, keys?: KeyStack): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = start;
    let level = depth;
    for (;;) {
      const byte = pos < end ? (bytes[pos] as number) : END;
      if (byte === QUOTE) pos = this.string(pos);
      else if (byte === OPEN_OBJECT) {
        this.#push(++level, OPEN_OBJECT, pos);
        keys?.open(level);
        const first = this.enter(pos, level);
        if (first !== -1) {
          keys?.add(level, decodeName(bytes, this.keyStart, this.keyEnd), this.keyStart);
          pos = first;
          continue;
        }
        pos = this.next;
        level--;
      } else if (byte === OPEN_ARRAY) {
        this.#push(++level, OPEN_ARRAY, pos);
        const first = this.enterArray(pos, level);
        if (first !== -1) {
          pos = first;
          continue;
        }
        pos = this.next;
        level--;
      } else pos = this.#scalar(pos, byte);

      // A value ends here: close what ends with it, up to the next value.
      let next = -1;
      while (next === -1) {
        if (level === depth) return pos;
        if (this.#kinds[level] === OPEN_OBJECT) {
          next = this.following(pos);
          if (next !== -1) keys?.add(level, decodeName(bytes, this.keyStart, this.keyEnd), this.keyStart);
        } else next = this.followingElement(pos);
        if (next === -1) {
          pos = this.next;
          level--;
        }
      }
      pos = next;
    }
  }

  /** Passes the string token whose quote stands at `start`. */
  string(start: number): number {
    const end = this.#end;
    this.escaped = false;
    let pos = this.#plain(start + 1);
    while (this.at(pos) !== QUOTE) {
      if (this.at(pos) !== BACKSLASH) {
        if (pos >= end) this.#expected("the end of a string", pos);
        this.#fail("control character in a string", pos);
      }
      this.escaped = true;
      const letter = this.at(pos + 1);
      if (ESCAPES[letter] === 1) pos = this.#plain(pos + 2);
      else if (letter === 0x75) {
        for (let i = pos + 2; i < pos + 6; i++) {
          if (HEX[this.at(i)] !== 1) this.#expected("a hexadecimal digit", i);
        }
        pos = this.#plain(pos + 6);
      } else this.#expected("an escape's letter", pos + 1);
    }
    return pos + 1;
  }

  /** Throws that something else was expected at `pos`. */
  expected(what: string, pos: number): never {
    return this.#expected(what, pos);
  }

  /**
   * Passes the bytes of a string that stand for themselves, a word of four at a time: in each byte b of a word,
   * (b ^ 2) < 0x21 holds for control characters and the quote, (b ^ 0x5c) < 1 for the backslash; the subtraction then
   * sets the byte's top bit, and `& ~word` leaves out bytes that had it (UTF-8). The lowest bit set is never false.
   */
  #plain(start: number): number {
    const view = this.#view;
    const lastWord = this.#end - 4;
    let pos = start;
    while (pos <= lastWord) {
      const word = view.getInt32(pos, true);
      const hit =
        (((word ^ 0x02020202) - 0x21212121) | ((word ^ 0x5c5c5c5c) - 0x01010101)) & ~word & 0x80808080;
      if (hit !== 0) return pos + ((31 - Math.clz32(hit & -hit)) >>> 3);
      pos += 4;
    }
    const bytes = this.#bytes;
    const end = this.#end;
    while (pos < end && PLAIN[bytes[pos] as number] === 1) pos++;
    return pos;
  }

  #key(pos: number): number {
    if (this.at(pos) !== QUOTE) this.#expected("a key", pos);
    const end = this.string(pos);
    this.keyStart = pos;
    this.keyEnd = end;
    this.keyEscaped = this.escaped;
    const colon = this.space(end);
    if (this.at(colon) !== COLON) this.#expected("':'", colon);
    return this.space(colon + 1);
  }

  #scalar(pos: number, byte: number): number {
    if (byte === 0x74 && this.#spells(pos + 1, 0x72, 0x75, 0x65)) return pos + 4;
    if (byte === 0x66 && this.#spells(pos + 1, 0x61, 0x6c, 0x73) && this.at(pos + 4) === 0x65) return pos + 5;
    if (byte === 0x6e && this.#spells(pos + 1, 0x75, 0x6c, 0x6c)) return pos + 4;
    return this.#number(pos, byte);
  }

  #spells(pos: number, a: number, b: number, c: number): boolean {
    return this.at(pos) === a && this.at(pos + 1) === b && this.at(pos + 2) === c;
  }

  #number(start: number, first: number): number {
    let pos = start;
    let byte = first;
    if (byte === 0x2d) byte = this.at(++pos);
    if (byte === 0x30) pos++;
    else if (byte >= 0x31 && byte <= 0x39) pos = this.#digits(pos);
    else this.#expected(first === 0x2d ? "a digit" : "a value", pos);
    byte = this.at(pos);
    if (byte === 0x2e) {
      pos = this.#digits(pos + 1);
      byte = this.at(pos);
    }
    if (byte === 0x65 || byte === 0x45) {
      byte = this.at(++pos);
      if (byte === 0x2b || byte === 0x2d) pos++;
      pos = this.#digits(pos);
    }
    return pos;
  }

  #digits(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = start;
    while (pos < end) {
      const byte = bytes[pos] as number;
      if (byte < 0x30 || byte > 0x39) break;
      pos++;
    }
    if (pos === start) this.#expected("a digit", pos);
    return pos;
  }

  #push(level: number, kind: number, pos: number): void {
    if (level > this.#maxDepth) this.#tooDeep(pos);
    if (level >= this.#kinds.length) {
      const larger = new Uint8Array(this.#kinds.length * 2);
      larger.set(this.#kinds);
      this.#kinds = larger;
    }
    this.#kinds[level] = kind;
  }

  #tooDeep(pos: number): never {
    throw new ScanError(-32600, `nested too deeply: more than ${this.#maxDepth} levels at byte ${pos}`);
  }

  #expected(what: string, pos: number): never {
    if (pos >= this.#end)
      throw new ScanError(-32700, `the text ends at byte ${pos}, where ${what} is expected`);
    return this.#fail(`expected ${what}`, pos);
  }

  #fail(what: string, pos: number): never {
    throw new ScanError(-32700, `${what} at byte ${pos}`);
  }
}
