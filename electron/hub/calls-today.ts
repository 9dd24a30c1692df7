/** Calls per server since local midnight, counted in memory after one look into the log. */
export class CallsToday {
  readonly #countSince: (since: number) => ReadonlyMap<string, number>;
  #counts = new Map<string, number>();
  #day = Number.NaN;

  constructor(countSince: (since: number) => ReadonlyMap<string, number>) {
    this.#countSince = countSince;
  }

  /** Counts a call that has just been committed. */
  add(server: string, now: number): void {
    // A fresh look into the log has the call already.
    if (this.#roll(now)) return;
    this.#counts.set(server, (this.#counts.get(server) ?? 0) + 1);
  }

  of(server: string, now = Date.now()): number {
    this.#roll(now);
    return this.#counts.get(server) ?? 0;
  }

  #roll(now: number): boolean {
    if (now < this.#day + 24 * 3_600_000 && now >= this.#day) return false;
    const midnight = new Date(now).setHours(0, 0, 0, 0);
    this.#counts = new Map(this.#countSince(midnight));
    this.#day = midnight;
    return true;
  }
}
