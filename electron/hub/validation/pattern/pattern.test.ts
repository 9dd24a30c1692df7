import fc from "fast-check";
import { expect, it } from "vitest";
import { compilePattern } from "./pattern.ts";
import { PatternError } from "./pattern-error.ts";

const free = (): void => {};
const found = (source: string, text: string): boolean => compilePattern(source).test(text, free);

it.each([
  ["^[a-z0-9-]+$", ["a-1"], ["", "A", "a b"]],
  ["b", ["abc"], ["ac"]],
  ["^$", [""], ["a"]],
  ["^(foo|ba[rz])$", ["foo", "baz"], ["ba", "foobar"]],
  ["^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]],
  ["^(?:a|b)*?c$", ["c", "abac"], ["ab"]],
  ["^(?<year>\\d{4})-\\d\\d$", ["2026-07"], ["26-07"]],
  ["^\\p{L}+$", ["Größe", "日本"], ["a1"]],
  ["^.$", ["😀", "é"], ["\n", "ab"]],
  ["^\\u{1F600}$", ["😀"], ["a"]],
  ["^\\ud83d\\ude00$", ["😀"], ["\ud83d"]],
  ["^[\\w-.]+$", ["a-b.c"], ["a b", "😀"]],
  ["^[^\\w-.]$", ["😀", " "], ["a"]],
  ["^\\-\\/\\@$", ["-/@"], ["-/"]],
  ["^[\\s\\S]*$", ["", "a\nb"], []],
  ["a{,2}", ["a{,2}"], ["aa"]],
])("%s finds what it should, and nothing else", (source, yes, no) => {
  expect(yes.filter((text) => !found(source, text))).toEqual([]);
  expect(no.filter((text) => found(source, text))).toEqual([]);
});

it.each([
  "(?=a)",
  "(?!a)b",
  "(?<=a)b",
  "(a)\\1",
  "(?<n>a)\\k<n>",
  "\\bword\\b",
  "(?i)a",
  "(?i:a)",
  "\\Aa\\Z",
  "*a",
  "a**",
  "(a",
  "a)",
  "[a",
  "a{3,2}",
  "[z-a]",
  "\\p{Nonsense}",
  "^*",
  "a\\",
])("%s is refused: it is wrong, or only backtracking decides it", (source) => {
  expect(() => compilePattern(source)).toThrow(PatternError);
});

it.each(["((a{1000}){1000}){1000}", "a{999999999}", "(".repeat(200) + ")".repeat(200)])(
  "%s is refused as too large before anything is built",
  (source) => {
    expect(() => compilePattern(source)).toThrow(PatternError);
  },
);

it.each(["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}x", "^(([a-z])+.)+[A-Z]([a-z])+$", "a*a*a*a*a*b"])(
  "%s takes steps in proportion to the text, however it is written",
  (source) => {
    const steps = (length: number): number => {
      let sum = 0;
      expect(compilePattern(source).test(`${"a".repeat(length)}!`, (more) => (sum += more))).toBe(false);
      return sum;
    };
    expect(steps(20_000)).toBeLessThan(3 * steps(10_000));
  },
);

it("never agrees less than entirely with JavaScript's own engine", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "é",
    "😀",
    ".",
    "[ab]",
    "[^a]",
    "\\d",
    "\\W",
    "\\u0061",
    "\\.",
    "^",
    "$",
    "[^\\s😀]",
  );
  const times = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?", "{2,}");
  const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { weight: 4, arbitrary: piece },
      tie("pattern").map((inner) => `(?:${inner})`),
      tie("pattern").map((inner) => `(${inner})`),
    ),
    pattern: fc
      .array(fc.array(fc.tuple(tie("atom"), times), { maxLength: 3 }), {
        minLength: 1,
        maxLength: 2,
      })
      .map((ways) =>
        ways
          .map((way) => way.map(([atom, count]) => (/^[$^]$/.test(atom) ? atom : atom + count)).join(""))
          .join("|"),
      ),
  }));
  const text = fc
    .array(fc.constantFrom("a", "b", "1", " ", "é", "😀", "\n", "\ud83d"), { maxLength: 7 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 4 }), (source, texts) => {
      const native = new RegExp(source, "u");
      for (const each of texts) expect(found(source, each)).toBe(native.test(each));
    }),
    { numRuns: 1_000 },
  );
});
