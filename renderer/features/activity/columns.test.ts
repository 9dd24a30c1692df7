import { expect, test } from "vitest";
import { COLUMN_KEYS, layoutFor } from "./columns.ts";

const USUAL = ["result", "client"] as const;

test.each([
  [344, [], false],
  [534, [], false],
  [640, ["client"], false],
  [688, ["client", "result"], false],
  [1_068, ["client", "result"], true],
] as const)("a list of %d pixels shows the columns %j, with bars: %j", (width, columns, wide) => {
  const layout = layoutFor(USUAL, width);
  expect({ ...layout, columns: [...layout.columns] }).toMatchObject({ columns, wide });
  expect(layout.minWidth).toBeLessThanOrEqual(width);
});

test("a list that stands alone shows every column that is wanted, and scrolls where they are too many", () => {
  const { columns, minWidth, wide } = layoutFor(COLUMN_KEYS, 1_068);
  expect(columns).toEqual(COLUMN_KEYS);
  expect(minWidth).toBeGreaterThan(1_068);
  expect(wide).toBe(false);
});

test("texts are squeezed before a list scrolls", () => {
  const wanted = ["id", "client", "session", "project", "method", "rule", "result"] as const;
  expect(layoutFor(wanted, 1_068).minWidth).toBeLessThanOrEqual(1_068);
});

test("a template has a part for each column and the four that are always there", () => {
  for (const width of [300, 600, 700, 2_000]) {
    const { columns, template } = layoutFor(USUAL, width);
    expect(template.split(" ")).toHaveLength(columns.length + 4);
  }
});

test("what a row needs is never more than the list has, or scrolls over", () => {
  for (const wanted of [[], USUAL, COLUMN_KEYS])
    for (let width = 300; width < 3_000; width += 37) {
      const { columns, template, wide, minWidth } = layoutFor(wanted, width);
      const least = template.split(" ").map((part) => Number(/\d+/.exec(part)?.[0]));
      const gaps = (wide ? 16 : 12) * (columns.length + 3);
      expect(least.reduce((sum, one) => sum + one, 40 + gaps)).toBeLessThanOrEqual(Math.max(width, minWidth));
    }
});
