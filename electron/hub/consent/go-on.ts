import type { Given } from "../control/questions.ts";
import type { Outcome } from "../pipeline/call.ts";
import { exactHash, shownArguments, shownText, withArguments } from "./asked-call.ts";
import type { ConsentDeps } from "./deps.ts";
import { changedMeanwhile } from "./texts.ts";
import type { Waiter } from "./waiter.ts";

/** Arguments of the original that the audit keeps of an edited call, in characters. */
const NOTED_CHARACTERS = 4_000;

/** Lets a call go on that was allowed, unless it, the rules or its server have become others meanwhile. */
export function goOn(
  { call, next, hash, changed }: Waiter,
  given: Given,
  deps: Pick<ConsentDeps, "audit" | "obstacle" | "policy">,
): Outcome | Promise<Outcome> {
  if (exactHash(call) !== hash || changed() !== undefined) return changedMeanwhile(call);
  if (given.arguments !== undefined) {
    const edited = withArguments(call, given.arguments);
    if (typeof edited === "string") return changedMeanwhile(call);
    call.original = { bytes: call.bytes, envelope: call.envelope };
    const before = shownText(shownArguments(call)).slice(0, NOTED_CHARACTERS);
    Object.assign(call, edited);
    deps.audit("call.edited", `${call.ownKey ?? call.target.value}: instead of ${before}`, given);
  }
  const ruling = deps.policy.rule(call);
  const obstacle = deps.obstacle(call, ruling, given.arguments !== undefined);
  if (obstacle !== undefined) return obstacle;
  call.approved = exactHash(call);
  call.recheck = ruling.changed;
  deps.policy.sent(call);
  return next();
}
