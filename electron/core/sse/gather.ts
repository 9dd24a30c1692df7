import { joinParts } from "../jsonrpc/splice.ts";

/** Parts shorter than this are gathered in blocks, so that a sender of single bytes costs no object each. */
const SMALL_PART = 1024;
const BLOCK = 64 * 1024;

/** Bytes that come in pieces and are wanted as one, in time linear in their size. Large pieces are kept by reference. */
export class ByteGather {
  #parts: Uint8Array[] = [];
  #length = 0;
  #block: Uint8Array | undefined;
  #used = 0;

  get length(): number {
    return this.#length;
  }

  add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (part.length >= SMALL_PART) {
      this.#closeBlock();
      this.#parts.push(part);
      return;
    }
    if (this.#block !== undefined && this.#used + part.length > BLOCK) this.#closeBlock();
    this.#block ??= new Uint8Array(this.#parts.length === 0 ? SMALL_PART * 2 : BLOCK);
    if (this.#used + part.length > this.#block.length) {
      const grown = new Uint8Array(BLOCK);
      grown.set(this.#block.subarray(0, this.#used));
      this.#block = grown;
    }
    this.#block.set(part, this.#used);
    this.#used += part.length;
  }

  /** All of it as one; nothing is left. */
  take(): Uint8Array {
    this.#closeBlock();
    const all = joinParts(this.#parts);
    this.clear();
    return all;
  }

  clear(): void {
    this.#parts = [];
    this.#length = 0;
    this.#block = undefined;
    this.#used = 0;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#parts.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}
