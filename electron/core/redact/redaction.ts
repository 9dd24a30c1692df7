/**
 * Takes live secret values out of what is about to be written or shown. It knows each value and its usual disguises
 * (base64, URL-encoded, JSON-escaped), and stands before every sink: log rows, server logs, the hub's own log, error
 * sentences, broadcasts, and results on their way to a client.
 */
export interface Redaction {
  /** The same string when nothing was found. */
  text(text: string): string;
  /** The same array when nothing was found; else a copy that is still valid JSON where the input was. */
  bytes(bytes: Uint8Array): Uint8Array;
}

/** Nothing is secret: for what runs without a store. */
export const NO_REDACTION: Redaction = { text: (text) => text, bytes: (bytes) => bytes };
