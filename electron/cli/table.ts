import { visible } from "./escape.ts";
import type { Paint } from "./io.ts";

/** A cell: its text is escaped and cut; the colour is put around it afterwards. */
export interface Cell {
  readonly text: string;
  readonly paint?: Paint | undefined;
  readonly right?: boolean;
}

const MOST_COLUMNS = 60;

/** How many terminal columns a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\ufe0f/u.test(character)) continue;
    const isWide =
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
    width += isWide.test(character) ? 2 : 1;
  }
  return width;
}

/** At most so many columns, the cut marked. Long texts are cut before they are looked at closely. */
export function clip(text: string, columns: number): string {
  const shown = visible(text.length > columns * 8 ? text.slice(0, columns * 8) : text);
  if (displayWidth(shown) <= columns) return shown;
  let width = 0;
  let kept = "";
  for (const character of shown) {
    width += displayWidth(character);
    if (width >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Aligned columns under a heading; cells may be plain texts. No rows: an empty text. */
export function table(heading: readonly string[], rows: readonly (readonly (Cell | string)[])[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)));
  const texts = cells.map((row) => row.map((cell: Cell) => clip(cell.text, MOST_COLUMNS)));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...texts.map((row) => displayWidth(row[column] ?? ""))),
  );
  const line = (parts: readonly string[], row: readonly Cell[]): string =>
    parts
      .map((text, column) => {
        const cell = row?.[column];
        const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(text)));
        const painted = cell?.paint === undefined ? text : cell.paint(text);
        const isLast = column === parts.length - 1;
        return cell?.right === true ? space + painted : isLast ? painted : painted + space;
      })
      .join("  ")
      .trimEnd();
  const titles = heading.map((text, column) => ({ text, right: cells[0]?.[column]?.right === true }));
  return `${[line(heading, titles), ...texts.map((row, index) => line(row, cells[index] ?? []))].join("\n")}\n`;
}
