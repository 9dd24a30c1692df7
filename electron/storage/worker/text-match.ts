import { StringDecoder } from "node:string_decoder";
import { searchable } from "../search/searchable.ts";
import type { PartRef, PayloadReader } from "./payload-reader.ts";

/** A case-insensitive search for one text in the JSON of payloads. */
export interface TextMatch {
  /** The searchable texts of which one must stand in the payload. */
  readonly texts: readonly string[];
  /** Whether a part of a payload holds the text. Synchronous unless the part lies in chunks. */
  inPart(reader: PayloadReader, ref: PartRef): boolean | Promise<boolean>;
}

/** Matches the text as typed, and as JSON writes it inside a string (`say "hi"` also finds `say \"hi\"`). */
export function textMatch(search: string): TextMatch {
  const plain = searchable(search);
  const escaped = searchable(JSON.stringify(search).slice(1, -1));
  const longest = Math.max(plain.length, escaped.length);
  const inFolded = (text: string): boolean =>
    text.includes(plain) || (escaped !== plain && text.includes(escaped));

  const inPieces = async (pieces: AsyncIterable<Buffer>): Promise<boolean> => {
    const decoder = new StringDecoder("utf8");
    let tail = "";
    for await (const bytes of pieces) {
      const text = tail + decoder.write(bytes);
      if (inFolded(searchable(text))) return true;
      // Enough for a match that is torn apart, even if all of it is escaped.
      tail = text.slice(-6 * longest - 6);
    }
    return false;
  };

  return {
    texts: escaped === plain ? [plain] : [plain, escaped],
    inPart(reader, ref) {
      const whole = reader.wholeText(ref);
      return whole === undefined ? inPieces(reader.pieces(ref)) : inFolded(searchable(whole));
    },
  };
}
