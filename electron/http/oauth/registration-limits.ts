/** So many in so long a time, in milliseconds. */
interface Bound {
  readonly most: number;
  readonly within: number;
}

const MINUTE = 60_000;
/** An editor registers anew for each address of the hub that it is given, all at its start. */
const PER_PROCESS: readonly Bound[] = [
  { most: 30, within: MINUTE },
  { most: 120, within: 60 * MINUTE },
];
const OVERALL: readonly Bound[] = [
  { most: 60, within: MINUTE },
  { most: 300, within: 60 * MINUTE },
];

/** How often clients may register: anybody who reaches the port can, without being anybody yet. */
export class RegistrationLimits {
  readonly #times = new Map<string, number[]>();

  /**
   * Counts one attempt of a process (null: the system does not tell which; these share one count). Returns how many
   * seconds to wait when it is one too many, and then does not count it.
   */
  admit(pid: number | null, now: number): number | undefined {
    const longest = 60 * MINUTE;
    for (const [key, times] of this.#times) {
      const recent = times.filter((at) => at > now - longest);
      if (recent.length === 0) this.#times.delete(key);
      else this.#times.set(key, recent);
    }
    const own = this.#times.get(String(pid)) ?? [];
    const wait = Math.max(
      waitFor(own, PER_PROCESS, now),
      waitFor([...this.#times.values()].flat(), OVERALL, now),
    );
    if (wait > 0) return Math.ceil(wait / 1_000);
    this.#times.set(String(pid), [...own, now]);
    return undefined;
  }
}

/** Milliseconds until another one is within all bounds. */
function waitFor(times: readonly number[], bounds: readonly Bound[], now: number): number {
  return Math.max(
    0,
    ...bounds.map(({ most, within }) => {
      const recent = times.filter((at) => at > now - within).sort((a, b) => a - b);
      const oldest = recent.at(-most);
      return oldest === undefined ? 0 : oldest + within - now;
    }),
  );
}
