import {
  folded,
  readable,
  readablePieces,
  smallLetters,
  unescaped,
  withoutUnseen,
} from "../search/searchable.ts";
import type { PartRef, PayloadReader } from "./payload-reader.ts";

/** A case-insensitive search for one text in the JSON of payloads. */
export interface TextMatch {
  /** What stands in the index of a payload that holds the text: all texts of one of these lists. */
  readonly ways: readonly (readonly string[])[];
  /** Whether a part of a payload holds the text. Synchronous unless the part lies in chunks. */
  inPart(reader: PayloadReader, ref: PartRef): boolean | Promise<boolean>;
}

/** A text that JSON could hold between quotes, where a quote of its own may also stand as it is. */
const couldBeJson = /^(?:[^\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*$/;
/** What escapes may be read as: \n is sought for itself, for a line break would be found nearly everywhere. */
const worthReading = /.{3}|[\u0080-\uffff]/s;
/**
 * Characters of a payload that may become one of its searchable text, at most: a letter and two marks that are composed or
 * left out, each a \\uXXXX.
 */
const mostForOne = 21;

/**
 * Matches the text as typed, and as it reads if it was copied from JSON (`say \"hi\"` also finds `say "hi"`). One or two
 * characters that are folded into others (ß, ①) find themselves alone: ss and 1 are everywhere. So does what nobody sees.
 */
export function textMatch(search: string): TextMatch {
  const typed = folded(search);
  const read = couldBeJson.test(search) ? folded(unescaped(search)) : "";
  const copied = worthReading.test(read) ? read : typed;
  const small = smallLetters(search);
  const seen = withoutUnseen(small);
  const itself = typed === "" || (search.length <= 2 && seen !== typed);
  const holds = (text: string): boolean => {
    if (typed === "") return smallLetters(text).includes(small);
    if (itself) return withoutUnseen(smallLetters(text)).includes(seen);
    const sought = folded(text);
    return sought.includes(typed) || (copied !== typed && sought.includes(copied));
  };
  const overlap = mostForOne * (Math.max(small.length, typed.length, copied.length) + 1);

  const inPieces = async (pieces: AsyncIterable<Buffer>): Promise<boolean> => {
    for await (const text of readablePieces(pieces, overlap)) if (holds(text)) return true;
    return false;
  };

  return {
    ways: itself
      ? [unitsOf(typed === "" ? small : seen)]
      : copied === typed
        ? [[typed]]
        : [[typed], [copied]],
    inPart(reader, ref) {
      const whole = reader.wholeText(ref);
      return whole === undefined ? inPieces(reader.pieces(ref)) : holds(readable(whole));
    },
  };
}

const unitsOf = (text: string): string[] => Array.from({ length: text.length }, (_, at) => text.charAt(at));
