import { expect, test } from "vitest";
import { limitOf } from "./call-limits.ts";

const limit = (seconds: number, setting: string, max = 0) => ({
  limitMs: seconds * 1_000,
  ceilingMs: max * 1_000,
  setting,
});

test.each([
  ["nothing is set", { timeoutSeconds: 0 }, "read", undefined],
  ["a limit for all", { timeoutSeconds: 5 }, "read", limit(5, "timeoutSeconds")],
  ["what is no tool", { timeoutSeconds: 5, timeouts: { "*": 1 } }, undefined, limit(5, "timeoutSeconds")],
  [
    "the first glob that fits",
    { timeoutSeconds: 5, timeouts: { "re*": 2, "*": 3 } },
    "read",
    limit(2, 'timeouts["re*"]'),
  ],
  [
    "a glob that comes later",
    { timeoutSeconds: 5, timeouts: { "re*": 2, "*": 3 } },
    "go",
    limit(3, 'timeouts["*"]'),
  ],
  ["no glob that fits", { timeoutSeconds: 5, timeouts: { go: 2 } }, "read", limit(5, "timeoutSeconds")],
  ["a tool without a limit", { timeoutSeconds: 5, timeouts: { read: 0 } }, "read", undefined],
  [
    "its ceiling holds all the same",
    { timeoutSeconds: 5, timeouts: { read: 0 }, maxSeconds: 9 },
    "read",
    limit(0, 'timeouts["read"]', 9),
  ],
  ["a ceiling alone", { timeoutSeconds: 0, maxSeconds: 9 }, "read", limit(0, "timeoutSeconds", 9)],
])("%s", (_what, config, tool, expected) => {
  expect(limitOf(config, tool)).toEqual(expected);
  expect(limitOf(config, tool)).toEqual(expected);
});
