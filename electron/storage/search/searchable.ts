import { StringDecoder } from "node:string_decoder";

/**
 * The form in which payloads are indexed and compared: what the strings of a JSON document say, and all of it folded.
 */
export function searchable(json: string): string {
  return folded(readable(json));
}

/**
 * A JSON document with the escapes in its strings read: what a line, a path or a word is does not depend on how its
 * server writes JSON. Tools often give JSON as a text, whose own escapes hide other scripts and paths: such a text
 * stands here as it is, and once more with those read too.
 */
export function readable(json: string): string {
  const text = unescaped(json);
  return hidden.test(text) ? `${text}\0${unescaped(text)}` : text;
}

/** Escapes in a text that hide what it says; others (\n, \") may be anything, as parts of a path. */
const hidden = /\\(?:u[0-9a-fA-F]{4}|\/)/;
const fourDigits = /^[0-9a-fA-F]{4}$/;
const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** A text with JSON's escapes read. */
export function unescaped(text: string): string {
  let at = text.indexOf("\\");
  if (at === -1) return text;
  let read = "";
  let from = 0;
  while (at !== -1) {
    const letter = text[at + 1] ?? "\\";
    const digits = letter === "u" ? text.slice(at + 2, at + 6) : "";
    const isUnit = fourDigits.test(digits);
    read += text.slice(from, at);
    read += isUnit ? String.fromCharCode(Number.parseInt(digits, 16)) : (controls[letter] ?? letter);
    from = at + (isUnit ? 6 : 2);
    at = text.indexOf("\\", from);
  }
  return read + text.slice(from);
}

/**
 * A text without what must not decide whether it is found: case, composition, and widths and ligatures (ＡＢＣ is ABC, ｶﾞ
 * is ガ, ﬁ is fi).
 */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  const composed = lower.normalize("NFKC");
  // ™ and the like only become capitals by it.
  const same = composed === lower ? lower : composed.toLowerCase();
  return unlike.test(same) ? same.replace(unlikeAll, (each) => likes[each] ?? each) : same;
}

/** What is not the same in small letters though it is in capitals, or at the end of a word. */
const likes: Readonly<Record<string, string>> = { ß: "ss", ı: "i", "i\u0307": "i", ς: "σ" };
const unlike = /ß|ı|ς|\u0307/;
const unlikeAll = /ß|ı|ς|i\u0307/g;

/** A text in small letters and composed, and nothing else changed. */
export const smallLetters = (text: string): string => text.toLowerCase().normalize("NFC");

/**
 * The same as `readable` of a document that comes in pieces, in texts of which each begins with the last `overlap`
 * characters of the one before.
 */
export async function* readablePieces(
  pieces: AsyncIterable<Buffer>,
  overlap: number,
): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let torn = "";
  let tail = "";
  const read = (json: string): string => {
    const text = tail + unescaped(json);
    tail = text.slice(-overlap);
    return hidden.test(text) ? `${text}\0${unescaped(text)}` : text;
  };
  for await (const bytes of pieces) {
    const json = torn + decoder.write(bytes);
    const end = endOfWhole(json);
    torn = json.slice(end);
    yield read(json.slice(0, end));
  }
  yield read(torn + decoder.end());
}

/** Where an escape begins that the end of a text tears apart; the text's length when there is none. */
function endOfWhole(text: string): number {
  const last = text.lastIndexOf("\\");
  if (last === -1 || last < text.length - 5) return text.length;
  let first = last;
  while (text[first - 1] === "\\") first--;
  // Of a row of backslashes each second one is escaped by the one before.
  if ((last - first) % 2 === 1) return text.length;
  const needed = text[last + 1] === "u" ? 6 : 2;
  return last + needed > text.length ? last : text.length;
}
