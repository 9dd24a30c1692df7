import { UnderWayByKey } from "../collections/under-way.ts";
import type { Span } from "./envelope.ts";

/** Digits of an id that is certainly within 2^53. */
const MOST_DIGITS = 15;

/** Ids of given-up requests that are remembered for their late answers. */
const REMEMBERED = 1_000;

/**
 * What an answer is that no pending request waits for: the late one of a request that was given up (expected where that
 * end is answered by the protocol), a further one of a request that has been answered (or was given up long ago), or one
 * to an id that was never minted.
 */
export type Unasked = "late" | "expected" | "twice" | "unknown";

/** The requests sent to one peer and not yet answered, by the integer ids that are minted here, from 1 on. */
export class PendingRequests<T> {
  readonly #entries = new UnderWayByKey<number, T>();
  /** What was given up lately, oldest first. */
  readonly #givenUp = new Map<number, "late" | "expected">();
  #lastId = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Remembers a request and mints its id, which is never used again. */
  add(entry: T): number {
    this.#entries.add(++this.#lastId, entry);
    return this.#lastId;
  }

  /** The request with this id, which is then no longer pending; undefined if there is none. */
  take(id: number): T | undefined {
    return this.#entries.take(id);
  }

  /** `take` by who wants no answer any more: one that comes all the same is late, and no fault. */
  giveUp(id: number, then: "late" | "expected" = "late"): T | undefined {
    const entry = this.#entries.take(id);
    if (entry === undefined) return undefined;
    this.#givenUp.set(id, then);
    for (const oldest of this.#givenUp.keys()) {
      if (this.#givenUp.size <= REMEMBERED) break;
      this.#givenUp.delete(oldest);
    }
    return entry;
  }

  /** What an answer is that `takeRaw` has found no request for. A late one is late only once. */
  judge(bytes: Uint8Array, span: Span | undefined): Unasked {
    const id = span === undefined ? undefined : rawInteger(bytes, span);
    if (id === undefined || id < 1 || id > this.#lastId) return "unknown";
    const then = this.#givenUp.get(id);
    this.#givenUp.delete(id);
    return then ?? "twice";
  }

  /** `take` by an answer's raw id token. Any spelling but the very integer that was sent is of nobody's request. */
  takeRaw(bytes: Uint8Array, span: Span): T | undefined {
    const id = rawInteger(bytes, span);
    return id === undefined ? undefined : this.take(id);
  }

  /** The request that a raw id token names, which stays pending (a progress token, say); undefined if there is none. */
  peekRaw(bytes: Uint8Array, span: Span): T | undefined {
    const id = rawInteger(bytes, span);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  /** All that are pending, oldest first; none is afterwards. */
  drain(): T[] {
    const entries = this.#entries.all().sort((a, b) => a.key - b.key);
    for (const { key } of entries) this.#entries.take(key);
    return entries.map(({ value }) => value);
  }
}

function rawInteger(bytes: Uint8Array, { start, end }: Span): number | undefined {
  if (end <= start || end - start > MOST_DIGITS || bytes[start] === 0x30) return undefined;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
