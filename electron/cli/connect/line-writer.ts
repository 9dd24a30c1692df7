import type { Writable } from "node:stream";
import { blankLineBreaks, hasLineBreak } from "../../core/jsonrpc/splice.ts";

/** Longer messages are not copied to be written with their line end in one piece. */
const JOIN_BELOW = 64 * 1024;
const NEWLINE = Buffer.from("\n");

/** Writes messages as lines, and tells when the reader is behind. */
export class LineWriter {
  readonly #output: Writable;
  #behind: PromiseWithResolvers<void> | undefined;

  constructor(output: Writable) {
    this.#output = output;
    const go = (): void => {
      this.#behind?.resolve();
      this.#behind = undefined;
    };
    output.on("drain", go).on("close", go);
  }

  /** The bytes of one message, which are passed through; only raw line breaks between tokens become spaces. */
  write(message: Uint8Array): void {
    const line = hasLineBreak(message) ? blankLineBreaks(message) : message;
    const output = this.#output;
    let taken: boolean;
    if (line.length < JOIN_BELOW) taken = output.write(Buffer.concat([line, NEWLINE]));
    else {
      output.cork();
      output.write(line);
      taken = output.write(NEWLINE);
      output.uncork();
    }
    if (!taken && !output.destroyed) this.#behind ??= Promise.withResolvers();
  }

  /** Resolves when the reader has caught up; undefined when it has. */
  readonly passage = (): Promise<void> | undefined => this.#behind?.promise;
}
