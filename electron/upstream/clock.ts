/** Time as the upstream adapter sees it, so that tests can own it. Milliseconds throughout. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once after `milliseconds`; returns a disposer that cancels it. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after a time on the given clock. */
export const sleep = (clock: Clock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });

/** Where the adapter reports what is nobody's event: a guard that died, a process that would not end. */
export type Log = (level: "info" | "warn" | "error", message: string) => void;
