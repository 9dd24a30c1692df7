import { describe, expect, it } from "vitest";
import { moved, placeAt, step } from "./order.ts";

const rules = ["a", "b", "c", "d"].map((id) => ({ id }));
const ids = (move: Parameters<typeof moved>[1]): string =>
  moved(rules, move)
    .map(({ id }) => id)
    .join("");

describe("moving a rule", () => {
  it.each([
    ["a", 2, "bcad"],
    ["d", 0, "dabc"],
    ["b", 3, "acdb"],
    ["c", 2, "abcd"],
    ["gone", 1, "abcd"],
  ])("%s to %d gives %s", (id, to, order) => expect(ids({ id, to })).toBe(order));

  it("goes on from where the rule stands, never past the ends, and is none once it is back", () => {
    const first = step(rules, null, "b", 1);
    expect(first).toEqual({ id: "b", to: 2 });
    expect(step(rules, first, "b", 5)).toEqual({ id: "b", to: 3 });
    expect(step(rules, first, "b", -1)).toBeNull();
    expect(step(rules, null, "a", -1)).toBeNull();
  });

  it("finds the place below every row whose middle is above the pointer", () => {
    expect([placeAt(5, [10, 30, 50]), placeAt(31, [10, 30, 50]), placeAt(90, [10, 30, 50])]).toEqual([
      0, 2, 3,
    ]);
  });
});
