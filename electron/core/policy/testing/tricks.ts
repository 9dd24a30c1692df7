import { expect } from "vitest";
import type { PolicyFacts } from "../call.ts";
import { compileRules } from "../compile.ts";
import { allow, callOf, deny, factsOf } from "./policy-kit.ts";

/**
 * Each row is a path or URL that somebody may smuggle past a rule, with what becomes of it under an allow and under a
 * deny for the same folder or host, and why. "ask": it cannot be told, so that the person is asked.
 */
export type TrickRow = [
  trick: string,
  value: unknown,
  allowed: "allow" | "ask" | "no",
  denied: "deny" | "no",
  why: RegExp,
  facts?: Parameters<typeof factsOf>[0],
];

/** Holds a row against an allow and a deny with the same condition. */
export function expectTrick(condition: { under: string } | { host: string }, row: TrickRow): void {
  const [, value, allowed, denied, why, change] = row;
  const facts: PolicyFacts = factsOf(change);
  const args = [{ path: "/v", ...condition }];
  const call = callOf({ args: { v: value } });
  const allowing = compileRules([allow({ args })]);
  const { decision } = allowing.decide(call, facts, "deny");
  // What cannot be told holds nothing back from a later deny, and lets no later allow pass.
  const asks = compileRules([allow({ args }), allow()]).decide(call, facts, "allow").decision;
  const found = decision === "allow" ? "allow" : asks === "ask" ? "ask" : "no";
  const denying = compileRules([deny({ args })]);
  const deniedIt = denying.decide(call, facts, "allow").decision === "deny";
  expect({ allowed: found, denied: deniedIt ? "deny" : "no" }).toEqual({ allowed, denied });
  const reasons = [allowing, denying].map((policy) => policy.explain(call, facts, "ask").steps[0]?.why ?? "");
  expect(reasons.join("\n")).toMatch(why);
}
