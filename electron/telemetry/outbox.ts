import type { Sent } from "./post.ts";

/** The pause after the first failure, its growth, and the longest, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const GROWTH = 2;
const LONGEST_PAUSE_MS = 60_000;
/** A pause is up to so much shorter or longer, that many hubs do not come at once. */
const JITTER = 0.2;

/** Waits, in milliseconds; resolves early when the signal is aborted. */
export type Pause = (ms: number, until: AbortSignal) => Promise<void>;

export interface OutboxOptions<T> {
  /** Items that are kept at most, and their size together. */
  readonly most: number;
  readonly mostSize: number;
  /** Items in one message, and their size together; an item that is larger goes alone. */
  readonly batch: number;
  readonly batchSize: number;
  readonly sizeOf: (item: T) => number;
  readonly encode: (items: readonly T[]) => Uint8Array;
  readonly send: (body: Uint8Array) => Promise<Sent>;
  readonly pause: Pause;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Told what became of each message, and of how many items. */
  readonly onSent: (sent: Sent, items: number) => void;
}

/**
 * What waits to be sent, in order: bounded, so that an outage costs neither memory nor time, and sent again with growing
 * pauses as long as the receiver cannot take it. What finds no room is lost and counted.
 */
export class Outbox<T> {
  readonly #options: OutboxOptions<T>;
  readonly #closing = new AbortController();
  #waiting: T[] = [];
  #size = 0;
  #lost = 0;
  /** The first message, kept as it was sent: a receiver that got it after all knows it again by its ids. */
  #first: { readonly body: Uint8Array; readonly items: number } | undefined;
  #running: Promise<void> | undefined;

  constructor(options: OutboxOptions<T>) {
    this.#options = options;
  }

  /** Items that are kept now. */
  get waiting(): number {
    return this.#waiting.length + (this.#first?.items ?? 0);
  }

  add(item: T): void {
    const { most, mostSize, sizeOf } = this.#options;
    const size = sizeOf(item);
    if (this.waiting >= most || this.#size + size > mostSize) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(item);
    this.#size += size;
  }

  /** How many items were lost since it was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Sends what waits; resolves when nothing does, or the outbox is closed. */
  flush(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Sends what waits without any pause, until the receiver fails; what is left then is lost. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.flush();
    this.#lost += this.waiting;
    this.#waiting = [];
    this.#first = undefined;
  }

  async #run(): Promise<void> {
    const { encode, send, pause, random, onSent } = this.#options;
    let next = FIRST_PAUSE_MS;
    for (;;) {
      if (this.#first === undefined) {
        const items = this.#take();
        if (items.length === 0) return;
        try {
          this.#first = { body: encode(items), items: items.length };
        } catch (error) {
          this.#lost += items.length;
          onSent({ kind: "refused", why: String(error) }, items.length);
          continue;
        }
      }
      const first = this.#first;
      const sent = await send(first.body);
      if (sent.kind !== "later") {
        this.#first = undefined;
        if (sent.kind === "refused") this.#lost += first.items;
        next = FIRST_PAUSE_MS;
      }
      onSent(sent, first.items);
      if (sent.kind !== "later") continue;
      if (this.#closing.signal.aborted) return;
      const ms = Math.max(sent.afterMs ?? 0, next * (1 + JITTER * (2 * random() - 1)));
      next = Math.min(next * GROWTH, LONGEST_PAUSE_MS);
      await pause(ms, this.#closing.signal);
    }
  }

  /** The items of the next message. */
  #take(): T[] {
    const { batch, batchSize, sizeOf } = this.#options;
    let [items, size] = [0, 0];
    for (const item of this.#waiting) {
      const more = size + sizeOf(item);
      if (items === batch || (items > 0 && more > batchSize)) break;
      items += 1;
      size = more;
    }
    this.#size -= size;
    return this.#waiting.splice(0, items);
  }
}
