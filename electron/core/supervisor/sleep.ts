/** How often the clock is looked at, in milliseconds. */
const TICK_MS = 10_000;
/** A look that comes this much too late means that the machine slept, in milliseconds. */
const SLEPT_MS = 20_000;

/** A clock that goes on while the machine sleeps, and timers, which do not. Milliseconds throughout. */
export interface SleepClock {
  now(): number;
  /** Calls `action` once after a time; returns a disposer that cancels it. */
  after(milliseconds: number, action: () => void): () => void;
}

/**
 * Calls `woke` with the time that was lost, in milliseconds, after each sleep of the machine; returns a disposer. A clock
 * that is set forward looks the same, and what is done about it does no harm then.
 */
export function watchSleep(clock: SleepClock, woke: (lostMs: number) => void): () => void {
  let cancel = (): void => {};
  const look = (): void => {
    const before = clock.now();
    cancel = clock.after(TICK_MS, () => {
      const lost = clock.now() - before - TICK_MS;
      look();
      if (lost > SLEPT_MS) woke(lost);
    });
  };
  look();
  return () => cancel();
}
