import { expect, test } from "vitest";
import { isSameSpot, sightOf, spotFor } from "./spot.ts";

test.each([
  [{ span: "" }, { span: "1h", by: "", fixed: null, filter: {} }],
  [
    { span: "7d", by: "tool", server: "files", project: "/p" },
    { span: "7d", by: "tool", fixed: null, filter: { server: "files", project: "/p" } },
  ],
  [
    { span: "", client: "ada", tool: "read", from: 1_000, to: 2_000 },
    { span: "1h", by: "", fixed: { from: 1_000, to: 2_000 }, filter: { client: "ada", tool: "read" } },
  ],
] as const)("an address says what the charts show: %j", (spot, sight) => {
  expect(sightOf(spot)).toEqual(sight);
  expect(spotFor(sight)).toEqual(spot);
});

test.each([
  { span: "3 weeks" },
  { span: "toString" },
  { by: "colour" },
  { from: 1_000 },
  { from: 2_000, to: 1_000 },
])("what an address cannot mean is left out: %j", (spot) => {
  expect(sightOf(spot)).toEqual({ span: "1h", by: "", fixed: null, filter: {} });
});

test("the usual span is the same whether it is named or not", () => {
  expect(isSameSpot({}, { span: "1h" })).toBe(true);
  expect(isSameSpot({ span: "1h" }, { span: "6h" })).toBe(false);
});
