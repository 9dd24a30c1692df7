import { describe, expect, it } from "vitest";
import { createRecent } from "./recent.ts";

describe("the bounded list", () => {
  it("keeps the newest first and drops the oldest when full", () => {
    const list = createRecent<number>(3);
    expect([1, 2, 3, 4, 5].map((item) => list.pushNewest(item))).toEqual([
      undefined,
      undefined,
      undefined,
      1,
      2,
    ]);
    expect(list.toArray()).toEqual([5, 4, 3]);
    expect(list.at(0)).toBe(5);
    expect(list.at(3)).toBeUndefined();
  });

  it("takes older items at the end while there is room", () => {
    const list = createRecent<number>(4);
    list.pushNewest(10);
    expect([9, 8, 7, 6].map((item) => list.pushOldest(item))).toEqual([true, true, true, false]);
    list.pushNewest(11);
    expect(list.toArray()).toEqual([11, 10, 9, 8]);
  });

  it("is empty after clear", () => {
    const list = createRecent<number>(2);
    list.pushNewest(1);
    list.clear();
    list.pushNewest(2);
    expect(list.toArray()).toEqual([2]);
  });
});
