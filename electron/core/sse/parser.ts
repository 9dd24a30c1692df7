import { ByteGather } from "./gather.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
const LINE_FEED = Uint8Array.of(LF);
/** Longest field name that means anything: "event", "retry". */
const LONGEST_NAME = 5;
/** Longest id, event name or retry that is taken, in bytes; longer ones are ignored. */
const MAX_SHORT_VALUE = 4 * 1024;
const MOST_RETRY_DIGITS = 9;

export interface SseParserOptions {
  /** The id that an earlier connection of the same stream ended with. */
  readonly lastEventId?: string;
  /** Most bytes of data in one event. Default 64 MB. */
  readonly maxBytes?: number;
  /** An event with data. `type` is "message" unless the stream names another; the receiver owns the bytes. Must not throw. */
  readonly onEvent: (type: string, data: Uint8Array) => void;
  /** The server asks for this pause, in milliseconds, before a reconnection. */
  readonly onRetry?: (milliseconds: number) => void;
  /** An event has outgrown `maxBytes`: called once for it, as soon as that is known; the event is dropped. */
  readonly onTooLong: (bytesSeen: number) => void;
}

type Field = "data" | "event" | "id" | "retry" | "ignored";

/**
 * Reads an event stream (WHATWG HTML, section 9.2.6) from bytes, in time linear in their size whatever the chunks.
 * Chunks may be kept by reference until their event is whole: they must not be reused. An event that the end of the
 * stream cuts off is not given out, as the standard demands.
 */
export class SseParser {
  /** The id that a reconnection names as Last-Event-ID; "" when there is none. Events without data count too. */
  lastEventId = "";
  readonly #maxBytes: number;
  readonly #options: SseParserOptions;
  readonly #data = new ByteGather();
  readonly #short = new ByteGather();
  readonly #name: number[] = [];
  /** Where in a line the next byte stands: in the name, right after its colon, or in the value. */
  #place: "name" | "colon" | "value" = "name";
  #field: Field = "ignored";
  #type = "";
  #id = "";
  #hasData = false;
  #tooLong = false;
  #afterReturn = false;
  /** How much of a byte-order mark the stream has begun with; -1 once that is settled. */
  #bom = 0;

  constructor(options: SseParserOptions) {
    this.#options = options;
    this.lastEventId = options.lastEventId ?? "";
    this.#id = this.lastEventId;
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  }

  push(chunk: Uint8Array): void {
    let at = this.#bom === -1 ? 0 : this.#skipMark(chunk);
    let nextFeed = -1;
    let nextReturn = -1;
    while (at < chunk.length) {
      if (this.#afterReturn) {
        this.#afterReturn = false;
        if (chunk[at] === LF) {
          at += 1;
          continue;
        }
      }
      // Each kind of line end is searched for once per occurrence, so that lines cost only their own length.
      if (nextFeed < at) nextFeed = orEnd(chunk.indexOf(LF, at), chunk.length);
      if (nextReturn < at) nextReturn = orEnd(chunk.indexOf(CR, at), chunk.length);
      const end = Math.min(nextFeed, nextReturn);
      this.#piece(chunk, at, end);
      if (end === chunk.length) return;
      this.#afterReturn = end === nextReturn;
      this.#endLine();
      at = end + 1;
    }
  }

  /** Returns where the stream's content begins; bytes that turn out to be no mark are taken as content. */
  #skipMark(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && this.#bom < BOM.length) {
      if (chunk[at] !== BOM[this.#bom]) {
        const begun = Uint8Array.from(BOM.slice(0, this.#bom));
        this.#bom = -1;
        this.#piece(begun, 0, begun.length);
        return at;
      }
      this.#bom += 1;
      at += 1;
    }
    if (this.#bom === BOM.length) this.#bom = -1;
    return at;
  }

  /** Takes bytes of one line, from `start` to `end`. */
  #piece(chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    while (this.#place === "name" && at < end) {
      const byte = chunk[at] ?? 0;
      at += 1;
      if (byte === COLON) {
        this.#field = this.#fieldOf();
        this.#place = "colon";
      } else {
        this.#name.push(byte);
        if (this.#name.length > LONGEST_NAME) this.#place = "value";
      }
    }
    if (at >= end) return;
    if (this.#place === "colon") {
      this.#place = "value";
      if (chunk[at] === SPACE) at += 1;
    }
    if (this.#field === "ignored" || at >= end) return;
    const part = chunk.subarray(at, end);
    if (this.#field === "data") this.#keepData(part);
    else if (this.#short.length <= MAX_SHORT_VALUE) this.#short.add(part);
  }

  #fieldOf(): Field {
    const name = String.fromCharCode(...this.#name);
    if (name === "data") this.#openData();
    return name === "data" || name === "event" || name === "id" || name === "retry" ? name : "ignored";
  }

  #openData(): void {
    if (this.#hasData) this.#keepData(LINE_FEED);
    this.#hasData = true;
  }

  #keepData(part: Uint8Array): void {
    if (this.#tooLong) return;
    const seen = this.#data.length + part.length;
    if (seen > this.#maxBytes) {
      this.#tooLong = true;
      this.#data.clear();
      this.#options.onTooLong(seen);
    } else this.#data.add(part);
  }

  #endLine(): void {
    const empty = this.#place === "name" && this.#name.length === 0;
    // A line without a colon is a field without a value.
    if (this.#place === "name" && !empty) this.#field = this.#fieldOf();
    const field = this.#field;
    const value = this.#short.length > MAX_SHORT_VALUE ? undefined : decode(this.#short.take());
    this.#short.clear();
    this.#place = "name";
    this.#field = "ignored";
    this.#name.length = 0;
    if (empty) return this.#dispatch();
    if (value === undefined) return;
    if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value) && value.length <= MOST_RETRY_DIGITS)
      this.#options.onRetry?.(Number(value));
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    const type = this.#type === "" ? "message" : this.#type;
    const given = this.#data.length > 0 && !this.#tooLong;
    const data = this.#data.take();
    this.#type = "";
    this.#hasData = false;
    this.#tooLong = false;
    if (given) this.#options.onEvent(type, data);
  }
}

const orEnd = (found: number, end: number): number => (found === -1 ? end : found);

function decode(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
