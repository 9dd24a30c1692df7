import type { Link } from "./link.ts";

const TICK_MS = 10_000;
/** A tick that comes this much too late means that the machine slept, in milliseconds. */
const SLEPT_MS = 20_000;

/** Calls `woke` with the time that was lost, after each sleep of the machine, for as long as the link lives. */
export function watchSleep(link: Link, woke: (lostMs: number) => void): void {
  const before = link.now();
  link.after(TICK_MS, () => {
    const lost = link.now() - before - TICK_MS;
    watchSleep(link, woke);
    if (lost > SLEPT_MS) woke(lost);
  });
}
