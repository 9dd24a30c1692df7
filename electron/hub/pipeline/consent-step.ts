import type { Config } from "../../../shared/model/config.ts";
import { DENIED } from "../../core/jsonrpc/errors.ts";
import { decide } from "../../core/policy/decide.ts";
import type { Step } from "./call.ts";
import { deniedOutcome, errorOutcome } from "./outcomes.ts";

/**
 * Rules and the default decide. Asking a person needs a window that this version does not have: it denies and says so.
 * The default "ask" is about tool calls: what a person or an app picks by itself (prompts, resources) passes, unless a
 * rule or the default denies it.
 */
export function consentStep(config: () => Pick<Config, "rules" | "consent">): Step {
  return (call, next) => {
    const { rules, consent } = config();
    const isTool = call.target.space === "tools";
    // A task is judged as its tool is.
    const isTask = call.target.space === "tasks";
    const server = call.route?.server ?? "";
    const what = (isTask ? call.route?.key : call.ownKey) ?? "";
    const fallback = !isTool && consent.default === "ask" ? "allow" : consent.default;
    const { decision, by } = decide(rules, fallback, {
      client: call.client.id === null ? "" : call.client.name,
      profile: call.profile ?? "",
      server,
      method: call.method,
      tool: isTool || isTask ? what : "",
    });
    call.rule = by;
    // About a task's call the person was asked when it was made: what follows may be denied, but is not asked again.
    if (decision === "allow" || (isTask && decision === "ask")) return next();
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
