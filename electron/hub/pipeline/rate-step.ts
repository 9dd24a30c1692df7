import { isDeepStrictEqual } from "node:util";
import type { Limit } from "../../../shared/model/limits.ts";
import { SERVER_BUSY } from "../../core/jsonrpc/errors.ts";
import { Limits } from "../../core/limits/limits.ts";
import type { Call, Outcome, Step } from "./call.ts";
import { errorOutcome } from "./outcomes.ts";

/** Keeps calls within the limits of the configuration; without any it costs nothing. Times in milliseconds. */
export function rateStep(configured: () => readonly Limit[], clock: () => number = Date.now): Step {
  let source: readonly Limit[] = [];
  let limits: Limits | undefined;
  const inForce = (): Limits | undefined => {
    const now = configured();
    if (now === source) return limits;
    // What was counted stays, unless the limits are others.
    if (!isDeepStrictEqual(now, source)) limits = now.length === 0 ? undefined : new Limits(now, calendarDay);
    source = now;
    return limits;
  };
  return (call, next) => {
    const limiter = inForce();
    if (limiter === undefined) return next();
    const { client, route, ownKey, target } = call;
    const who = { client: client.name, server: route?.server ?? "", tool: ownKey ?? target.value };
    const admission = limiter.admit(who, call.bytes.length, clock());
    if ("retryAfter" in admission) return overLimit(call, admission.what, admission.retryAfter);
    const outcome = next();
    if (!(outcome instanceof Promise)) {
      admission.end(bytesOf(outcome), clock());
      return outcome;
    }
    outcome.then(
      (settled) => admission.end(bytesOf(settled), clock()),
      () => admission.end(0, clock()),
    );
    return outcome;
  };
}

function overLimit(call: Call, what: string, retryAfter: number): Outcome {
  const message = `Gatehouse did not make this call: ${what} are over the limit that is set there. Try again in ${retryAfter} s.`;
  return errorOutcome(call, SERVER_BUSY, message, { code: "rate_limited", retryAfter }, "denied");
}

const bytesOf = ({ result, error }: Outcome): number => (result ?? error)?.length ?? 0;

/** The person's own calendar day, by the machine's clock. */
function calendarDay(now: number): { day: number; ends: number } {
  const date = new Date(now);
  const day = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const ends = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  return { day, ends };
}
