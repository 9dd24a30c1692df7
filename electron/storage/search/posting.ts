import { segmentSpan } from "./segment-builder.ts";

/** A set of calls of a segment, a bit each. */
export type CallSet = Uint8Array;
const setBytes = segmentSpan / 8;

/** Writes numbers in order as differences of 7 or 14 bits, or as a bit set where that is shorter. */
export function encodePosting(calls: Uint16Array, into: Uint8Array): Uint8Array {
  let length = 0;
  let before = -1;
  for (let at = 0; at < calls.length && length < setBytes; at++) {
    const call = calls[at] as number;
    const step = call - before - 1;
    before = call;
    if (step >= 128) into[length++] = 0x80 | (step >> 7);
    into[length++] = step & 0x7f;
  }
  if (length < setBytes) return into.subarray(0, length);
  into.fill(0, 0, setBytes);
  for (const call of calls) into[call >> 3] = (into[call >> 3] as number) | (1 << (call & 7));
  return into.subarray(0, setBytes);
}

/** A buffer that `encodePosting` can write into. */
export const postingBuffer = (): Uint8Array => new Uint8Array(setBytes + 2);

/** Keeps of `set` what is in the posting too; false when nothing is left. */
export function intersect(set: CallSet, posting: Uint8Array): boolean {
  let left = 0;
  const other = posting.length === setBytes ? posting : decoded(posting);
  for (let at = 0; at < setBytes; at++) {
    const both = (set[at] as number) & (other[at] as number);
    set[at] = both;
    left |= both;
  }
  return left !== 0;
}

const scratch = new Uint8Array(setBytes);

function decoded(posting: Uint8Array): Uint8Array {
  scratch.fill(0);
  let call = -1;
  for (let at = 0; at < posting.length; at++) {
    let step = posting[at] as number;
    if (step >= 0x80) step = ((step & 0x7f) << 7) | (posting[++at] ?? 0);
    call += step + 1;
    scratch[call >> 3] = (scratch[call >> 3] as number) | (1 << (call & 7));
  }
  return scratch;
}

/** Every call of a segment. */
export const allCalls = (): CallSet => new Uint8Array(setBytes).fill(0xff);

/** Adds the calls of another set. */
export function unite(set: CallSet, other: CallSet): void {
  for (let at = 0; at < setBytes; at++) set[at] = (set[at] as number) | (other[at] as number);
}

/** The numbers in a set that are below `below` and not below `from`, the highest first. */
export function numbersOf(set: CallSet, from: number, below: number): number[] {
  const numbers: number[] = [];
  for (let call = Math.min(below, segmentSpan) - 1; call >= from; call--)
    if (((set[call >> 3] as number) & (1 << (call & 7))) !== 0) numbers.push(call);
  return numbers;
}
