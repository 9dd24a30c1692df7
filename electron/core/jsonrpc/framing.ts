import { joinParts } from "./splice.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Chunks shorter than this are gathered in blocks, so that a sender of single bytes costs no object each. */
const SMALL_CHUNK = 1024;
const BLOCK = 64 * 1024;

export interface LineFramerOptions {
  /** Longest line in bytes, without its end. Default 64 MB. */
  readonly maxBytes?: number;
  /**
   * A whole line, never empty, without \n or \r\n. The receiver owns the bytes: they are a copy or a view of a chunk
   * that was pushed. Must not throw.
   */
  readonly onLine: (bytes: Uint8Array) => void;
  /** A line has outgrown `maxBytes`: called once for it, as soon as that is known; the line is dropped to its end. */
  readonly onTooLong: (bytesSeen: number) => void;
}

/**
 * Cuts a byte stream into lines, in time linear in their size whatever the chunks. It knows bytes only, so a chunk may
 * end inside a UTF-8 character. Chunks are kept by reference until their line is whole: they must not be reused.
 */
export class LineFramer {
  readonly #maxBytes: number;
  readonly #onLine: (bytes: Uint8Array) => void;
  readonly #onTooLong: (bytesSeen: number) => void;
  #parts: Uint8Array[] = [];
  #length = 0;
  #block: Uint8Array | undefined;
  #blockUsed = 0;
  #dropping = false;

  constructor(options: LineFramerOptions) {
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#onLine = options.onLine;
    this.#onTooLong = options.onTooLong;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1) {
        if (!this.#dropping) this.#keep(start === 0 ? chunk : chunk.subarray(start));
        return;
      }
      const part = chunk.subarray(start, newline);
      start = newline + 1;
      if (this.#dropping) this.#dropping = false;
      else this.#finish(part);
    }
  }

  /** The stream has ended: a last line without a line end is given out. */
  end(): void {
    if (!this.#dropping) this.#finish(new Uint8Array(0));
    this.#dropping = false;
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    // One byte more may be the \r of the line's end.
    if (this.#length > this.#maxBytes + 1) {
      const seen = this.#length;
      this.#forget();
      this.#dropping = true;
      this.#onTooLong(seen);
    } else if (part.length >= SMALL_CHUNK) {
      this.#closeBlock();
      this.#parts.push(part);
    } else {
      if (this.#block !== undefined && this.#blockUsed + part.length > BLOCK) this.#closeBlock();
      this.#block ??= new Uint8Array(BLOCK);
      this.#block.set(part, this.#blockUsed);
      this.#blockUsed += part.length;
    }
  }

  #finish(last: Uint8Array): void {
    let line = last;
    if (this.#length > 0) {
      this.#closeBlock();
      line = joinParts([...this.#parts, last]);
      this.#forget();
    }
    if (line[line.length - 1] === RETURN) line = line.subarray(0, -1);
    if (line.length > this.#maxBytes) this.#onTooLong(line.length);
    else if (line.length > 0) this.#onLine(line);
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#parts.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = undefined;
    this.#blockUsed = 0;
  }

  #forget(): void {
    this.#parts = [];
    this.#length = 0;
    this.#block = undefined;
    this.#blockUsed = 0;
  }
}
