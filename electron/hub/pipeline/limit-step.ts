import { PAUSED, SERVER_BUSY } from "../../core/jsonrpc/errors.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { errorOutcome } from "./outcomes.ts";

/** Most requests one session may have under way at once. */
const MAX_IN_FLIGHT = 1_000;
/** Most bytes of requests under way in the whole hub. */
const MAX_BYTES_IN_FLIGHT = 512 * 1024 * 1024;

/** The person has paused everything. */
export const pausedOutcome = (call: Call): Outcome =>
  errorOutcome(
    call,
    PAUSED,
    "Calls are paused in Gatehouse. Resume them there.",
    { code: "paused" },
    "denied",
  );

/** Refuses while calls are paused, and what would be too much at once. */
export function limitStep(state: { paused: () => boolean }): Step {
  let bytesInFlight = 0;
  return (call, next) => {
    if (state.paused()) return pausedOutcome(call);
    if (call.session.runningCount > MAX_IN_FLIGHT)
      return errorOutcome(
        call,
        SERVER_BUSY,
        `more than ${MAX_IN_FLIGHT} requests of this session are under way`,
        { code: "too_many_requests" },
      );
    if (bytesInFlight + call.bytes.length > MAX_BYTES_IN_FLIGHT)
      return errorOutcome(call, SERVER_BUSY, "too many bytes of requests are under way; try again soon", {
        code: "too_many_bytes",
      });
    // A person may edit the arguments meanwhile: what was added is what is taken off.
    const bytes = call.bytes.length;
    bytesInFlight += bytes;
    const outcome = next();
    if (!(outcome instanceof Promise)) {
      bytesInFlight -= bytes;
      return outcome;
    }
    const over = (): void => {
      bytesInFlight -= bytes;
    };
    outcome.then(over, over);
    return outcome;
  };
}
