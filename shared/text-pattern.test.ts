import { expect, it } from "vitest";
import { textTest } from "./text-pattern.ts";

it.each<[pattern: string, text: string, fits: boolean]>([
  ["a", "a", true],
  ["a", "ab", false],
  ["*", "", true],
  ["a*c", "abbbc", true],
  ["a*c", "abbb", false],
  ["a*a", "a", false],
  ["*b*b*", "abab", true],
  ["*b*b*", "aab", false],
  ["a?*", "abc", false],
  ["a?*", "a?c", true],
  ["[a]*", "a", false],
  ["a.c", "abc", false],
])("%s against %s is %s", (pattern, text, fits) => {
  expect(textTest(pattern)(text)).toBe(fits);
});

it("answers at once for a pattern that would hang a backtracking matcher", () => {
  expect(textTest(`${"*a".repeat(40)}b`)("a".repeat(2_000))).toBe(false);
});
