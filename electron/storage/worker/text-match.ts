import { StringDecoder } from "node:string_decoder";
import type { PartRef, PayloadReader } from "./payload-reader.ts";

/** A case-insensitive search for one text in the JSON of payloads. */
export interface TextMatch {
  inText(text: string): boolean;
  /** Whether a part of a payload holds the text. Synchronous unless the part lies in chunks. */
  inPart(reader: PayloadReader, ref: PartRef): boolean | Promise<boolean>;
}

/** Matches the text as typed, and as JSON writes it inside a string (`say "hi"` also finds `say \"hi\"`). */
export function textMatch(search: string): TextMatch {
  const plain = fold(search);
  const escaped = fold(JSON.stringify(search).slice(1, -1));
  const longest = Math.max(plain.length, escaped.length);
  const inFolded = (text: string): boolean =>
    text.includes(plain) || (escaped !== plain && text.includes(escaped));

  const inPieces = async (pieces: AsyncIterable<Buffer>): Promise<boolean> => {
    const decoder = new StringDecoder("utf8");
    let tail = "";
    for await (const bytes of pieces) {
      const text = tail + fold(decoder.write(bytes));
      if (inFolded(text)) return true;
      tail = text.slice(text.length - Math.min(text.length, longest - 1));
    }
    return false;
  };

  return {
    inText: (text) => inFolded(fold(text)),
    inPart(reader, ref) {
      const whole = reader.whole(ref);
      return whole === undefined ? inPieces(reader.pieces(ref)) : inFolded(fold(whole.toString("utf8")));
    },
  };
}

// A final sigma is lower-cased by its place in the word, which must not decide whether a text is found.
function fold(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}
