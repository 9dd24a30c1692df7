/** A gap between two readings that is longer than this, in milliseconds, was sleep of the machine. */
const LONGEST_GAP_MS = 5_000;
/** What such a gap counts as, in milliseconds: about the time between two readings. */
const COUNTED_MS = 1_000;

/**
 * Milliseconds that the machine was awake, from readings of a clock that may or may not stand still while it sleeps. A
 * deadline counted in them does not pass while the lid is closed. It has to be read at least every few seconds while a
 * time is measured.
 */
export class AwakeClock {
  #awake = 0;
  #last: number | undefined;

  /** The awake time at this reading of the clock, in milliseconds since the first one; never runs backwards. */
  at(reading: number): number {
    const gap = this.#last === undefined ? 0 : reading - this.#last;
    this.#last = reading;
    if (gap > 0) this.#awake += gap > LONGEST_GAP_MS ? COUNTED_MS : gap;
    return this.#awake;
  }

  /** Nothing is being measured: the time until the next reading is not counted. */
  rest(): void {
    this.#last = undefined;
  }
}
