import { SseParser } from "../../core/sse/parser.ts";
import { readChunks } from "./content.ts";
import type { Link } from "./link.ts";
import type { Answer } from "./network.ts";

/** Longest pause that a server may ask for before a reconnection, in milliseconds. */
const LONGEST_RETRY_MS = 5 * 60_000;

export interface EventStreamOptions {
  readonly maxBytes: number;
  /** An event of the type "message". */
  readonly onMessage: (data: Uint8Array) => void;
  readonly onOther?: (type: string, data: Uint8Array) => void;
  readonly onTooLong: () => void;
}

/** One stream of events over any number of connections, one after the other. */
export class EventStream {
  lastEventId = "";
  /** The pause that the server asked for, in milliseconds. */
  retryMs = 0;
  /** Grows with every event, and with every id: a connection that brought something was of use. */
  progress = 0;
  readonly #link: Link;
  readonly #options: EventStreamOptions;

  constructor(link: Link, options: EventStreamOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Reads one connection to its end; rejects when it breaks. */
  async read(answer: Answer): Promise<void> {
    const parser = new SseParser({
      maxBytes: this.#options.maxBytes,
      lastEventId: this.lastEventId,
      onEvent: (type, data) => {
        this.lastEventId = parser.lastEventId;
        this.progress += 1;
        if (type === "message") this.#options.onMessage(data);
        else this.#options.onOther?.(type, data);
      },
      onRetry: (milliseconds) => {
        this.retryMs = Math.min(milliseconds, LONGEST_RETRY_MS);
      },
      onTooLong: this.#options.onTooLong,
    });
    await readChunks(answer.content, this.#link.gate, (chunk) => {
      parser.push(chunk);
      if (parser.lastEventId === this.lastEventId) return;
      this.lastEventId = parser.lastEventId;
      this.progress += 1;
    });
  }
}
