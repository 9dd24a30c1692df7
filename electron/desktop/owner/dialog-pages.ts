/**
 * A native dialog neither scrolls nor keeps within the screen: with more text than there is room for, its buttons
 * would be out of reach. So what is long is shown on several pages, one dialog each, whole.
 */

/** Columns that surely stand on one line of a native dialog, on any platform. */
const COLUMNS = 56;
/** More than this nobody reads before they approve. */
const MOST_PAGES = 12;

/** How many lines of detail a native dialog has room for on a screen with this height of work area (pixels). */
export function dialogRoom(height: number): number {
  return Math.max(12, Math.floor((height - 160) / 20));
}

/** The text in pages of at most `room` lines; undefined when they would be too many. Joined they are the text. */
export function dialogPages(text: string, room: number): string[] | undefined {
  const pages: string[][] = [[]];
  let used = 0;
  for (const line of text.split("\n").flatMap((whole) => pieces(whole, room * COLUMNS))) {
    const height = Math.max(1, Math.ceil(columns(line) / COLUMNS));
    if (used + height > room) {
      pages.push([]);
      used = 0;
      if (pages.length > MOST_PAGES) return undefined;
    }
    pages.at(-1)?.push(line);
    used += height;
  }
  return pages.map((lines) => lines.join("\n"));
}

/** A line that is longer than a page, cut into pieces that are not. */
function pieces(line: string, most: number): string[] {
  if (columns(line) <= most) return [line];
  const found: string[] = [];
  let piece = "";
  let width = 0;
  for (const character of line) {
    const wide = columns(character);
    if (width + wide > most) {
      found.push(piece);
      piece = "";
      width = 0;
    }
    piece += character;
    width += wide;
  }
  return [...found, piece];
}

/** The width of a text in columns; letters of East Asia and emoji count for two. */
function columns(text: string): number {
  let sum = 0;
  for (const character of text) sum += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
  return sum;
}
