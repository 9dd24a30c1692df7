import { expect, it } from "vitest";
import { lineDiff } from "./differences.ts";

const many = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `${name} line ${index}`);
const told = (before: readonly string[], after: readonly string[]) =>
  lineDiff(before.join("\n"), after.join("\n"))
    .filter(({ kind }) => kind !== "same")
    .map(({ kind, pieces }) => `${kind} ${pieces.map(({ text }) => text).join("")}`);

it("finds the changed line of texts that are too long to be compared whole", () => {
  const [head, tail] = [many(20_000, "first"), many(20_000, "last")];
  expect(told([...head, "old", "", ...tail], [...head, "new", "", "more", ...tail])).toEqual([
    "removed old",
    "added new",
    "added more",
  ]);
  expect(lineDiff([...head, ...tail].join("\n"), [...head, "", ...tail].join("\n"))).toHaveLength(40_001);
});

it("shows long texts that have nothing in common as removed and added", () => {
  const [before, after] = [many(20_000, "one"), many(20_000, "two")];
  const lines = lineDiff(before.join("\n"), after.join("\n"));
  expect(lines.map(({ kind }) => kind)).toEqual([
    ...before.map(() => "removed"),
    ...after.map(() => "added"),
  ]);
});
