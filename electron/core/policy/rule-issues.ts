import type { Rule } from "../../../shared/model/rule.ts";
import { compileCondition } from "./conditions.ts";

/** What is wrong with a rule that its schema cannot see: where in the rule, and a sentence that follows its name. */
export interface RuleIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Regular expressions and patterns of hosts that cannot be used; [] for a rule that can. */
export function ruleIssues(rule: Pick<Rule, "args">): RuleIssue[] {
  return (rule.args ?? []).flatMap((source, index) => {
    const condition = compileCondition(source);
    return "judge" in condition ? [] : [{ path: ["args", index, condition.key], message: condition.message }];
  });
}
