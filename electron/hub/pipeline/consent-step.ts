import type { Consent } from "../consent/consent.ts";
import { deniedByRule } from "../consent/texts.ts";
import type { PolicyService } from "../policy/policy-service.ts";
import type { RuleUses } from "../rules/rule-uses.ts";
import type { Step } from "./call.ts";

/** Rules and the default decide (hub/policy), and where they say to ask, a person does (hub/consent). */
export function consentStep(
  policy: Pick<PolicyService, "rule" | "sent">,
  consent: Pick<Consent, "ask">,
  uses: Pick<RuleUses, "decided">,
): Step {
  return (call, next) => {
    const ruling = policy.rule(call);
    const { decision, by } = ruling.decision;
    // A rule's place changes with every edit above it: years later its name still tells which one it was.
    const rule = uses.decided(ruling.decision, call.startedAt);
    call.rule = rule === undefined ? by : `${by} ${rule}`;
    // About a task's call the person was asked when it was made: what follows may be denied, but is not asked again.
    if (decision === "allow" || (decision === "ask" && call.target.space === "tasks")) {
      call.recheck = ruling.changed;
      policy.sent(call);
      return next();
    }
    return decision === "deny" ? deniedByRule(call, ruling.decision) : consent.ask(call, ruling, next);
  };
}
