import { describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import type { Outcome } from "./call.ts";
import { allow, ask, at, decided, deny, factsOf } from "./testing/policy-kit.ts";

const big = (json: string) => new TextEncoder().encode(json);
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
