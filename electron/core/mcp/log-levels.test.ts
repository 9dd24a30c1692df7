import { expect, test } from "vitest";
import { isAtLeast, isLogLevel, mostVerbose } from "./log-levels.ts";

test("log levels are ordered as in RFC 5424, and their names are exact", () => {
  expect(isAtLeast("warning", "notice")).toBe(true);
  expect(isAtLeast("notice", "notice")).toBe(true);
  expect(isAtLeast("info", "notice")).toBe(false);
  expect(isLogLevel("Error")).toBe(false);
});

test("who asked for no level gets all, and a level that nobody knows goes to everybody", () => {
  expect(isAtLeast("debug", undefined)).toBe(true);
  expect(isAtLeast("verbose", "emergency")).toBe(true);
});

test("a server that several share is asked for the most verbose of their levels", () => {
  expect(mostVerbose(["error", undefined, "info", "alert"])).toBe("info");
  expect(mostVerbose([undefined])).toBeUndefined();
});
