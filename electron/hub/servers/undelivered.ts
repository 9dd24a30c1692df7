import type { Transport } from "../ports/upstream.ts";

/** Bytes of answers that clients have not taken yet, above which a server is not read from. */
const HIGH = 64 * 1024 * 1024;

/**
 * Back-pressure: an answer that its client has not taken yet counts; above the high-water mark the server is not
 * read from until clients have caught up. One slow client with one answer does not hold up the others.
 */
export class Undelivered {
  readonly #transport: () => Transport | undefined;
  #bytes = 0;

  constructor(transport: () => Transport | undefined) {
    this.#transport = transport;
  }

  /** Counts an answer until its client has taken it. */
  add(reply: { readonly pendingBytes: number; onDrain(listener: () => void): void }): void {
    const bytes = reply.pendingBytes;
    this.#bytes += bytes;
    if (this.#bytes > HIGH) this.#transport()?.pause();
    reply.onDrain(() => {
      this.#bytes -= bytes;
      if (this.#bytes <= HIGH / 2) this.#transport()?.resume();
    });
  }
}
