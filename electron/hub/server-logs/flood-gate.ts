/** What a server may write at once, and for good: lines, and their characters, a second. */
const BURST = { lines: 2_000, characters: 2_000_000 };
const STEADY = { lines: 400, characters: 400_000 };

/** Lets through what a person could make sense of, and counts what a flood brings beyond it. Times in milliseconds. */
export class FloodGate {
  #lines = BURST.lines;
  #characters = BURST.characters;
  #filledAt: number | undefined;
  #dropped = 0;

  /** Whether a line of so many characters is kept; else it is counted. */
  admit(characters: number, now: number): boolean {
    const seconds = Math.max(0, now - (this.#filledAt ?? now)) / 1_000;
    this.#filledAt = now;
    this.#lines = Math.min(BURST.lines, this.#lines + seconds * STEADY.lines);
    this.#characters = Math.min(BURST.characters, this.#characters + seconds * STEADY.characters);
    if (this.#lines < 1 || this.#characters < characters) {
      this.#dropped += 1;
      return false;
    }
    this.#lines -= 1;
    this.#characters -= characters;
    return true;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** How many lines were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
