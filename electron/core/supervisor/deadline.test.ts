import { expect, test } from "vitest";
import { dueAt } from "./deadline.ts";

test.each([
  ["no bound", 0, 0, 10, undefined, undefined, undefined],
  ["a call that waits for its server", 5, 0, 10, undefined, undefined, { at: 15, by: "limit" }],
  ["a call that was sent: the server has the whole limit", 5, 0, 10, 14, undefined, { at: 19, by: "limit" }],
  ["progress extends the limit", 5, 0, 10, 14, 18, { at: 23, by: "limit" }],
  ["the ceiling counts from the send and no progress moves it", 5, 8, 10, 14, 18, { at: 22, by: "ceiling" }],
  ["the limit that comes before the ceiling", 5, 80, 10, 14, 18, { at: 23, by: "limit" }],
  ["a ceiling alone", 0, 8, 10, 14, 18, { at: 22, by: "ceiling" }],
  ["a ceiling before the send", 0, 8, 10, undefined, undefined, undefined],
] as const)("%s", (_what, limitMs, ceilingMs, handedOver, sent, progress, due) => {
  expect(dueAt({ limitMs, ceilingMs }, { handedOver, sent, progress })).toEqual(due);
});
