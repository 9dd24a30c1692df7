import { fromBase64, toBase64 } from "./base64.ts";

const PREFIX = "=?base64?";
const SUFFIX = "?=";
const encoder = new TextEncoder();

/**
 * A text as an HTTP field value (Streamable HTTP: Value Encoding): as it is where it is plain ASCII without white space at
 * its ends, else, and where it looks encoded already, as Base64 of its UTF-8 between sentinels. Lone surrogates become U+FFFD.
 */
export function encodeHeaderValue(text: string): string {
  const sentinel = text.startsWith(PREFIX) && text.endsWith(SUFFIX);
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text);
  return plain && !sentinel ? text : `${PREFIX}${toBase64(encoder.encode(text))}${SUFFIX}`;
}

/**
 * The text of a field value; undefined when it is malformed: characters beyond ASCII, control characters, or a sentinel
 * around anything but Base64 of UTF-8. White space at the ends is no part of a field value (RFC 9110, 5.5).
 */
export function decodeHeaderValue(value: string): string | undefined {
  const bare = trimmed(value);
  if (!/^[\t\x20-\x7e]*$/.test(bare)) return undefined;
  if (!bare.startsWith(PREFIX) || !bare.endsWith(SUFFIX) || bare.length < PREFIX.length + SUFFIX.length)
    return bare;
  const bytes = fromBase64(bare.slice(PREFIX.length, -SUFFIX.length));
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A field value without the white space at its ends, in linear time whatever the value. */
export function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return end - start === value.length ? value : value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
