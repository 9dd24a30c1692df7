/**
 * The hub's last moments: no new call is taken, and those under way may finish, as may the questions that hold them or
 * a client that pairs, for as long as the drain lasts.
 */
export interface Drainage {
  /** Calls that are under way, those that wait for a person among them. */
  readonly calls: number;
  /** Of these, and of clients that pair: what waits for a person. */
  readonly questions: number;
}

/** What a drain looks at, and whom it tells. */
export interface DrainDeps {
  readonly look: () => Drainage;
  /** Told at the start and whenever the numbers have changed. `until` is in milliseconds since the epoch. */
  readonly changed: (left: Drainage, until: number) => void;
  readonly now?: () => number;
}

/** How often it is looked whether all is done, in milliseconds. */
const STEP_MS = 50;

/** One drain: begun once; ended by everything being done, by its time, or by somebody who has no patience. */
export class Drain {
  readonly #deps: DrainDeps;
  readonly #now: () => number;
  #until: number | undefined;
  #look: (() => void) | undefined;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  get begun(): boolean {
    return this.#until !== undefined;
  }

  /** Resolves when nothing is under way any more, or after `milliseconds`. */
  begin(milliseconds: number): Promise<void> {
    this.#until = this.#now() + milliseconds;
    return new Promise((resolve) => {
      let told = "";
      const timer = setInterval(() => this.#look?.(), STEP_MS);
      this.#look = () => {
        const left = this.#deps.look();
        const until = this.#until ?? 0;
        if ((left.calls === 0 && left.questions === 0) || this.#now() >= until) {
          clearInterval(timer);
          this.#look = undefined;
          return resolve();
        }
        const state = JSON.stringify([left, until]);
        if (state === told) return;
        told = state;
        this.#deps.changed(left, until);
      };
      this.#look();
    });
  }

  /** Waits for `milliseconds` more at most. A drain is never made longer. */
  hasten(milliseconds: number): void {
    if (this.#until === undefined) return;
    this.#until = Math.min(this.#until, this.#now() + milliseconds);
    this.#look?.();
  }
}
