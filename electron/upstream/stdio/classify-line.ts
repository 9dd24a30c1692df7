import { isUtf8 } from "node:buffer";

/** Noise is kept up to this many bytes. */
const MAX_NOISE = 8 * 1024;

const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

/**
 * A line of a server's stdout: a message if it may be JSON-RPC (valid UTF-8 that opens an object or an array), noise
 * if not, undefined if there is nothing on it. A byte-order mark at its front is dropped.
 */
export function classifyLine(line: Uint8Array): { message: Buffer } | { noise: string } | undefined {
  const all = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const bytes = all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? all.subarray(3) : all;
  let at = 0;
  while (at < bytes.length && isSpace(bytes[at])) at += 1;
  if (at === bytes.length) return undefined;
  const first = bytes[at];
  if ((first === OPENING_BRACE || first === OPENING_BRACKET) && isUtf8(bytes)) return { message: bytes };
  const cut = bytes.length > MAX_NOISE;
  return { noise: bytes.toString("utf8", 0, MAX_NOISE) + (cut ? "…" : "") };
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
