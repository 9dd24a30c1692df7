import { expect, it } from "vitest";
import { foundIn } from "./found-in.ts";

it.each([
  ["nothing here", "needle", [["nothing here", false]]],
  ["", "x", [["", false]]],
  [
    "A needle, a NEEDLE",
    "needle",
    [
      ["A ", false],
      ["needle", true],
      [", a ", false],
      ["NEEDLE", true],
    ],
  ],
  [
    "a.b(c) abc",
    ".b(",
    [
      ["a", false],
      [".b(", true],
      ["c) abc", false],
    ],
  ],
])("%j searched for %j", (text, needle, expected) => {
  expect(foundIn(text, needle).map((piece) => [piece.text, piece.found])).toEqual(expected);
});

it("a line full of what is searched for is marked so far and shown whole", () => {
  const pieces = foundIn("x".repeat(10_000), "x");
  expect(pieces.length).toBeLessThan(100);
  expect(pieces.map(({ text }) => text).join("")).toBe("x".repeat(10_000));
});
