import { StringDecoder } from "node:string_decoder";

/**
 * The form in which payloads are compared: what the strings of a JSON document say, and all of it folded.
 */
export function searchable(json: string): string {
  return folded(readable(json));
}

/** The form in which payloads are indexed: what folding takes from a text stands behind it, each code unit alone. */
export function indexable(text: string): string {
  const same = folded(text);
  if (!other.test(text)) return same;
  const small = smallLetters(text);
  if (small === same) return same;
  const lost = new Set<string>();
  for (let at = 0; at < small.length; at++) if (small.charCodeAt(at) > 0x7f) lost.add(small.charAt(at));
  return [same, ...[...lost].filter((unit) => !same.includes(unit))].join("\0");
}

/** JSON in JSON in JSON: a file of it that a tool gives within JSON. */
const levels = 3;

/**
 * A JSON document with the escapes in its strings read: what a line, a path or a word is does not depend on how its
 * server writes JSON. Tools often give JSON as a text, whose own escapes hide other scripts, paths and quotes: such a text
 * stands here as it is, and once more with those read too.
 */
export const readable = (json: string): string => deeper(unescaped(json));

/** A text, and behind it what its escapes say if they hide something. */
function deeper(text: string): string {
  let [all, last] = [text, text];
  for (let level = 1; level < levels && hidden.test(last); level++) {
    last = unescaped(last);
    all += `\0${last}`;
  }
  return all;
}

/** Escapes in a text that hide what it says; others (\n, \t) may be anything, as parts of a path. */
const hidden = /\\(?:u[0-9a-fA-F]{4}|[/"\\])/;
/** What more than case can be folded of. */
const other = /[\u0080-\uffff]/;
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
 * A text without what must not decide whether it is found: case, composition, widths and ligatures (ＡＢＣ is ABC, ｶﾞ
 * is ガ, ﬁ is fi), and what is often left out in writing: vowel points, ё for е, accents of Greek capitals, characters
 * that nobody sees.
 */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  if (!other.test(lower)) return lower;
  const composed = lower.normalize("NFKC");
  // ™ and the like only become capitals by it.
  const same = composed === lower ? lower : composed.toLowerCase();
  return unlike.test(same) ? same.replace(unlikeAll, (each) => likes[each] ?? "") : same;
}

/** What is not the same in small letters though it is in capitals, at the end of a word, or on another keyboard. */
const likes: Readonly<Record<string, string>> = {
  ß: "ss",
  ı: "i",
  "i\u0307": "i",
  ς: "σ",
  ...{ ά: "α", έ: "ε", ή: "η", ί: "ι", ό: "ο", ύ: "υ", ώ: "ω", ΐ: "ϊ", ΰ: "ϋ" },
  ё: "е",
  ...{ أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ی: "ي", ک: "ك" },
};
/** Arabic and Hebrew points and the Arabic stretching line; marks of direction, joiners, soft hyphens; variants of emoji and signs. */
const unseen =
  "[\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed" +
  "\\u00ad\\u034f\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff\\ufe00-\\ufe0f]|\\udb40[\\udd00-\\uddef]";
const unseenAll = new RegExp(unseen, "g");
const unlikeAll = new RegExp(`${Object.keys(likes).join("|")}|${unseen}`, "g");
const unlike = new RegExp(unlikeAll.source);

/** A text in small letters, composed, kana and jamo in their usual width, and nothing else changed. */
export function smallLetters(text: string): string {
  const lower = text.toLowerCase();
  const usual = widths.test(lower) ? lower.replace(widthsAll, (run) => run.normalize("NFKC")) : lower;
  return usual.normalize("NFC").replaceAll("ς", "σ");
}

/** Narrow kana and jamo; wide punctuation is not what it is alike: a comma is everywhere. */
const widths = /[\uff66-\uffdc]/;
const widthsAll = /[\uff66-\uffdc]+/g;

/** A text without the characters that nobody sees or that are often left out. */
export const withoutUnseen = (text: string): string => text.replace(unseenAll, "");

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
    let start = Math.max(0, text.length - overlap);
    // What a backslash means depends on those before it.
    while (start > 0 && text.length - start < 2 * overlap && text[start - 1] === "\\") start--;
    tail = text.slice(start);
    return deeper(text);
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
