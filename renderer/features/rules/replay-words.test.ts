import { expect, it } from "vitest";
import { replayWords } from "./replay-words.ts";

const changed = [
  { id: 1, server: "files", tool: "read", inForce: "allow" as const, proposed: "ask" as const },
];

it.each([
  [
    { calls: 0, allowed: 0, asked: 0, denied: 0, changed: [], draft: false },
    "There is no recorded tool call in this time to try them on.",
  ],
  [
    { calls: 212, allowed: 208, asked: 3, denied: 1, changed: [], draft: false },
    "They would have asked 3 times and denied once among 212 calls.",
  ],
  [
    { calls: 2, allowed: 2, asked: 0, denied: 0, changed: [], draft: true },
    "They would have allowed all 2 calls. No call would be decided otherwise than now.",
  ],
  [
    { calls: 9, allowed: 8, asked: 1, denied: 0, changed, draft: true },
    "They would have asked once among 9 calls. 1 call would be decided otherwise than now.",
  ],
])("a replay is told in a sentence: %j", (replayed, words) => expect(replayWords(replayed)).toBe(words));
