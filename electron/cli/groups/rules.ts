import { addRule, listRules, removeRule } from "../commands/rules.ts";
import type { Group, Json } from "./group.ts";
import { count } from "./option-values.ts";

/** Adds `gatehouse rule`. */
export function addRuleCommands({ program, context, jsonOption }: Group): void {
  const rule = program.command("rule").description("list, add and remove the rules about calls");
  rule
    .command("list")
    .description("show the rules in their order; the first that matches decides")
    .addOption(jsonOption())
    .action((options: Json) => listRules(context(), options));
  rule
    .command("add")
    .description("add a rule after all others")
    .argument("<rule>", "as JSON, in the form of gatehouse.json")
    .option("--at <number>", "at this place instead, from 1", count)
    .addOption(jsonOption())
    .action((text: string, options: Json & { at?: number }) => addRule(context(), text, options));
  rule
    .command("remove")
    .description("remove a rule")
    .argument("<id>", "as `gatehouse rule list` shows it")
    .addOption(jsonOption())
    .action((id: string, options: Json) => removeRule(context(), id, options));
}
