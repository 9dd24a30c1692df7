import { expect, test } from "vitest";
import { callsWithin, columnsSpan } from "./brushing.ts";

const MINUTE = 60_000;
const series = { from: 0, width: 2 * MINUTE, all: { calls: [1, 2, 4, 8, 16] } };
const heatmap = {
  from: 0,
  width: 5 * MINUTE,
  counts: [
    [3, 0],
    [20, 8],
  ],
};
const span = (from: number, to: number) => ({ from: from * MINUTE, to: to * MINUTE });

test("what was chosen in a chart is counted by its buckets", () => {
  expect(callsWithin(span(2, 6), series, heatmap)).toBe(6);
  expect(callsWithin(span(0, 10), series, heatmap)).toBe(31);
});

test("what was chosen in a heatmap of other buckets is counted by those", () => {
  expect(callsWithin(span(0, 5), series, heatmap)).toBe(3);
  expect(callsWithin(span(5, 10), series, heatmap)).toBe(28);
});

test.each([
  [span(0, 5), { first: 0, last: 1 }],
  [span(2.5, 20), { first: 0.5, last: 2 }],
  [span(-5, 0), null],
  [span(10, 15), null],
])("a span lies on a heatmap where its time is: %j", (brushed, columns) => {
  expect(columnsSpan(heatmap, brushed)).toEqual(columns);
});
