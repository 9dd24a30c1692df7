import type { Limit } from "../../../shared/model/limits.ts";
import { globMatches } from "../policy/glob.ts";

const MINUTE_MS = 60_000;
/** Bytes that a token stands for, about. */
const BYTES_PER_TOKEN = 4;
const MOST_BUCKETS = 10_000;

/** Who calls what. */
export interface LimitedCall {
  readonly client: string;
  readonly server: string;
  readonly tool: string;
}

/** A call that may not be made now. */
export interface Excess {
  /** "more than 60 calls a minute", and whose. */
  readonly what: string;
  /** After how many seconds it makes sense to try again. */
  readonly retryAfter: number;
}

/** A call that is under way within its limits. Ended exactly once, with the bytes that came back. */
export interface Admission {
  end(bytes: number, now: number): void;
}

/** What is counted for one limit and one client, server and tool that it counts apart. */
interface Bucket {
  readonly limit: Limit;
  readonly whose: string;
  /** Calls that may be made at once; grows again with time. */
  calls: number;
  filledAt: number;
  inFlight: number;
  day: number;
  tokens: number;
}

/**
 * The limits on calls: token buckets for calls a minute, a count of those under way, and estimated tokens a day. Times
 * are milliseconds since the epoch; a day is the one that `dayOf` says (the person's own calendar day).
 */
export class Limits {
  readonly #limits: readonly Limit[];
  readonly #dayOf: (now: number) => { readonly day: number; readonly ends: number };
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: readonly Limit[], dayOf: (now: number) => { day: number; ends: number }) {
    this.#limits = limits;
    this.#dayOf = dayOf;
  }

  /** Admits a call of so many bytes, or says what it would exceed; then nothing is counted. */
  admit(call: LimitedCall, bytes: number, now: number): Admission | Excess {
    const buckets = this.#bucketsOf(call, now);
    for (const bucket of buckets) {
      const excess = this.#excessOf(bucket, now);
      if (excess !== undefined) return excess;
    }
    for (const bucket of buckets) {
      bucket.calls -= 1;
      bucket.inFlight += 1;
      bucket.tokens += bytes / BYTES_PER_TOKEN;
    }
    return {
      end: (answered, at) => {
        for (const bucket of buckets) {
          bucket.inFlight -= 1;
          this.#refill(bucket, at);
          bucket.tokens += answered / BYTES_PER_TOKEN;
        }
      },
    };
  }

  #excessOf(bucket: Bucket, now: number): Excess | undefined {
    const { limit, whose } = bucket;
    const { callsPerMinute, inFlight, tokensPerDay } = limit;
    if (callsPerMinute !== undefined && bucket.calls < 1)
      return {
        what: `more than ${callsPerMinute} calls a minute${whose}`,
        retryAfter: Math.max(1, Math.ceil(((1 - bucket.calls) * 60) / callsPerMinute)),
      };
    if (inFlight !== undefined && bucket.inFlight >= inFlight)
      return { what: `more than ${inFlight} calls under way at once${whose}`, retryAfter: 1 };
    if (tokensPerDay !== undefined && bucket.tokens >= tokensPerDay)
      return {
        what: `more than about ${tokensPerDay} tokens today${whose}`,
        retryAfter: Math.max(1, Math.ceil((this.#dayOf(now).ends - now) / 1_000)),
      };
    return undefined;
  }

  #bucketsOf(call: LimitedCall, now: number): Bucket[] {
    const buckets: Bucket[] = [];
    for (const [index, limit] of this.#limits.entries()) {
      if (!applies(limit, call)) continue;
      const counted = [
        limit.client === undefined ? null : call.client,
        limit.server === undefined ? null : call.server,
        limit.tool === undefined ? null : call.tool,
      ];
      const key = JSON.stringify([index, ...counted]);
      let bucket = this.#buckets.get(key);
      if (bucket === undefined) {
        bucket = newBucket(limit, wordsOf(counted), now, this.#dayOf(now).day);
        if (this.#buckets.size >= MOST_BUCKETS) this.#dropIdle();
        this.#buckets.set(key, bucket);
      }
      this.#refill(bucket, now);
      buckets.push(bucket);
    }
    return buckets;
  }

  #refill(bucket: Bucket, now: number): void {
    const { callsPerMinute } = bucket.limit;
    if (callsPerMinute !== undefined) {
      const passed = Math.max(0, now - bucket.filledAt);
      bucket.calls = Math.min(callsPerMinute, bucket.calls + (passed * callsPerMinute) / MINUTE_MS);
    }
    bucket.filledAt = now;
    const { day } = this.#dayOf(now);
    if (day === bucket.day) return;
    bucket.day = day;
    bucket.tokens = 0;
  }

  /** Frees the memory of what is not under way and counts no day: at worst a minute's calls are forgotten. */
  #dropIdle(): void {
    for (const [key, bucket] of this.#buckets)
      if (bucket.inFlight === 0 && bucket.limit.tokensPerDay === undefined) this.#buckets.delete(key);
  }
}

function applies(limit: Limit, call: LimitedCall): boolean {
  return (
    (limit.client === undefined || globMatches(limit.client, call.client)) &&
    (limit.server === undefined || globMatches(limit.server, call.server)) &&
    (limit.tool === undefined || globMatches(limit.tool, call.tool))
  );
}

function newBucket(limit: Limit, whose: string, now: number, day: number): Bucket {
  const calls = limit.callsPerMinute ?? 0;
  return { limit, whose, calls, filledAt: now, inFlight: 0, day, tokens: 0 };
}

function wordsOf([client, server, tool]: readonly (string | null | undefined)[]): string {
  const parts = [
    ...(tool == null ? [] : [`of ${tool}`]),
    ...(server == null ? [] : [`on ${server}`]),
    ...(client == null ? [] : [`by ${client}`]),
  ];
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}
