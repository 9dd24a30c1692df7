import { type SleepClock, watchSleep } from "../../core/supervisor/sleep.ts";
import type { Log } from "../log.ts";
import type { ServerRegistry } from "./registry.ts";

const machineClock: SleepClock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

/** Has the servers show that they live after each sleep of the machine; returns the disposer. */
export function watchMachineSleep(
  clock: SleepClock | undefined,
  servers: Pick<ServerRegistry, "woke">,
  log: Log,
): () => void {
  return watchSleep(clock ?? machineClock, (lostMs) => {
    log(
      "info",
      `the machine has slept for about ${Math.round(lostMs / 1_000)} s: its servers are asked whether they live`,
    );
    servers.woke();
  });
}
