import { expect, it } from "vitest";
import { tokensOf } from "./tokens.ts";

it.each([
  [0, "0"],
  [1, "1"],
  [40, "10"],
  [4_936, "1,200"],
  [2_412_000, "600,000"],
])("%i bytes are about %s tokens", (bytes, tokens) => {
  expect(tokensOf(bytes)).toBe(tokens);
});
