/** Time, as far as the desktop needs it; injected so that tests do not wait. */
export interface DesktopClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs something later; returns what cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}

export const systemClock: DesktopClock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
