/** Replaces the bytes from `start` to `end` (exclusive); an insertion when they are equal. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * The text with its edits done, in pieces: what stays is views of `bytes`, never copies, so the caller must not change
 * them afterwards. Edits are sorted and do not overlap; insertions at one place keep their order. Throws RangeError.
 */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const edit of edits) {
    if (edit.start < done || edit.end < edit.start || edit.end > bytes.length) {
      throw new RangeError(
        `edit ${edit.start} to ${edit.end} overlaps another, is unsorted or outside the message`,
      );
    }
    if (edit.start > done) parts.push(bytes.subarray(done, edit.start));
    if (edit.bytes.length > 0) parts.push(edit.bytes);
    done = edit.end;
  }
  if (done < bytes.length) parts.push(bytes.subarray(done));
  return parts;
}

/** Up to so many edits are put in order by insertion; a sort costs several times as much for the three that are usual. */
const FEW = 16;

/** Puts edits in the order that `splice` takes, in place; those that are equal keep theirs. */
export function orderEdits(edits: Edit[]): Edit[] {
  if (edits.length > FEW) return edits.sort((a, b) => a.start - b.start || a.end - b.end);
  for (let i = 1; i < edits.length; i++) {
    const edit = edits[i] as Edit;
    let at = i;
    for (; at > 0; at--) {
      const before = edits[at - 1] as Edit;
      if (before.start < edit.start || (before.start === edit.start && before.end <= edit.end)) break;
      edits[at] = before;
    }
    edits[at] = edit;
  }
  return edits;
}

/** The bytes of all pieces together. */
export function partsLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** The pieces as one: a copy, except of a single piece, which is given back as it is. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const joined = new Uint8Array(partsLength(parts));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether the text has raw line breaks: a message that does cannot be sent as a line. */
export function hasLineBreak(bytes: Uint8Array): boolean {
  return bytes.includes(0x0a) || bytes.includes(0x0d);
}

/** A copy in which raw line breaks are spaces: the same JSON, since strings cannot hold them raw, but on one line. */
export function blankLineBreaks(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let i = 0; i < copy.length; i++) {
    const byte = copy[i];
    if (byte === 0x0a || byte === 0x0d) copy[i] = 0x20;
  }
  return copy;
}
