const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// Invalid UTF-8 becomes U+FFFD here: adapters refuse it before anything is scanned. A BOM inside a string is text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Keys and method names repeat from message to message: a direct-mapped memo saves their decoding.
const MEMO_SLOTS = 512;
const MEMO_LONGEST = 48;
/** So many bytes at a name's end choose its slot: names of one vendor begin alike. */
const HASHED = 10;
const memo: string[] = new Array(MEMO_SLOTS).fill("");

/** The text of UTF-8 bytes. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/**
 * Decodes a JSON string token, quotes included, that a scan has found well formed.
 * Throws SyntaxError on anything else. Lone surrogates written as escapes are kept.
 */
export function decodeToken(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 2 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) {
    throw new SyntaxError(`expected a JSON string at byte ${start}`);
  }
  return end - start - 2 <= TINY_TOKEN && isPlain(bytes, start + 1, end - 1)
    ? tinyAscii(bytes, start + 1, end - 1)
    : (JSON.parse(decodeUtf8(bytes, start, end)) as string);
}

/** Whether the bytes are ASCII that stands for itself in a JSON string. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}

/** `decodeToken` for keys and method names: short plain ones are remembered. Not for values, which may be secret. */
export function decodeName(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start - 2;
  if (length > MEMO_LONGEST || length < 1) return decodeToken(bytes, start, end);
  // A few bytes tell names apart well enough: a slot is believed only when all bytes are the name's.
  const at = (pos: number): number => bytes[pos] as number;
  let hash = Math.imul(length, 31) + at(start + 1);
  for (let i = Math.max(start + 1, end - 1 - HASHED); i < end - 1; i++)
    hash = (Math.imul(hash, 31) + at(i)) | 0;
  const slot = (hash ^ (hash >>> 9)) & (MEMO_SLOTS - 1);
  const known = memo[slot] as string;
  if (known.length === length && asciiEquals(bytes, start + 1, known)) return known;
  if (!isPlain(bytes, start + 1, end - 1)) return decodeToken(bytes, start, end);
  const fresh = length > TINY ? decodeUtf8(bytes, start + 1, end - 1) : tinyAscii(bytes, start + 1, end - 1);
  memo[slot] = fresh;
  return fresh;
}

/** Up to this length, putting a string together is several times faster than a TextDecoder. */
const TINY = 12;
/** The same for what else goes through JSON.parse. */
const TINY_TOKEN = 24;

function tinyAscii(bytes: Uint8Array, start: number, end: number): string {
  const at = (pos: number): number => bytes[pos] as number;
  let text = "";
  let pos = start;
  for (; pos + 4 <= end; pos += 4)
    text += String.fromCharCode(at(pos), at(pos + 1), at(pos + 2), at(pos + 3));
  for (; pos < end; pos++) text += String.fromCharCode(at(pos));
  return text;
}

/** Whether the bytes from `start` on are the ASCII text; the caller has compared the lengths. */
export function asciiEquals(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
