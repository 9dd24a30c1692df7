import { describe, expect, it } from "vitest";
import type { ArgCondition, Rule } from "../../../shared/model/rule.ts";
import type { Outcome, PolicyFacts } from "./call.ts";
import { compileRules, ruleCovers } from "./compile.ts";
import { allow, ask, callOf, deny, factsOf } from "./testing/policy-kit.ts";

type CallChange = Parameters<typeof callOf>[0];
type Row = [what: string, rules: Rule[], call: CallChange, expected: string, fallback?: Outcome];

const decided = (
  rules: readonly Rule[],
  call: CallChange,
  fallback: Outcome = "ask",
  facts: PolicyFacts = factsOf(),
) => {
  const { decision, by } = compileRules(rules).decide(callOf(call), facts, fallback);
  return `${decision} ${by}`;
};
const at = (test: Partial<ArgCondition>, path = "/a"): Partial<Rule> => ({ args: [{ path, ...test }] });
const big = (json: string) => new TextEncoder().encode(json);

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

/** What one condition says of arguments: for an allow, for a deny, and for an ask over a default that allows. */
type ConditionRow = [
  what: string,
  rule: Partial<Rule>,
  args: unknown,
  allows: boolean,
  denies: boolean,
  asks: boolean,
];
const yes = [true, true, true] as const;
const no = [false, false, false] as const;
/** Cannot be told, or is not there: an allow does not hold, a deny does, and an ask asks. */
const unsure = [false, true, true] as const;

describe("conditions on arguments", () => {
  it.each<ConditionRow>([
    ["equals: the same text", at({ equals: "x" }), { a: "x" }, ...yes],
    ["equals: another text", at({ equals: "x" }), { a: "y" }, ...no],
    ["equals: case matters", at({ equals: "x" }), { a: "X" }, ...no],
    ["equals: a number is no text", at({ equals: "1" }), { a: 1 }, ...no],
    ["equals: a text is no number", at({ equals: 1 }), { a: "1" }, ...no],
    ["equals: the same number written otherwise", at({ equals: 100 }), big('{"a":1.00e2}'), ...yes],
    [
      "equals: a number that only rounds to it",
      at({ equals: 9007199254740991 }),
      big('{"a":9007199254740991.0000000001}'),
      ...no,
    ],
    ["equals: true", at({ equals: true }), { a: true }, ...yes],
    ["equals: false is not true", at({ equals: true }), { a: false }, ...no],
    ["equals: true is no text", at({ equals: "true" }), { a: true }, ...no],
    ["equals: null", at({ equals: null }), { a: null }, ...yes],
    ["equals: null is not what is absent", at({ equals: null }), {}, ...unsure],
    ["equals: an object in another order", at({ equals: { x: 1, y: 2 } }), { a: { y: 2, x: 1 } }, ...yes],
    ["equals: an object with more", at({ equals: { x: 1 } }), { a: { x: 1, y: 2 } }, ...no],
    ["equals: an object with less", at({ equals: { x: 1, y: 2 } }), { a: { x: 1 } }, ...no],
    ["equals: a list", at({ equals: [1, "b"] }), { a: [1, "b"] }, ...yes],
    ["equals: a list in another order", at({ equals: [1, 2] }), { a: [2, 1] }, ...no],
    [
      "equals: the name of an inherited member is no member",
      at({ equals: { toString: 1 } }),
      { a: { x: 1 } },
      ...no,
    ],
    ["equals: every element of a list is it", at({ equals: "x" }), { a: ["x", "x"] }, ...yes],
    ["equals: some element of a list is it", at({ equals: "x" }), { a: ["x", "y"] }, false, true, true],
    ["equals: an empty list", at({ equals: "x" }), { a: [] }, ...no],
    ["equals: the whole arguments", at({ equals: { a: 1 } }, ""), { a: 1 }, ...yes],
    ["equals: the whole arguments with one more", at({ equals: { a: 1 } }, ""), { a: 1, b: 2 }, ...no],
    ["equals: a text with escapes", at({ equals: "é/" }), big('{"a":"\\u00e9\\/"}'), ...yes],
    ["equals: another Unicode form is another text", at({ equals: "\u00e9" }), { a: "e\u0301" }, ...no],
    ["oneOf: among them", at({ oneOf: ["x", 2] }), { a: 2 }, ...yes],
    ["oneOf: not among them", at({ oneOf: ["x", 2] }), { a: "2" }, ...no],
    ["oneOf: every element of a list", at({ oneOf: ["x", "y"] }), { a: ["y", "x"] }, ...yes],
    ["oneOf: one element is another", at({ oneOf: ["x", "y"] }), { a: ["y", "z"] }, false, true, true],
    ["oneOf: absent", at({ oneOf: ["x"] }), {}, ...unsure],
    ["glob: matches", at({ glob: "a*.txt" }), { a: "abc.txt" }, ...yes],
    ["glob: does not match", at({ glob: "a*.txt" }), { a: "abc.md" }, ...no],
    ["glob: the whole text", at({ glob: "b" }), { a: "abc" }, ...no],
    ["glob: absent", at({ glob: "*" }), {}, ...unsure],
    ["glob: null is as good as absent", at({ glob: "*" }), { a: null }, ...unsure],
    ["glob: a number is no text", at({ glob: "*" }), { a: 5 }, ...unsure],
    ["glob: every element of a list", at({ glob: "x*" }), { a: ["x1", "x2"] }, ...yes],
    ["glob: one element does not match", at({ glob: "x*" }), { a: ["x1", "y"] }, false, true, true],
    ["glob: an empty list is as good as absent", at({ glob: "x*" }), { a: [] }, ...unsure],
    ["glob: everything inside of an object", at({ glob: "x*" }), { a: { p: "x1", q: ["x2"] } }, ...yes],
    [
      "glob: something inside of an object does not match",
      at({ glob: "x*" }),
      { a: { p: "x1", q: ["y"] } },
      false,
      true,
      true,
    ],
    ["regex: the whole text", at({ regex: "[a-z]+" }), { a: "abc" }, ...yes],
    ["regex: not only a part", at({ regex: "[a-z]+" }), { a: "abc1" }, ...no],
    ["regex: the longer of two ways", at({ regex: "a|ab" }), { a: "ab" }, ...yes],
    ["regex: a dot is no line break", at({ regex: ".*" }), { a: "a\nb" }, ...no],
    ["regex: a dot is one with a flag", at({ regex: "(?s).*" }), { a: "a\nb" }, ...yes],
    ["regex: $ is the end of the text, not of a line", at({ regex: "ab$" }), { a: "ab\n" }, ...no],
    ["regex: case", at({ regex: "abc" }), { a: "ABC" }, ...no],
    ["regex: case with a flag", at({ regex: "(?i)abc" }), { a: "ABC" }, ...yes],
    ["regex: absent", at({ regex: ".*" }), {}, ...unsure],
    ["regex: a number is no text", at({ regex: ".*" }), { a: 1 }, ...unsure],
    [
      "regex: a text too long for its pattern",
      at({ regex: "(a|b)*c{500}" }),
      { a: "a".repeat(100_000) },
      ...unsure,
    ],
    ["min: equal", at({ min: 3 }), { a: 3 }, ...yes],
    ["min: less", at({ min: 3 }), { a: 2.999 }, ...no],
    ["max: equal", at({ max: 3 }), { a: 3 }, ...yes],
    ["max: more", at({ max: 3 }), { a: 4 }, ...no],
    ["range: within", at({ min: -1, max: 1 }), { a: 0 }, ...yes],
    ["range: below", at({ min: -1, max: 1 }), { a: -1.5 }, ...no],
    [
      "range: a long integer at its bound",
      at({ max: "12345678901234567890" }),
      big('{"a":12345678901234567890}'),
      ...yes,
    ],
    [
      "range: a long integer one above",
      at({ max: "12345678901234567890" }),
      big('{"a":12345678901234567891}'),
      ...no,
    ],
    ["range: a long decimal just above", at({ max: "0.1" }), big('{"a":0.1000000000000000000001}'), ...no],
    ["range: a long decimal just below", at({ max: "0.1" }), big('{"a":0.0999999999999999999999}'), ...yes],
    ["range: an exponent beyond doubles", at({ max: 5 }), big('{"a":1e400}'), ...no],
    ["range: a tiny number", at({ min: 0 }), big('{"a":1e-400}'), ...yes],
    ["range: a tiny negative number", at({ min: 0 }), big('{"a":-1e-400}'), ...no],
    ["range: minus zero is zero", at({ min: 0, max: 0 }), big('{"a":-0.0}'), ...yes],
    ["range: a number as a text", at({ max: 3 }), { a: "2" }, ...unsure],
    ["range: every element", at({ max: 3 }), { a: [1, 2] }, ...yes],
    ["range: one element is above", at({ max: 3 }), { a: [1, 9] }, false, true, true],
    ["range: absent", at({ max: 3 }), { b: 1 }, ...unsure],
    ["pointer: nested", at({ equals: 1 }, "/a/b/0/c"), { a: { b: [{ c: 1 }] } }, ...yes],
    ["pointer: nested and not there", at({ equals: 1 }, "/a/b/1/c"), { a: { b: [{ c: 1 }] } }, ...unsure],
    ["pointer: into a text", at({ equals: 1 }, "/a/b"), { a: "x" }, ...unsure],
    ["pointer: escapes", at({ equals: 1 }, "/a~1b/c~0d"), { "a/b": { "c~d": 1 } }, ...yes],
    ["pointer: an index with a leading zero is none", at({ equals: 1 }, "/a/00"), { a: [1] }, ...unsure],
    ["pointer: a member with an empty name", at({ equals: 1 }, "/"), { "": 1 }, ...yes],
    ["pointer: the name of an inherited member", at({ glob: "*" }, "/constructor"), {}, ...unsure],
    ["pointer: * is every element", at({ glob: "x*" }, "/e/*/p"), { e: [{ p: "x1" }, { p: "x2" }] }, ...yes],
    [
      "pointer: * and one element fails",
      at({ glob: "x*" }, "/e/*/p"),
      { e: [{ p: "x1" }, { p: "y" }] },
      false,
      true,
      true,
    ],
    [
      "pointer: * and one element lacks it",
      at({ glob: "x*" }, "/e/*/p"),
      { e: [{ p: "x1" }, {}] },
      false,
      true,
      true,
    ],
    ["pointer: * of an empty list", at({ glob: "x*" }, "/e/*/p"), { e: [] }, ...unsure],
    [
      "pointer: * is every member of an object",
      at({ glob: "x*" }, "/e/*"),
      { e: { k: "x1", l: "y" } },
      false,
      true,
      true,
    ],
    ["pointer: a literal * member is among them", at({ glob: "x*" }, "/*"), { "*": "x1" }, ...yes],
    ["no arguments at all", at({ glob: "*" }), undefined, ...unsure],
    [
      "two conditions that hold",
      {
        args: [
          { path: "/a", equals: 1 },
          { path: "/b", equals: 2 },
        ],
      },
      { a: 1, b: 2 },
      ...yes,
    ],
    [
      "two conditions, one does not",
      {
        args: [
          { path: "/a", equals: 1 },
          { path: "/b", equals: 2 },
        ],
      },
      { a: 1, b: 3 },
      ...no,
    ],
    [
      "two conditions, one absent",
      {
        args: [
          { path: "/a", equals: 1 },
          { path: "/b", equals: 2 },
        ],
      },
      { a: 1 },
      ...unsure,
    ],
    [
      "two conditions, one absent and one that fails",
      {
        args: [
          { path: "/a", equals: 1 },
          { path: "/b", equals: 2 },
        ],
      },
      { b: 3 },
      ...no,
    ],
    ["a list of no conditions is none", { args: [] }, { a: 1 }, ...yes],
    ["more leaves than are looked through", at({ glob: "x*" }), { a: Array(20_000).fill("x") }, ...unsure],
    ["white space around the arguments", at({ equals: 1 }), big(' \n{ "a" : 1 }\n'), ...yes],
    ["host: at it", at({ host: "example.com" }), { a: "https://example.com/x" }, ...yes],
    ["host: at another", at({ host: "example.com" }), { a: "https://example.org/x" }, ...no],
    ["under: in it", at({ under: "~/proj" }), { a: "/home/u/proj/x" }, ...yes],
    ["under: the folder itself", at({ under: "~/proj" }), { a: "/home/u/proj" }, ...yes],
    ["under: outside", at({ under: "~/proj" }), { a: "/etc/passwd" }, ...no],
    ["under: a sibling whose name goes on", at({ under: "~/proj" }), { a: "/home/u/project/x" }, ...no],
    ["under: relative to the server's folder", at({ under: "~/proj" }), { a: "src/x" }, ...yes],
    ["under: a number is no path", at({ under: "~/proj" }), { a: 7 }, ...unsure],
    ["under: absent", at({ under: "~/proj" }), {}, ...unsure],
    ["under: every element of a list", at({ under: "~/proj" }), { a: ["x", "/home/u/proj/y"] }, ...yes],
    [
      "under: one element is outside",
      at({ under: "~/proj" }),
      { a: ["x", "/etc/passwd"] },
      false,
      true,
      true,
    ],
  ])("%s", (_, rule, args, allows, denies, asks) => {
    expect({
      allow: decided([allow(rule)], { args }, "deny"),
      deny: decided([deny(rule)], { args }, "allow"),
      ask: decided([ask(rule)], { args }, "allow"),
    }).toEqual({
      allow: allows ? "allow rules[0]" : expect.stringMatching(/^(?:deny consent\.default|ask rules\[0\])$/),
      deny: denies ? "deny rules[0]" : "allow consent.default",
      ask: asks ? "ask rules[0]" : "allow consent.default",
    });
  });
});

describe("what cannot be told", () => {
  const relative = { args: { path: "x.txt" } };
  const under = (decision: Outcome): Rule => ({ args: [{ path: "/path", under: "~/proj" }], decision });
  const lost = factsOf({ cwd: undefined });
  it.each<[what: string, rules: Rule[], fallback: Outcome, expected: string]>([
    ["an allow does not hold, and the default asks", [under("allow")], "ask", "ask consent.default"],
    ["an allow does not hold, and nothing below allows", [under("allow"), allow()], "ask", "ask rules[0]"],
    ["an allow does not hold, and the default does not allow", [under("allow")], "allow", "ask rules[0]"],
    ["a deny below it still denies", [under("allow"), deny()], "allow", "deny rules[1]"],
    ["the default still denies", [under("allow")], "deny", "deny consent.default"],
    ["a deny holds", [under("deny"), allow()], "allow", "deny rules[0]"],
    ["an ask asks over an allow below it", [under("ask"), allow()], "allow", "ask rules[0]"],
    ["an ask does not hide a deny below it", [under("ask"), deny()], "allow", "deny rules[1]"],
    ["an allow above is not touched", [allow(), under("deny")], "ask", "allow rules[0]"],
  ])("%s", (_, rules, fallback, expected) => {
    expect(decided(rules, relative, fallback, lost)).toBe(expected);
  });
});

describe("an allow for paths", () => {
  const rule = allow({ args: [{ path: "/path", under: "~/proj" }] });
  it.each<[what: string, args: unknown, allows: boolean]>([
    ["is about every other path of the call too", { path: "a", output: "/etc/passwd" }, false],
    ["knows paths by their argument's name", { path: "a", outputFile: "/home/u/other/b" }, false],
    ["lets other paths in the folder be", { path: "a", outputFile: "b" }, true],
    ["lets other texts be", { path: "a", content: "hello", language: "en" }, true],
    ["takes a home path for one", { path: "a", extra: "~/.ssh/id_rsa" }, false],
    ["takes dots for a path", { path: "a", extra: "../../x" }, false],
    ["takes a file URL for one", { path: "a", extra: "file:///etc/passwd" }, false],
    ["looks into lists", { path: "a", more: { files: ["b", "../../../etc/passwd"] } }, false],
    ["lets a text of several lines be", { path: "a", content: "/* a comment */\ncode" }, true],
    ["lets URLs be", { path: "a", source: "https://example.com/" }, true],
    ["does not look twice at what it has a condition on", { path: "sub/a" }, true],
  ])("%s", (_, args, allows) => {
    expect(decided([rule], { args })).toBe(allows ? "allow rules[0]" : "ask consent.default");
  });

  it("leaves a path to the condition that the rule has on it", () => {
    const other = allow({
      args: [
        { path: "/path", under: "~/proj" },
        { path: "/output", glob: "/tmp/*" },
      ],
    });
    expect(decided([other], { args: { path: "a", output: "/tmp/x" } })).toBe("allow rules[0]");
  });
});

describe("how long a rule lasts", () => {
  it.each<[what: string, scope: Rule["scope"], allows: boolean]>([
    ["always", "always", true],
    ["until later", { until: "2026-06-01T12:00:01Z" }, true],
    ["until now", { until: "2026-06-01T12:00:00Z" }, false],
    ["until earlier", { until: "2026-06-01T11:59:59Z" }, false],
    ["until later, in another zone", { until: "2026-06-01T14:00:01+02:00" }, true],
    ["until earlier, in another zone", { until: "2026-06-01T13:59:59+02:00" }, false],
    ["once, in a file", "once", false],
    ["for a session, in a file", "session", false],
  ])("an allow %s", (_, scope, allows) => {
    expect(decided([allow({ scope })], {}, "deny")).toBe(allows ? "allow rules[0]" : "deny consent.default");
  });

  it("a deny of a session holds where nobody knows of sessions", () => {
    expect(decided([deny({ scope: "session" })], {}, "allow")).toBe("deny rules[0]");
  });

  it.each([true, false])("what is in force says whoever keeps grants: %s", (inForce) => {
    const facts = factsOf({ inForce: () => inForce });
    expect(decided([allow({ scope: "session" })], {}, "deny", facts)).toBe(
      inForce ? "allow rules[0]" : "deny consent.default",
    );
  });

  it("time goes on for rules that are remembered", () => {
    const policy = compileRules([allow({ scope: { until: "2026-06-01T12:00:01Z" } })]);
    const start = factsOf();
    expect(policy.decide(callOf(), start, "deny").decision).toBe("allow");
    expect(policy.decide(callOf(), factsOf({ now: start.now + 1_000 }), "deny").decision).toBe("deny");
  });
});

describe("rules that look back", () => {
  const read = { server: "web", tool: "fetch", untrusted: true };
  const listed = { server: "files", tool: "list", untrusted: false };
  it.each<
    [
      what: string,
      after: NonNullable<Rule["after"]>,
      history: PolicyFacts["history"],
      matches: "yes" | "no" | "unknown",
    ]
  >([
    ["nothing was used", { untrusted: true }, [], "no"],
    ["untrusted content was read", { untrusted: true }, [listed, read], "yes"],
    ["only trusted tools were used", { untrusted: true }, [listed], "no"],
    ["the server was used", { server: "web" }, [read], "yes"],
    ["another server was used", { server: "web" }, [listed], "no"],
    ["the tool was used", { server: "web", tool: "f*" }, [read], "yes"],
    ["another tool of the server was used", { server: "web", tool: "search" }, [read], "no"],
    [
      "the server and the untrusted content were different calls",
      { server: "files", untrusted: true },
      [listed, read],
      "no",
    ],
    ["anything was used", {}, [listed], "yes"],
    ["nobody knows what was used", { untrusted: true }, undefined, "unknown"],
  ])("%s", (_, after, history, matches) => {
    const facts = factsOf({ history });
    expect(decided([ask({ after })], {}, "allow", facts)).toBe(
      matches === "no" ? "allow consent.default" : "ask rules[0]",
    );
    expect(decided([deny({ after })], {}, "allow", facts)).toBe(
      matches === "no" ? "allow consent.default" : "deny rules[0]",
    );
    expect(decided([allow({ after })], {}, "deny", facts)).toBe(
      matches === "yes" ? "allow rules[0]" : "deny consent.default",
    );
  });

  it("hold together with conditions on arguments", () => {
    const rule = ask({ after: { untrusted: true }, args: [{ path: "/a", equals: 1 }] });
    const facts = factsOf({ history: [read] });
    expect(decided([rule], { args: { a: 1 } }, "allow", facts)).toBe("ask rules[0]");
    expect(decided([rule], { args: { a: 2 } }, "allow", facts)).toBe("allow consent.default");
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
