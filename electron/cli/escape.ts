/**
 * Text from servers and clients is untrusted: a terminal obeys control characters, and readers are deceived by
 * characters that are invisible or turn the direction of writing. Here they become visible.
 */

/** Controls, format characters (bidi, zero width, tags), separators, lone surrogates, and letters that show nothing. */
const DECEIVING =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0]|\u034f|[\u17b4\u17b5]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;
/** Marks piled on one letter reach into the lines around it. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** A text in which every control, ANSI, bidi, zero-width and tag character stands as `\u{…}`; one line stays one line. */
export function visible(text: string): string {
  return text
    .replace(DECEIVING, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(PILED_MARKS, "$1…");
}

/** The same for a text of several lines. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join("\n");

/**
 * JSON text with the same characters written as \uXXXX: the value is the same. Such characters can only stand inside
 * strings there; line breaks and tabs between tokens stay.
 */
export function safeJson(json: string): string {
  return json.replace(DECEIVING, (character) => {
    if (character === "\n" || character === "\r" || character === "\t") return character;
    let escaped = "";
    for (let at = 0; at < character.length; at += 1)
      escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
    return escaped;
  });
}
