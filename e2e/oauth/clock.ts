import type { AuthClock } from "../../electron/hub/upstream-auth/clock.ts";

/** A clock that the test turns: timers run when their time is passed over, in order. */
export class TestClock implements AuthClock {
  #now = Date.now();
  readonly #timers = new Map<symbol, { readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, action: () => void): () => void {
    const key = Symbol("timer");
    this.#timers.set(key, { at: this.#now + milliseconds, action });
    return () => this.#timers.delete(key);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves on, running what falls due, but leaving what that arms for the next time. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#timers].filter(([, { at }]) => at <= this.#now).sort(([, a], [, b]) => a.at - b.at);
    for (const [key, { action }] of due) if (this.#timers.delete(key)) action();
  }

  /** Moves on without running anything: a machine that sleeps. */
  skip(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
