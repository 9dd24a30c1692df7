import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/config.ts";
import { decide } from "./decide.ts";
import { globMatches } from "./glob.ts";

const call = { client: "claude-code", profile: "", server: "files", method: "tools/call", tool: "read_file" };

describe("decide", () => {
  it.each<[string, Rule[], string, string]>([
    ["no rule leaves it to the default", [], "ask", "consent.default"],
    ["a rule without conditions matches everything", [{ decision: "allow" }], "allow", "rules[0]"],
    [
      "the first match wins",
      [{ server: "files", decision: "deny" }, { decision: "allow" }],
      "deny",
      "rules[0]",
    ],
    [
      "a rule for another server is passed over",
      [{ server: "git", decision: "deny" }, { decision: "allow" }],
      "allow",
      "rules[1]",
    ],
    ["tools match by glob", [{ tool: "read_*", decision: "allow" }], "allow", "rules[0]"],
    [
      "every condition must hold",
      [{ tool: "read_*", client: "cursor", decision: "allow" }],
      "ask",
      "consent.default",
    ],
    ["case matters", [{ tool: "READ_*", decision: "allow" }], "ask", "consent.default"],
    [
      "an allow with argument conditions never matches yet",
      [{ args: [{ path: "/p", under: "~" }], decision: "allow" }],
      "ask",
      "consent.default",
    ],
    [
      "a deny with argument conditions always matches yet",
      [{ args: [{ path: "/p", under: "~" }], decision: "deny" }],
      "deny",
      "rules[0]",
    ],
  ])("%s", (_, rules, decision, by) => {
    expect(decide(rules, "ask", call)).toEqual({ decision, by });
  });
});

describe("globMatches", () => {
  it.each<[string, string, boolean]>([
    ["*", "", true],
    ["*", "anything", true],
    ["", "", true],
    ["", "a", false],
    ["a*c", "abbbc", true],
    ["a*c", "abbb", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["*_file", "read_file", true],
    ["*_file", "read_files", false],
    ["**a", "bca", true],
    ["a.c", "abc", false],
  ])("%s against %s is %s", (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it("answers at once for a pattern that would hang a backtracking matcher", () => {
    expect(globMatches(`${"*a".repeat(40)}b`, "a".repeat(2_000))).toBe(false);
  });
});
