/** Calls after which the pace is looked at, and milliseconds within which so many are thick. */
const looked = 256;
const quick = 512;

/** Notices when calls begin to come thick (some 500 a second), and when they do so no longer. A call costs one sum. */
export class CallPace {
  readonly #changed: (thick: boolean) => void;
  readonly #now: () => number;
  #count = 0;
  #since = Number.NEGATIVE_INFINITY;
  #thick = false;

  /** `now` is in milliseconds, from any beginning. */
  constructor(changed: (thick: boolean) => void, now = () => performance.now()) {
    this.#changed = changed;
    this.#now = now;
  }

  call(): void {
    this.#count += 1;
    if (this.#count < looked) return;
    this.#count = 0;
    const now = this.#now();
    const thick = now - this.#since < quick;
    this.#since = now;
    if (thick === this.#thick) return;
    this.#thick = thick;
    this.#changed(thick);
  }
}
