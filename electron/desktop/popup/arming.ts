import { QUIET_MS } from "../../../shared/popup.ts";

/** Tells whether input counts: not until half a second has gone by since the last disturbance. */
export interface Arming {
  /** The window was opened or focused, or shows something else: input is ignored anew. */
  disturb(): void;
  /** Grows with every disturbance. */
  readonly epoch: number;
  /** For how much longer input is ignored, in milliseconds; 0 when it counts. */
  remainingMs(): number;
}

/** `now` must be a clock that never goes back, in milliseconds. */
export function createArming(now: () => number, quietMs: number = QUIET_MS): Arming {
  let epoch = 0;
  let from = now() + quietMs;
  return {
    disturb() {
      epoch += 1;
      from = now() + quietMs;
    },
    get epoch() {
      return epoch;
    },
    remainingMs: () => Math.max(0, from - now()),
  };
}
