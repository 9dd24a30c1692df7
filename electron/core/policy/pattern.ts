import { RE2JS, RE2JSException } from "re2js";

/** A regular expression of a rule. */
export interface TextPattern {
  /** Whether the whole text matches; undefined when text and pattern are too long together to find out. */
  matchesWhole(text: string): boolean | undefined;
}

/** Length of the text times size of the pattern's program, above which a match is not tried: some 100 ms. */
const MOST_WORK = 20_000_000;

/**
 * Compiles a rule's regular expression, in RE2's syntax: no look-around and no back references, so that its time is
 * linear in the text. `.` is no line break, `$` and `^` are the ends of the text, unless flags such as `(?s)` say
 * otherwise. Returns a sentence instead when it is wrong.
 */
export function compileTextPattern(source: string): TextPattern | string {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) return `is no regular expression of RE2's syntax: ${error.message}`;
    throw error;
  }
  const size = compiled.programSize();
  return {
    matchesWhole: (text) => (text.length * size > MOST_WORK ? undefined : compiled.testExact(text)),
  };
}
