/** What is counted by things that come and go by one name, as counters that never fall. */
export class Totals {
  readonly #known = new Map<string, { before: number; last: number }>();

  /** The total of a name, whose present thing counts `now`: less than the last time means that it is another one. */
  of(name: string, now: number): number {
    const known = this.#known.get(name) ?? { before: 0, last: 0 };
    this.#known.set(name, known);
    if (now < known.last) known.before += known.last;
    known.last = now;
    return known.before + now;
  }
}
