import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import {
  type ArgDraft,
  draftOfRule,
  EMPTY_DRAFT,
  hubError,
  NEW_CONDITION,
  ruleOfDraft,
} from "./rule-draft.ts";

const withArgs = (...args: ArgDraft[]) => ruleOfDraft({ ...EMPTY_DRAFT, args });

describe("a rule in the dialog", () => {
  it.each<Rule>([
    { decision: "ask" },
    {
      id: "r-1",
      client: "claude*",
      profile: "work",
      project: "~/proj/*",
      server: "files",
      method: "tools/call",
      tool: "write_*",
      annotations: { readOnly: false, openWorld: true },
      decision: "deny",
      madeBy: "cli",
      madeAt: "2026-01-31T18:00:00Z",
      note: "why",
    },
    {
      decision: "allow",
      args: [
        { path: "", equals: { a: [1, "x", null] } },
        { path: "/mode", oneOf: ["a", 2, true] },
        { path: "/a/*", glob: "*.md" },
        { path: "/b", regex: "a+" },
        { path: "/c", under: "~/proj" },
        { path: "/d", host: "*.example.com" },
        { path: "/e", min: "1", max: "12345678901234567890" },
        { path: "/f", max: "0.5" },
      ],
    },
    { decision: "ask", after: { untrusted: true } },
    { decision: "ask", after: { server: "web", tool: "fetch" }, scope: "session" },
    { decision: "allow", scope: { until: "2027-01-31T18:00:00.000Z" } },
  ])("comes out as it went in: %j", (rule) => {
    expect(ruleOfDraft(draftOfRule(rule))).toEqual({ rule, errors: null });
  });

  it("keeps a number of many digits as text, to the last digit", () => {
    const args = [{ ...NEW_CONDITION, test: "range" as const, value: "12345678901234567891" }];
    expect(ruleOfDraft({ ...EMPTY_DRAFT, args }).rule?.args).toEqual([
      { path: "", min: "12345678901234567891" },
    ]);
  });

  it.each<[what: string, condition: ArgDraft, member: string]>([
    ["a path that is no pointer", { ...NEW_CONDITION, path: "x", value: "1" }, "args.0.path"],
    ["a value that is no JSON", { ...NEW_CONDITION, value: "hello" }, "args.0.value"],
    ["a list that is none", { ...NEW_CONDITION, test: "oneOf", value: "3" }, "args.0.value"],
    ["an empty list", { ...NEW_CONDITION, test: "oneOf", value: "[]" }, "args.0.value"],
    ["a range without an end", { ...NEW_CONDITION, test: "range" }, "args.0.value"],
    ["a bound that is no number", { ...NEW_CONDITION, test: "range", most: "ten" }, "args.0.value"],
    ["a folder that is none", { ...NEW_CONDITION, test: "under", value: "proj" }, "args.0.value"],
    ["nothing to compare with", { ...NEW_CONDITION, test: "glob" }, "args.0.value"],
  ])("says at its member what is wrong: %s", (_, condition, member) => {
    const { errors } = withArgs(condition);
    expect([...(errors?.keys() ?? [])]).toEqual([member]);
  });

  it("says that the time is missing until which it should hold", () => {
    expect(ruleOfDraft({ ...EMPTY_DRAFT, scope: "until" }).errors?.get("scope")).toBe(
      "Choose a day and a time.",
    );
  });

  it("shows what the hub says at the member that it names, anything else for the whole", () => {
    expect([...hubError("args.1.regex cannot be used: no look-ahead")]).toEqual([
      ["args.1.value", "cannot be used: no look-ahead"],
    ]);
    expect([...hubError("the hub is busy")]).toEqual([["", "the hub is busy"]]);
  });
});
