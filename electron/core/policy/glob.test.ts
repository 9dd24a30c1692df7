import { describe, expect, it } from "vitest";
import { compileGlob, globMatches } from "./glob.ts";

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
  ])("%s against %s is %s, also when it is compiled", (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  it("answers at once for a pattern that would hang a backtracking matcher", () => {
    expect(globMatches(`${"*a".repeat(40)}b`, "a".repeat(2_000))).toBe(false);
  });
});
