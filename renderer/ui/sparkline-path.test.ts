import { expect, it } from "vitest";
import { sparkline } from "./sparkline-path.ts";

const frame = { from: 0, to: 100_000, least: 10, width: 102, height: 22 };
const point = (at: number, value: number) => ({ at, value });

it("a sparkline is drawn over time, from its least top or higher", () => {
  expect(sparkline([point(0, 0), point(50_000, 5), point(100_000, 10)], frame)).toEqual({
    line: "M1 21L51 11L101 1",
    area: "M1 22L1 21L51 11L101 1L101 22Z",
  });
  expect(sparkline([point(0, 0), point(50_000, 40)], frame).line).toBe("M1 21L51 1");
});

it("a sparkline does not join what it knows nothing between, and draws a lone point as a dot", () => {
  const wide = { ...frame, to: 1_000_000 };
  expect(sparkline([point(0, 0), point(500_000, 10), point(580_000, 10)], wide)).toEqual({
    line: "M1 21h0M51 1L59 1",
    area: "M51 22L51 1L59 1L59 22Z",
  });
});

it("a sparkline leaves out what lies before its time, and is empty without points", () => {
  expect(sparkline([point(-1, 5)], frame)).toEqual({ line: "", area: "" });
});
