import { expect, test } from "vitest";
import { Totals } from "./totals.ts";

test("a total goes on where the one before it ended, each name by itself", () => {
  const totals = new Totals();
  expect([0, 1, 3, 0, 0, 2, 1].map((now) => totals.of("files", now))).toEqual([0, 1, 3, 3, 3, 5, 6]);
  expect(totals.of("git", 1)).toBe(1);
});
