/**
 * The guard: a tiny process beside the hub, in a session of its own, whose stdin is the hub's lifeline. When that
 * ends, by whatever signal the hub died, everything that the hub has started is ended, and then the guard.
 */
import { systemClock } from "../clock.ts";
import { cleanUpAfter } from "./guard-duty.ts";
import { GuardState } from "./guard-protocol.ts";
import { currentSystem } from "./process-system.ts";

// It must outlive the hub: what tells the hub to go (a logout, a `kill` of both) must not make it go first.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const state = new GuardState();
let ended = false;
const onEnd = (): void => {
  if (ended) return;
  ended = true;
  cleanUpAfter(state, currentSystem(), systemClock).then(
    (left) => process.exit(left.length === 0 ? 0 : 1),
    () => process.exit(1),
  );
};
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => state.read(text));
process.stdin.on("end", onEnd);
process.stdin.on("error", onEnd);
process.stdin.on("close", onEnd);
