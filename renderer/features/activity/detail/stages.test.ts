import { describe, expect, it } from "vitest";
import { exactMicros, marksOf, share, stagesOf } from "./stages.ts";

describe("the waterfall", () => {
  it("has every recorded microsecond once, one stage after the other", () => {
    const times = { queue: 2_400, consent: 4_200_000, upstream: 1_234, hub: 97 };
    const stages = stagesOf(times);
    expect(stages.map(({ key, start, duration }) => [key, start, duration])).toEqual([
      ["consent", 0, 4_200_000],
      ["queue", 4_200_000, 2_400],
      ["upstream", 4_202_400, 1_234],
      ["hub", 4_203_634, 97],
    ]);
    expect(stages.reduce((sum, { duration }) => sum + duration, 0)).toBe(4_203_731);
  });

  it.each([
    [0, [0]],
    [3, [0, 1, 2, 3]],
    [97, [0, 50]],
    [1_000, [0, 500, 1_000]],
    [4_203_731, [0, 2_000_000, 4_000_000]],
  ])("has a scale of round marks up to %i µs", (total, marks) => {
    expect(marksOf(total)).toEqual(marks);
  });

  it("says shares and exact times in words", () => {
    expect([share(0, 10), share(1, 1_000), share(1, 3), exactMicros(1_204_377)]).toEqual([
      "0 %",
      "< 1 %",
      "33 %",
      "1,204,377 µs",
    ]);
  });
});
