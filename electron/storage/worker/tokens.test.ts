import { countTokens } from "gpt-tokenizer/encoding/cl100k_base";
import { describe, expect, test } from "vitest";
import { createTokens, ENCODING } from "./tokens.ts";

describe("tokens", () => {
  // As tiktoken, the reference implementation, counts them.
  test.each([
    ["", 0],
    ["hello world", 2],
    ["tiktoken is great!", 6],
    ["antidisestablishmentarianism", 6],
    ["2 + 2 = 4", 7],
    ["お誕生日おめでとう", 9],
  ])("%j has those that cl100k_base gives it: %i", async (text, count) => {
    expect(ENCODING).toBe("cl100k_base");
    expect(await createTokens().count(text)).toBe(count);
  });

  test("what looks like a control token counts as the text that it is", async () => {
    expect(await createTokens().count("<|endoftext|>")).toBe(7);
  });

  test("a long text is counted in pieces: a token more or less for each, and other work in between", async () => {
    const text = Array.from({ length: 4_000 }, (_, i) => `line ${i} of a file, 数据 🚀`).join("\n");
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const counted = await createTokens().count(text);
    running = false;
    const pieces = Math.ceil(text.length / 2_048);
    expect(turns).toBeGreaterThan(pieces / 2);
    expect(Math.abs(counted - countTokens(text))).toBeLessThanOrEqual(3 * pieces);
  });

  test("a run without a break, as base64 is, is counted too", async () => {
    const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 7_919) % 251)).toString("base64");
    const counted = await createTokens().count(text);
    // Base64 has from one to two characters and a half in a token.
    expect(counted).toBeGreaterThan(text.length / 2.5);
    expect(counted).toBeLessThan(text.length);
  });

  test("the same text is not counted again, two at once are counted each", async () => {
    const tokens = createTokens();
    expect(await Promise.all([tokens.count("hello world"), tokens.count("tiktoken is great!")])).toEqual([
      2, 6,
    ]);
    expect(await tokens.count("hello world")).toBe(2);
  });
});
