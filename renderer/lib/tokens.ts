import { count } from "./format.ts";

/** Bytes of text and JSON that make one token, on average over languages and encodings. */
const BYTES_PER_TOKEN = 4;

/** How many tokens so many bytes are, estimated, for people: "12", "1,200", "≈" is the caller's. */
export function tokensOf(bytes: number): string {
  const tokens = Math.ceil(bytes / BYTES_PER_TOKEN);
  // Two digits are as exact as an estimate is.
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, tokens))) - 1);
  return count(Math.round(tokens / unit) * unit);
}
