import { type CallLimit, dueAt } from "../../core/supervisor/deadline.ts";

/** What has become of a call whose time is up. */
export interface Expired {
  /** Which bound it has met. */
  readonly by: "limit" | "ceiling";
  /** False: its server was not ready for it. */
  readonly sent: boolean;
}

/**
 * The time that a call may take, running from when it is made. While somebody is asked something on its behalf it stands
 * still. A call that makes progress costs no timer each time: when the timer fires it looks whether it is due.
 */
export class CallDeadline {
  readonly #limit: CallLimit;
  /** performance.now() when the call was sent; 0 while it was not. */
  readonly #sentAt: () => number;
  readonly #expired: (expired: Expired) => void;
  readonly #handedOver: number;
  #sent: number | undefined;
  #progress: number | undefined;
  /** Milliseconds that were spent waiting for people. */
  #held = 0;
  #holds = 0;
  #holdsSince = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: CallLimit, sentAt: () => number, expired: (expired: Expired) => void) {
    this.#limit = limit;
    this.#sentAt = sentAt;
    this.#expired = expired;
    this.#handedOver = performance.now();
    this.#arm(this.#handedOver);
  }

  /** The server tells of progress. */
  progressed(): void {
    this.#progress = this.#now();
  }

  /** Somebody is asked something; returns what says, once, that this is over. */
  hold(): () => void {
    this.#look();
    this.#holds += 1;
    if (this.#holds === 1) {
      this.#holdsSince = performance.now();
      clearTimeout(this.#timer);
    }
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#holds -= 1;
      if (this.#holds > 0) return;
      this.#held += performance.now() - this.#holdsSince;
      this.#arm(this.#now());
    };
  }

  /** The call is over. */
  end(): void {
    clearTimeout(this.#timer);
    // Nothing arms it again.
    this.#holds = Number.POSITIVE_INFINITY;
  }

  /** The time as the call counts it: without what people took. */
  #now(): number {
    const now = performance.now();
    return now - this.#held - (this.#holds > 0 ? now - this.#holdsSince : 0);
  }

  #look(): void {
    const sentAt = this.#sentAt();
    if (sentAt > 0) this.#sent ??= sentAt - this.#held;
  }

  #arm(now: number): void {
    if (this.#holds > 0) return;
    const due = dueAt(this.#limit, this.#course);
    // A ceiling alone counts from a send that is still to come.
    const at = due?.at ?? now + this.#limit.ceilingMs;
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(at - now)));
  }

  #fire(): void {
    this.#look();
    const due = dueAt(this.#limit, this.#course);
    const now = this.#now();
    if (due !== undefined && due.at <= now) this.#expired({ by: due.by, sent: this.#sent !== undefined });
    else this.#arm(now);
  }

  get #course() {
    return { handedOver: this.#handedOver, sent: this.#sent, progress: this.#progress };
  }
}

/** Stops the clocks of these calls while somebody is asked something on their behalf; what is returned lets them go on. */
export function holdDeadlines(calls: Iterable<{ readonly deadline: CallDeadline | undefined }>): () => void {
  const releases = [...calls].flatMap(({ deadline }) => deadline?.hold() ?? []);
  return () => {
    for (const release of releases) release();
  };
}
