/** A line longer than this many bytes is cut. */
const MAX_LINE = 8 * 1024;
const TAIL = 20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a server's stderr into lines of bounded length and remembers the last of them. Never fails, never waits. */
export class StderrLines {
  readonly tail: string[] = [];
  readonly #onLine: (text: string) => void;
  #pieces: Buffer[] = [];
  #kept = 0;
  #cut = false;

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#emit();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The end of the stream: an unfinished line counts. */
  end(): void {
    if (this.#kept > 0) this.#emit();
  }

  #keep(bytes: Buffer): void {
    const room = MAX_LINE - this.#kept;
    if (bytes.length > room) this.#cut = true;
    if (bytes.length === 0 || room === 0) return;
    const piece = bytes.subarray(0, room);
    this.#pieces.push(piece);
    this.#kept += piece.length;
  }

  #emit(): void {
    const line = this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces);
    const end = line.at(-1) === CARRIAGE_RETURN && !this.#cut ? line.length - 1 : line.length;
    const text = line.toString("utf8", 0, end) + (this.#cut ? "…" : "");
    this.#pieces = [];
    this.#kept = 0;
    this.#cut = false;
    if (text === "") return;
    this.tail.push(text);
    if (this.tail.length > TAIL) this.tail.shift();
    this.#onLine(text);
  }
}
