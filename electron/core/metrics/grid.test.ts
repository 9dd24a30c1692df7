import { expect, test } from "vitest";
import { gridOver, LEVELS } from "./grid.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.UTC(2030, 5, 15, 10, 17, 33);

test.each([
  ["15 minutes", HOUR / 4, 60_000, 0],
  ["an hour", HOUR, 60_000, 0],
  ["6 hours", 6 * HOUR, 120_000, 0],
  ["24 hours", DAY, 300_000, 0],
  ["7 days", 7 * DAY, HOUR, 1],
  ["30 days", 30 * DAY, 3 * HOUR, 1],
  ["90 days", 90 * DAY, 8 * HOUR, 2],
  ["two years", 730 * DAY, 7 * DAY, 2],
  ["twenty years", 7_300 * DAY, 28 * DAY, 2],
])(
  "%s are drawn in at most 300 buckets, from the coarsest level that fills them",
  (_, span, width, level) => {
    const grid = gridOver(now - span, now, now);
    expect(grid).toMatchObject({ width, level });
    expect(grid.count).toBeLessThanOrEqual(300);
    expect(grid.start).toBeLessThanOrEqual(now - span);
    expect(grid.start + grid.count * grid.width).toBeGreaterThanOrEqual(now);
  },
);

test("minutes that are kept no more are not asked for", () => {
  expect(gridOver(now - 50 * HOUR, now - 49 * HOUR, now)).toMatchObject({ width: HOUR, level: 1 });
  expect(gridOver(now - 200 * DAY, now - 199 * DAY, now)).toMatchObject({ width: 8 * HOUR, level: 2 });
});

test("each level fills the next", () => {
  expect(LEVELS.every(({ width }, i) => width % (LEVELS[i - 1]?.width ?? 1) === 0)).toBe(true);
});

test("an empty span is one bucket", () => {
  expect(gridOver(now, now, now)).toMatchObject({ count: 1 });
});
