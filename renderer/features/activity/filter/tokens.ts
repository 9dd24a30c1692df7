/** How the filter's text falls into words: `server:files,git`, `-status:ok`, `"free text"`. Places count from 0. */

/** Part of a text, `to` excluded. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** One of the values of a filter, its quotes and escapes taken off. */
export interface ValueToken extends Place {
  readonly value: string;
  readonly quoted: boolean;
  /** The quote at its beginning has no partner. */
  readonly open: boolean;
}

/** `key:value,value`, perhaps with a minus before. */
export interface KeyedToken extends Place {
  readonly kind: "keyed";
  readonly negated: boolean;
  /** As it is written, in lower case, without the colon. */
  readonly key: string;
  readonly keyPlace: Place;
  readonly values: readonly ValueToken[];
}

/** A word, or a text in quotes. */
export interface TextToken extends Place, ValueToken {
  readonly kind: "text";
}
export type Token = KeyedToken | TextToken;

const space = /\s/;
/** What is read as a filter; not `std::vector`, `https://…` or `C:/…`, which are texts that people look for. */
const keyed = /(-?)([a-z]{2,}):(?!:|\/\/)/iy;

/** Splits a text into its tokens; every character that is not white space is in one of them. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && space.test(text.charAt(at))) at += 1;
    if (at >= text.length) return tokens;
    keyed.lastIndex = at;
    const match = keyed.exec(text);
    const token: Token =
      match === null
        ? { kind: "text", ...valueAt(text, at, false) }
        : keyedAt(text, at, match[1] === "-", match[2] ?? "");
    tokens.push(token);
    at = token.to;
  }
}

function keyedAt(text: string, from: number, negated: boolean, key: string): KeyedToken {
  const keyFrom = from + (negated ? 1 : 0);
  const values: ValueToken[] = [];
  let at = keyFrom + key.length + 1;
  for (;;) {
    const value = valueAt(text, at, true);
    values.push(value);
    at = value.to;
    if (text.charAt(at) !== ",") break;
    at += 1;
  }
  return {
    kind: "keyed",
    from,
    to: at,
    negated,
    key: key.toLowerCase(),
    keyPlace: { from: keyFrom, to: keyFrom + key.length },
    values,
  };
}

/** What begins a text in quotes, and what ends it then: some keyboards and pages make curved ones of straight ones. */
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "“": "”“", "„": "“”", "”": "”" };

/** A value up to white space, or in quotes; in a list a comma ends it too. */
function valueAt(text: string, from: number, listed: boolean): ValueToken {
  const closing = CLOSING[text.charAt(from)];
  if (closing !== undefined) {
    let value = "";
    for (let at = from + 1; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (closing.includes(character)) return { from, to: at + 1, value, quoted: true, open: false };
      // Before anything else a backslash is one, as in a pasted path.
      if (character === "\\" && isEscapable(text.charAt(at + 1), closing)) at += 1;
      value += text.charAt(at);
    }
    return { from, to: text.length, value, quoted: true, open: true };
  }
  let to = from;
  while (to < text.length && !space.test(text.charAt(to)) && !(listed && text.charAt(to) === ",")) to += 1;
  return { from, to, value: text.slice(from, to), quoted: false, open: false };
}

/** A value as it is written in a list: in quotes where it must be. */
export const writtenValue = (value: string): string =>
  value === "" || /[\s,]|^["“„”:]|^\/\//.test(value) ? quoted(value) : value;

/** A text in quotes. */
export const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, "\\$&")}"`;

/** What a backslash before it makes a character of the text. */
const isEscapable = (character: string, closing: string): boolean =>
  character === '"' || character === "\\" || (character !== "" && closing.includes(character));
