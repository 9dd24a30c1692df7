import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import type { Outcome } from "./call.ts";
import { compileRules, ruleCovers } from "./compile.ts";
import { allow, ask, at, type CallChange, callOf, decided, deny, factsOf } from "./testing/policy-kit.ts";

type Row = [what: string, rules: Rule[], call: CallChange, expected: string, fallback?: Outcome];

describe("the order of rules", () => {
  it.each<Row>([
    ["no rule leaves it to the default", [], {}, "ask consent.default"],
    ["the default may allow", [], {}, "allow consent.default", "allow"],
    ["the default may deny", [], {}, "deny consent.default", "deny"],
    ["a rule without conditions matches everything", [allow()], {}, "allow rules[0]"],
    ["the first match wins over a later deny", [allow(), deny()], {}, "allow rules[0]"],
    ["the first match wins over a later allow", [deny(), allow()], {}, "deny rules[0]"],
    ["an ask before an allow asks", [ask(), allow()], {}, "ask rules[0]"],
    ["a rule for another server is passed over", [deny({ server: "git" }), allow()], {}, "allow rules[1]"],
    ["a deny overrules the default allow", [deny({ tool: "read_*" })], {}, "deny rules[0]", "allow"],
    ["an allow overrules the default deny", [allow({ tool: "read_*" })], {}, "allow rules[0]", "deny"],
    [
      "the last of many may decide",
      [...Array(99).fill(deny({ server: "x" })), allow()],
      {},
      "allow rules[99]",
    ],
  ])("%s", (_, rules, call, expected, fallback) => {
    expect(decided(rules, call, fallback)).toBe(expected);
  });
});

describe("names", () => {
  it.each<[what: string, rule: Partial<Rule>, call: CallChange, matches: boolean]>([
    ["a tool by its name", { tool: "read_file" }, {}, true],
    ["a tool by a glob", { tool: "read_*" }, {}, true],
    ["a tool by another glob", { tool: "write_*" }, {}, false],
    ["a tool in other case", { tool: "READ_FILE" }, {}, false],
    ["a tool by one letter", { tool: "read_fil?" }, {}, true],
    ["a tool by a part of its name", { tool: "read" }, {}, false],
    ["everything but tools has no tool name", { tool: "read_*" }, { tool: "" }, false],
    ["any tool includes what is none", { tool: "*" }, { tool: "" }, true],
    ["a server by its name", { server: "files" }, {}, true],
    ["a server by a glob", { server: "f*" }, {}, true],
    ["another server", { server: "git" }, {}, false],
    ["a server in other case", { server: "Files" }, {}, false],
    ["a method", { method: "tools/call" }, {}, true],
    ["a method by a glob", { method: "tools/*" }, {}, true],
    ["another method", { method: "prompts/*" }, {}, false],
    ["a profile", { profile: "work" }, { profile: "work" }, true],
    ["no profile against one", { profile: "work" }, {}, false],
    ["any profile includes none", { profile: "*" }, {}, true],
    ["a client by its registered name", { client: "claude-code" }, {}, true],
    ["a client in other case, as names are unique without it", { client: "Claude-CODE" }, {}, true],
    ["a client by its id", { client: "c1" }, {}, true],
    ["a client by its id in other case", { client: "C1" }, {}, false],
    ["a client by a glob of its name", { client: "claude*" }, {}, true],
    ["another client", { client: "cursor" }, {}, false],
    ["an anonymous caller has no name", { client: "claude-code" }, { clientId: null, client: "" }, false],
    ["any client includes the anonymous", { client: "*" }, { clientId: null, client: "" }, true],
    ["a project by its folder", { project: "/home/u/proj" }, { project: "/home/u/proj" }, true],
    ["a project below ~", { project: "~/proj" }, { project: "/home/u/proj" }, true],
    ["a project with a slash at its end", { project: "~/proj/" }, { project: "/home/u/proj" }, true],
    ["a project by a glob", { project: "~/*" }, { project: "/home/u/proj" }, true],
    ["another project", { project: "~/other" }, { project: "/home/u/proj" }, false],
    ["a project whose name goes on", { project: "~/proj" }, { project: "/home/u/project" }, false],
    ["no project against one", { project: "~/proj" }, {}, false],
    ["every condition must hold", { tool: "read_*", client: "cursor" }, {}, false],
    ["all conditions together", { tool: "read_*", client: "c1", server: "f*", method: "*" }, {}, true],
    ["a server's read-only claim", { annotations: { readOnly: true } }, { claims: { readOnly: true } }, true],
    ["silence is not read-only", { annotations: { readOnly: true } }, {}, false],
    ["silence is what may write", { annotations: { readOnly: false } }, {}, true],
    ["silence is destructive", { annotations: { destructive: true } }, {}, true],
    [
      "a claim not to be destructive",
      { annotations: { destructive: false } },
      { claims: { destructive: false } },
      true,
    ],
    ["silence is not idempotent", { annotations: { idempotent: true } }, {}, false],
    ["silence is open to the world", { annotations: { openWorld: true } }, {}, true],
    ["a claim to be closed", { annotations: { openWorld: true } }, { claims: { openWorld: false } }, false],
    [
      "two claims, one of them not made",
      { annotations: { readOnly: true, openWorld: false } },
      { claims: { readOnly: true } },
      false,
    ],
  ])("%s", (_, rule, call, matches) => {
    expect(decided([allow(rule)], call, "deny")).toBe(matches ? "allow rules[0]" : "deny consent.default");
    expect(decided([deny(rule)], call, "allow")).toBe(matches ? "deny rules[0]" : "allow consent.default");
  });
});

describe("the arguments", () => {
  it("are not read where no rule looks at them", () => {
    const unread = { ...callOf(), arguments: () => expect.unreachable("somebody has read them") };
    const policy = compileRules([
      deny({ server: "git", args: [{ path: "/a", equals: 1 }] }),
      allow({ tool: "read_*" }),
    ]);
    expect(policy.decide(unread, factsOf(), "ask").decision).toBe("allow");
  });

  it("of more than 4 MB are undecided", () => {
    const args = { a: "x", b: "y".repeat(4 * 1024 * 1024) };
    expect(decided([allow(at({ equals: "x" })), allow()], { args })).toBe("ask rules[0]");
    expect(decided([deny(at({ equals: "z" }))], { args }, "allow")).toBe("deny rules[0]");
  });
});

describe("a decision", () => {
  it("says why, and names the rule by its place and its id", () => {
    const rules = [
      allow({ tool: "x" }),
      deny({ id: "no-secrets", note: "ours", args: [{ path: "/path", under: "~/.ssh" }] }),
    ];
    const { decision, by, ruleId, why } = compileRules(rules).decide(
      callOf({ args: { path: '~/.ssh/"x' } }),
      factsOf(),
      "ask",
    );
    expect({ decision, by, ruleId, why }).toEqual({
      decision: "deny",
      by: "rules[1]",
      ruleId: "no-secrets",
      why: 'a rule ("ours") denies this: the path "~/.ssh/\\"x" leads under ~/.ssh',
    });
  });

  it("says why it cannot be told", () => {
    const policy = compileRules([allow({ id: "a", args: [{ path: "/path", under: "~/proj" }] }), allow()]);
    const { ruleId, why } = policy.decide(
      callOf({ args: { path: "x" } }),
      factsOf({ cwd: undefined }),
      "ask",
    );
    expect({ ruleId, why }).toEqual({
      ruleId: "a",
      why: 'whether the path "x" is under ~/proj cannot be told: the server\'s working folder is not known, and the path is relative',
    });
  });

  it("is explained rule by rule", () => {
    const rules = [
      deny({ server: "git" }),
      allow({ args: [{ path: "/a", equals: 1 }] }),
      ask({ id: "rest" }),
      allow(),
    ];
    const { decision, by, steps } = compileRules(rules).explain(callOf({ args: { a: 2 } }), factsOf(), "ask");
    expect({ decision, by, steps }).toEqual({
      decision: "ask",
      by: "rules[2]",
      steps: [
        {
          by: "rules[0]",
          ruleId: null,
          words: 'Deny everything of the server "git".',
          match: "no",
          why: "it is for another server",
        },
        {
          by: "rules[1]",
          ruleId: null,
          words: 'Allow everything of any server if "a" is 1.',
          match: "no",
          why: "2 is not 1",
        },
        {
          by: "rules[2]",
          ruleId: "rest",
          words: "Ask before everything of any server.",
          match: "yes",
          why: "every part of it matches",
        },
        {
          by: "rules[3]",
          ruleId: null,
          words: "Allow everything of any server.",
          match: "yes",
          why: "every part of it matches",
        },
      ],
    });
  });

  it("of a rule that cannot be used never allows and always denies", () => {
    const broken = at({ regex: "(" });
    expect(decided([allow(broken)], { args: { a: "x" } }, "allow")).toBe("ask rules[0]");
    expect(decided([deny(broken)], { args: { a: "x" } }, "allow")).toBe("deny rules[0]");
  });
});

describe("ruleCovers", () => {
  it("takes a rule for an allow without an end", () => {
    const rule: Rule = { server: "files", scope: "session", decision: "deny" };
    expect(ruleCovers(rule, callOf(), factsOf())).toBe(true);
    expect(ruleCovers(rule, callOf({ server: "git" }), factsOf())).toBe(false);
  });
});
