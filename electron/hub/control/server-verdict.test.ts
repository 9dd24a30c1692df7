import { expect, test } from "vitest";
import { type Rule, trustRule } from "../../../shared/model/config.ts";
import { serverVerdict } from "./server-verdict.ts";

const verdict = (...rules: Rule[]) =>
  serverVerdict({ rules, consent: { default: "ask", timeoutSeconds: 50, newTools: "hold" } }, "files");

test.each<[string, Rule[], object]>([
  ["no rule", [], { decision: "ask", by: "consent.default" }],
  [
    "a rule for another server",
    [{ server: "other", decision: "allow" }],
    { decision: "ask", by: "consent.default" },
  ],
  [
    "rules for a tool, a client, a profile and an argument",
    [
      { server: "files", tool: "read_*", decision: "allow" },
      { server: "files", client: "cursor", decision: "allow" },
      { profile: "work", decision: "allow" },
      { args: [{ path: "/x" }], decision: "deny" },
    ],
    { decision: "ask", by: "consent.default" },
  ],
  [
    "a narrow rule and then the rule that trusts it",
    [{ tool: "delete_*", decision: "deny" }, trustRule("files")],
    { decision: "allow", by: "rules[1]" },
  ],
  [
    "a rule of stars",
    [{ server: "f*", tool: "*", client: "*", decision: "deny" }],
    { decision: "deny", by: "rules[0]" },
  ],
])("with %s", (_what, rules, expected) => {
  expect(verdict(...rules)).toEqual(expected);
});
