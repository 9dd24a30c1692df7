import { randomBytes } from "node:crypto";
import type { Role } from "../../../shared/contract.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { insertRule } from "../config/edit.ts";
import { indexOfRule } from "../rules/rule-ids.ts";
import type { ConfigAccess } from "../state.ts";

/** Who makes a rule by answering, as the file says it. */
const MAKERS: Readonly<Record<Role, string>> = {
  owner: "consent popup",
  operator: "cli",
  viewer: "viewer",
};

/** A rule that is about to be written, with its name and origin. */
export function signed(rule: Rule, maker: string): Rule {
  return {
    id: `r-${randomBytes(5).toString("hex")}`,
    ...rule,
    madeBy: rule.madeBy ?? maker,
    madeAt: rule.madeAt ?? new Date().toISOString(),
  };
}

/**
 * Writes the rule of an answer into gatehouse.json: before the rule that asked, so that it comes to be heard, and after
 * all others where the default did.
 */
export async function saveRule(store: ConfigAccess, rule: Rule, askedBy: string, role: Role): Promise<Rule> {
  const made = signed(rule, MAKERS[role]);
  await store.edit((text) => insertRule(text, made, indexOfRule(store.config.rules, askedBy)));
  return made;
}
