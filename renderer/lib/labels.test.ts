import { expect, it } from "vitest";
import { ANY_LABELS, hasLabels, labelValues } from "./labels.ts";

it("finds the values of a label once each, sorted", () => {
  const all = [
    { labels: { team: "web" } },
    { labels: {} },
    { labels: { team: "core" } },
    { labels: { team: "web" } },
  ];
  expect(labelValues(all, "team")).toEqual(["core", "web"]);
  expect(labelValues(all, "environment")).toEqual([]);
});

it("fits what carries every chosen label", () => {
  const labels = { environment: "test", team: "web" };
  expect(hasLabels(labels, ANY_LABELS)).toBe(true);
  expect(hasLabels(labels, { environment: "test", team: "" })).toBe(true);
  expect(hasLabels(labels, { environment: "test", team: "core" })).toBe(false);
  expect(hasLabels({}, { environment: "test", team: "" })).toBe(false);
});
