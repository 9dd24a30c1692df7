/** The posting of one of a merged run's segments, by the segment's place in the run. */
export interface Framed {
  readonly place: number;
  readonly calls: Uint8Array;
}

/** A place takes a byte, a posting's length two. */
const header = 3;

/** Writes postings of one gram, each with its place and length, one after the other. */
export function frame(framed: readonly Framed[]): Buffer {
  const bytes = Buffer.allocUnsafe(framed.reduce((sum, { calls }) => sum + header + calls.byteLength, 0));
  let at = 0;
  for (const { place, calls } of framed) {
    bytes[at] = place;
    bytes.writeUInt16LE(calls.byteLength, at + 1);
    bytes.set(calls, at + header);
    at += header + calls.byteLength;
  }
  return bytes;
}

/** The posting of the segment at a place; undefined: it has none. */
export function framedAt(bytes: Buffer, place: number): Buffer | undefined {
  let at = 0;
  while (at + header <= bytes.byteLength) {
    const end = at + header + bytes.readUInt16LE(at + 1);
    if (bytes[at] === place) return bytes.subarray(at + header, end);
    at = end;
  }
  return undefined;
}
