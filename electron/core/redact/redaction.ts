/**
 * Takes live secret values out of what is about to be written or shown. It knows each value and its usual disguises
 * (base64, URL-encoded, JSON-escaped, hex), and stands before every sink: log rows, server logs, the hub's own log,
 * error sentences, broadcasts, and results on their way to a client.
 */
export interface Redaction {
  /** Whether anything is looked for at all; what prepares a text for it can be left out when not. */
  readonly active: boolean;
  /** The same string when nothing was found. */
  text(text: string): string;
  /** The same array when nothing was found; else a copy that is still valid JSON where the input was. */
  bytes(bytes: Uint8Array): Uint8Array;
}

/** Nothing is secret: for what runs without a store. */
export const NO_REDACTION: Redaction = { active: false, text: (text) => text, bytes: (bytes) => bytes };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Anything that JSON can express, with the secrets in its strings taken out; the same value when there were none. */
export function redactedValue<T>(redaction: Redaction, value: T): T {
  if (!redaction.active) return value;
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return value;
  const bytes = encoder.encode(text);
  const clean = redaction.bytes(bytes);
  return clean === bytes ? value : (JSON.parse(decoder.decode(clean)) as T);
}
