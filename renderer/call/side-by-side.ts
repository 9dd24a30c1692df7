import { type DiffLine, lineDiff, withGaps } from "../question/differences.ts";

/** One row of two texts beside each other; null where one side has no such line. */
export type DiffRow =
  | { readonly kind: "same" | "changed"; readonly left: DiffLine | null; readonly right: DiffLine | null }
  | { readonly kind: "gap"; readonly text: string };

/** Two texts as rows: lines that took each other's place stand beside each other. `whole`: unchanged ones too. */
export function sideBySide(before: string, after: string, whole = false): DiffRow[] {
  const lines = lineDiff(before, after);
  const rows: DiffRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      rows.push({ kind: "changed", left: removed[at] ?? null, right: added[at] ?? null });
    removed = [];
    added = [];
  };
  for (const line of whole ? lines : withGaps(lines)) {
    if (line.kind === "removed") removed.push(line);
    else if (line.kind === "added") added.push(line);
    else {
      flush();
      if (line.kind === "gap") rows.push({ kind: "gap", text: line.pieces.map(({ text }) => text).join("") });
      else rows.push({ kind: "same", left: line, right: line });
    }
  }
  flush();
  return rows;
}
