import { createHash } from "node:crypto";

/** The encoding of GPT-4: other models' differ by some percent for text and code, and none is public for all. */
export const ENCODING = "cl100k_base";

/** Counts tokens on this thread; the tokenizer is loaded at the first use (some 65 MB). */
export interface Tokens {
  /** In slices, with other work in between. */
  count(text: string): Promise<number>;
}

/** A run without a break costs the tokenizer time by the square of its length; pieces cost a token in thousands. */
const PIECE = 2_048;
const REMEMBERED = 5_000;

/** Counts tokens; the encoding is loaded at the first use. */
export function createTokens(): Tokens {
  let loading: Promise<(text: string) => number> | undefined;
  const known = new Map<string, number>();

  const load = async (): Promise<(text: string) => number> => {
    const { countTokens } = await import("gpt-tokenizer/encoding/cl100k_base");
    // What looks like a control token is text here.
    return (text) => countTokens(text, { disallowedSpecial: new Set() });
  };

  return {
    async count(text) {
      const key = createHash("sha1").update(text).digest("base64");
      const before = known.get(key);
      if (before !== undefined) return before;
      loading ??= load();
      const countPiece = await loading;
      let tokens = 0;
      for (let at = 0; at < text.length; at += PIECE) {
        tokens += countPiece(text.slice(at, at + PIECE));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (known.size >= REMEMBERED) known.clear();
      known.set(key, tokens);
      return tokens;
    },
  };
}
