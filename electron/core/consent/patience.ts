/** A client's own limit is not believed below this, in milliseconds: people cancel too. */
const FLOOR_MS = 10_000;
/** Two calls given up after the same time, within this, were given up by a timer, in milliseconds. */
const SAME_MS = 750;
/** How long before a client gives up it should have its answer, in milliseconds. */
const AHEAD_MS = 5_000;
const KEPT_SAMPLES = 5;

interface Learning {
  samples: number[];
  limit: number | undefined;
}

/**
 * How long each client waits for an answer before it gives up, learnt from the calls that it has given up: a person
 * cancels at any time, a timer always after the same.
 */
export class Patience {
  readonly #clients = new Map<string, Learning>();

  /** A client has given up a call that was this old, in milliseconds. */
  gaveUp(client: string, afterMs: number): void {
    if (afterMs < FLOOR_MS) return;
    const learning = this.#clients.get(client) ?? { samples: [], limit: undefined };
    this.#clients.set(client, learning);
    const same = learning.samples.find((sample) => Math.abs(sample - afterMs) <= SAME_MS);
    if (same !== undefined) learning.limit = Math.min(same, afterMs);
    learning.samples.push(afterMs);
    if (learning.samples.length > KEPT_SAMPLES) learning.samples.shift();
  }

  /** A client has taken an answer that came after this time, in milliseconds: it waits longer than was thought. */
  waited(client: string, ms: number): void {
    const learning = this.#clients.get(client);
    if (learning?.limit !== undefined && ms > learning.limit + SAME_MS) this.#clients.delete(client);
  }

  /** How long to wait for a person, in milliseconds: as configured, or less where the client would not wait so long. */
  deadlineOf(client: string, configuredMs: number): number {
    const limit = this.#clients.get(client)?.limit;
    return limit === undefined ? configuredMs : Math.min(configuredMs, limit - AHEAD_MS);
  }

  forget(client: string): void {
    this.#clients.delete(client);
  }
}
