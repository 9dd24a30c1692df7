export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

/** Places that are marked in one line at most. */
const MOST = 40;

/** A text cut at the places where something is found in it, whatever the case. Together the pieces are the text. */
export function foundIn(text: string, needle: string): Piece[] {
  if (needle === "") return [{ text, found: false }];
  const pattern = new RegExp(needle.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi");
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (pieces.length >= MOST * 2) break;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), found: false });
    pieces.push({ text: match[0], found: true });
    end = match.index + match[0].length;
  }
  if (end < text.length || pieces.length === 0) pieces.push({ text: text.slice(end), found: false });
  return pieces;
}
