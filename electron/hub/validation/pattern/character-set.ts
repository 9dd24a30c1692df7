import { PatternError } from "./pattern-error.ts";

/** Whether one character (a code point) is meant. */
export type CharacterSet = (codePoint: number) => boolean;

/**
 * What one class, escape or "." stands for. JavaScript's own engine decides it, one character at a time, which cannot
 * backtrack; answers for ASCII are kept. Throws PatternError for what is no single character.
 */
export function singleCharacter(source: string): CharacterSet {
  const escaped = /^\\([\s\S])/u.exec(source)?.[1];
  if (escaped !== undefined) {
    if (/[bBk1-9]/.test(escaped)) throw new PatternError(`it uses \\${escaped}`);
    // An escape that JavaScript does not know means the letter itself there, and something else where it was written.
    if (/[A-Za-z]/.test(escaped) && !/[dDwWsStnrvfcxupP]/.test(escaped))
      throw new PatternError(`it uses \\${escaped}, which JavaScript does not know`);
  }
  const native = nativeOf(source);
  const known = new Int8Array(128);
  return (codePoint) => {
    // Without the flag a character beyond the basic plane is two; half of it stands for it.
    if (codePoint > 0xffff && !native.unicode) return native.test("\ud83d");
    if (codePoint >= 128) return native.test(String.fromCodePoint(codePoint));
    const answer = known[codePoint] ?? 0;
    if (answer !== 0) return answer > 0;
    const matches = native.test(String.fromCodePoint(codePoint));
    known[codePoint] = matches ? 1 : -1;
    return matches;
  };
}

/** Patterns are written with and without the "u" flag in mind: `[\w-.]` and `\-` are legal only without. */
function nativeOf(source: string): RegExp {
  for (const flags of ["u", ""]) {
    // Without the flag these would silently mean something else.
    if (flags === "" && /\\[pP]|\\u\{/.test(source)) break;
    try {
      return new RegExp(`^${source}$`, flags);
    } catch {
      // the next way of reading it
    }
  }
  throw new PatternError(`${source.slice(0, 40)} is no class of characters`);
}
