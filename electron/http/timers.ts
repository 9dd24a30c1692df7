/** Time as the listener uses it; tests hand in their own. Every function returns its disposer. */
export interface Timers {
  /** Runs `tick` again and again; never keeps the process alive. */
  every(milliseconds: number, tick: () => void): () => void;
  /** Runs `run` once; never keeps the process alive. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The real clock. */
export const systemTimers: Timers = {
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds).unref();
    return () => clearInterval(timer);
  },
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

/** The listener's one heartbeat: replies and streams count beats instead of each holding a timer. */
export const PULSE_MILLISECONDS = 5_000;
/** Beats of silence after which a stream gets a comment, and a waiting reply becomes a stream: 15 s at most. */
export const QUIET_PULSES = 3;
