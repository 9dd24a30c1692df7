/** A pattern, and what stands for it. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly name: string;
}

export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly pattern: Pattern;
}

const BLOCK = 3;
const TABLE = 1 << 16;
const LONGEST_WINDOW = 64;

/**
 * Finds any of many byte patterns in one pass that looks at about every sixth byte (Wu and Manber): a block of three
 * bytes that is in no pattern lets the window jump over it whole. Patterns have at least BLOCK bytes.
 */
export class PatternSearch {
  readonly #window: number;
  readonly #shift = new Uint8Array(TABLE);
  /** By the hash of the last block of the window; the longest first. */
  readonly #ending = new Map<number, Pattern[]>();

  constructor(patterns: readonly Pattern[]) {
    const shortest = Math.min(...patterns.map(({ bytes }) => bytes.length));
    this.#window = Math.min(shortest, LONGEST_WINDOW);
    const last = this.#window - BLOCK;
    this.#shift.fill(last + 1);
    for (const pattern of [...patterns].sort((a, b) => b.bytes.length - a.bytes.length)) {
      for (let at = 0; at <= last; at += 1) {
        const block = hashAt(pattern.bytes, at);
        if ((this.#shift[block] ?? 0) > last - at) this.#shift[block] = last - at;
      }
      const block = hashAt(pattern.bytes, last);
      const same = this.#ending.get(block);
      if (same === undefined) this.#ending.set(block, [pattern]);
      else same.push(pattern);
    }
  }

  /** What is there from left to right, the longest of what begins at one place, none overlapping; undefined: nothing. */
  find(bytes: Uint8Array): Hit[] | undefined {
    const shift = this.#shift;
    const window = this.#window;
    const end = bytes.length - BLOCK;
    let hits: Hit[] | undefined;
    for (let at = window - BLOCK; at <= end; ) {
      const block = hashAt(bytes, at);
      const jump = shift[block] ?? 1;
      if (jump > 0) {
        at += jump;
        continue;
      }
      const start = at + BLOCK - window;
      const pattern = this.#ending.get(block)?.find((candidate) => standsAt(bytes, start, candidate.bytes));
      if (pattern === undefined) at += 1;
      else {
        hits ??= [];
        hits.push({ start, end: start + pattern.bytes.length, pattern });
        at = start + pattern.bytes.length + window - BLOCK;
      }
    }
    return hits;
  }
}

function hashAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 8) ^ ((bytes[at + 1] ?? 0) << 4) ^ (bytes[at + 2] ?? 0)) & (TABLE - 1);
}

function standsAt(bytes: Uint8Array, start: number, pattern: Uint8Array): boolean {
  if (start + pattern.length > bytes.length) return false;
  for (let index = 0; index < pattern.length; index += 1)
    if (bytes[start + index] !== pattern[index]) return false;
  return true;
}
