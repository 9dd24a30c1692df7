import { expect, test } from "vitest";
import { reachWords } from "./reach.ts";

const all = { through: 9, of: 9 };
const part = { through: 1_200, of: 3_000 };

test.each([
  [null, null, null],
  [all, null, null],
  [all, part, null],
  [
    part,
    null,
    "Only the newest 1,200 of 3,000 calls were searched: the index of the older ones is being made.",
  ],
  [
    part,
    { through: 2_999, of: 3_000 },
    "Only the newest 1,200 of 3,000 calls were searched: the index of the older ones is being made (99 % done).",
  ],
  [
    { ...part, noIndex: true as const },
    { through: 2_000, of: 3_000 },
    "Only the newest 1,200 of 3,000 calls were searched: there is no index of the older ones, and none can be made; the hub's log says why.",
  ],
])("a search that reached %j while the index is at %j is told so", (searched, indexed, words) => {
  expect(reachWords(searched, indexed)).toBe(words);
});
