/** Milliseconds before try number `attempt` (from 0): doubling from 250 ms to 15 s, spread by ±20 % (`random` in [0, 1)). */
export function restartDelay(attempt: number, random: number): number {
  const base = Math.min(15_000, 250 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.8 + 0.4 * random));
}
