import { DENIED } from "../../core/jsonrpc/errors.ts";
import type { PolicyService } from "../policy/policy-service.ts";
import type { Step } from "./call.ts";
import { deniedOutcome, errorOutcome } from "./outcomes.ts";

/**
 * Rules and the default decide (hub/policy). Asking a person needs a window that this version does not have: it denies
 * and says so.
 */
export function consentStep(policy: Pick<PolicyService, "rule" | "sent">): Step {
  return (call, next) => {
    const ruling = policy.rule(call);
    const { decision, by } = ruling.decision;
    const isTool = call.target.space === "tools";
    // A task is judged as its tool is.
    const isTask = call.target.space === "tasks";
    const server = call.route?.server ?? "";
    const what = (isTask ? call.route?.key : call.ownKey) ?? "";
    call.rule = by;
    // About a task's call the person was asked when it was made: what follows may be denied, but is not asked again.
    if (decision === "allow" || (isTask && decision === "ask")) {
      call.recheck = ruling.changed;
      policy.sent(call);
      return next();
    }
    const asked = decision === "ask" ? askText(server, what, by, isTool) : undefined;
    const text = asked ?? `Gatehouse denied this call of ${what} on ${server} (${by}). Do not retry it.`;
    return isTool
      ? deniedOutcome(call, text)
      : errorOutcome(call, DENIED, text, { code: "denied" }, "denied");
  };
}

function askText(server: string, what: string, by: string, isTool: boolean): string {
  const rule = isTool ? { server, tool: what, decision: "allow" } : { server, decision: "allow" };
  return (
    `Gatehouse denied this call of ${what} on ${server}: ${by} says to ask the person, and this version cannot ask yet. ` +
    `The person can allow it with a rule in gatehouse.json, such as ${JSON.stringify(rule)}.`
  );
}
