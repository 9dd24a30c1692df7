import { expect, test } from "vitest";
import { createLazyTimes } from "./lazy-times.ts";

test("a time is written at first, then once a minute, and the rest at the end", () => {
  const written: [string, number][] = [];
  const times = createLazyTimes((id, at) => written.push([id, at]));
  for (const at of [0, 1_000, 59_999, 60_000, 61_000]) times.note("a", at);
  times.note("b", 5);
  times.note("gone", 7);
  times.forget("gone");
  expect(times.latest("a")).toBe(61_000);
  times.writeAll();
  times.writeAll();
  expect(written).toEqual([
    ["a", 0],
    ["a", 60_000],
    ["b", 5],
    ["gone", 7],
    ["a", 61_000],
  ]);
});
