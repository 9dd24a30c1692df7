import { expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import { indexOfRule, ruleIds } from "./rule-ids.ts";

const written: Rule = { id: "mine", server: "a", decision: "allow" };
const bare: Rule = { server: "b", tool: "t", decision: "deny" };

it("a rule without an id is named by what it says, wherever it stands and in whichever order it was written", () => {
  const [first, name] = ruleIds([written, bare]);
  expect([first, name]).toEqual(["mine", expect.stringMatching(/^h-[0-9a-f]{10}$/)]);
  expect(ruleIds([{ decision: "deny", tool: "t", server: "b" }, written])).toEqual([name, "mine"]);
  expect(ruleIds([{ ...bare, tool: "other" }])).not.toEqual([name]);
});

it("rules that say the same have names of their own", () => {
  const names = ruleIds([bare, bare, bare]);
  expect(new Set(names).size).toBe(3);
});

it("what decided is found by its place or its name", () => {
  const rules = [written, bare];
  expect(
    ["rules[1]", "mine", ruleIds(rules)[1] ?? "", "rules[7]", "consent.default"].map((by) =>
      indexOfRule(rules, by),
    ),
  ).toEqual([1, 0, 1, undefined, undefined]);
});
