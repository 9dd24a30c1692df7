import type { Rule } from "../../../shared/model/config.ts";
import { globMatches } from "./glob.ts";

/** What a rule may look at. */
export interface PolicyCall {
  /** The client's registered name; "" for an anonymous caller. */
  readonly client: string;
  readonly profile: string;
  readonly server: string;
  readonly method: string;
  /** The tool's own name at its server, never the prefixed one. */
  readonly tool: string;
}

export interface Decision {
  readonly decision: "allow" | "ask" | "deny";
  /** Names what decided, for the log and for the person: "rules[2]" or "consent.default". */
  readonly by: string;
}

/**
 * The first rule that matches decides; where none does, the default. Conditions on arguments are not evaluated yet:
 * a rule that carries any is read so that it never allows too much — an allow or ask does not match, a deny does.
 */
export function decide(rules: readonly Rule[], fallback: Decision["decision"], call: PolicyCall): Decision {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule === undefined || !matches(rule, call)) continue;
    if (rule.args !== undefined && rule.args.length > 0 && rule.decision !== "deny") continue;
    return { decision: rule.decision, by: `rules[${i}]` };
  }
  return { decision: fallback, by: "consent.default" };
}

function matches(rule: Rule, call: PolicyCall): boolean {
  return (
    (rule.server === undefined || globMatches(rule.server, call.server)) &&
    (rule.tool === undefined || globMatches(rule.tool, call.tool)) &&
    (rule.client === undefined || globMatches(rule.client, call.client)) &&
    (rule.method === undefined || globMatches(rule.method, call.method)) &&
    (rule.profile === undefined || globMatches(rule.profile, call.profile))
  );
}
