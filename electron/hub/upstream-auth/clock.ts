/** Time as sign-ins see it, so that tests can own it. Milliseconds throughout. */
export interface AuthClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once after `milliseconds`; returns a disposer that cancels it. Keeps no process alive. */
  after(milliseconds: number, action: () => void): () => void;
}

/** Longest delay that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemAuthClock: AuthClock = {
  now: () => Date.now(),
  after(milliseconds, action) {
    const timer = setTimeout(action, Math.min(milliseconds, LONGEST_MS)).unref();
    return () => clearTimeout(timer);
  },
};
