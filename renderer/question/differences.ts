/** Differences between two texts, for people: by lines with the changed words marked, and by words. */
import { diffLines, diffWordsWithSpace } from "diff";

/** A piece of a line: `marked` is what differs within it. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}
export interface DiffLine {
  readonly kind: "same" | "removed" | "added" | "gap";
  readonly pieces: readonly Piece[];
}

/** Longest pair of texts that is compared word by word, in UTF-16 units; a longer one is compared by lines. */
const MOST_WORDS = 20_000;
/**
 * Longest pair that is compared, but for what both begin and end with; beyond it all of the old is shown as removed and all
 * of the new as added.
 */
const MOST_LINES = 400_000;
/** A comparison that takes longer (milliseconds) is given up: a crafted pair must not hang the page. */
const TIMEOUT_MS = 400;

const plain = (text: string): Piece[] => [{ text, marked: false }];
const linesOf = (text: string): string[] => {
  const lines = text.split("\n");
  if (lines.at(-1) === "" && lines.length > 1) lines.pop();
  return lines;
};

/** The difference by lines; a line that was changed has its changed words marked. Never throws. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const small = before.length + after.length <= MOST_LINES;
  if (!small) return longDiff(linesOf(before), linesOf(after));
  const parts = diffLines(before, after, { timeout: TIMEOUT_MS });
  if (parts === undefined)
    return [
      ...(before === "" ? [] : linesOf(before).map((text) => lineOf("removed", text))),
      ...(after === "" ? [] : linesOf(after).map((text) => lineOf("added", text))),
    ];
  const result: DiffLine[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    const next = parts[at + 1];
    if (part === undefined) continue;
    const lines = linesOf(part.value);
    if (part.removed && next?.added) {
      result.push(...changedLines(lines, linesOf(next.value)));
      at += 1;
      continue;
    }
    const kind = part.removed ? "removed" : part.added ? "added" : "same";
    for (const text of lines) result.push({ kind, pieces: plain(text) });
  }
  return result;
}

const lineOf = (kind: DiffLine["kind"], text: string): DiffLine => ({ kind, pieces: plain(text) });

/** The lines that both begin and end with stand as they are: what is left may be short enough to be compared. */
function longDiff(old: readonly string[], young: readonly string[]): DiffLine[] {
  const shorter = Math.min(old.length, young.length);
  let head = 0;
  while (head < shorter && old[head] === young[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  const [before, after] = [old, young].map((lines) => lines.slice(head, lines.length - tail)) as [
    string[],
    string[],
  ];
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
  return [
    ...old.slice(0, head).map((line) => lineOf("same", line)),
    ...(head + tail > 0
      ? lineDiff(text(before), text(after))
      : [...before.map((line) => lineOf("removed", line)), ...after.map((line) => lineOf("added", line))]),
    ...old.slice(old.length - tail).map((line) => lineOf("same", line)),
  ];
}

/** As many lines on both sides are paired, and their words compared; else they stand as they are. */
function changedLines(old: readonly string[], young: readonly string[]): DiffLine[] {
  const paired = old.length === young.length && old.join("").length + young.join("").length <= MOST_WORDS;
  const sides = old.map((text, at) => (paired ? wordDiff(text, young[at] ?? "") : undefined));
  return [
    ...old.map((text, at): DiffLine => ({ kind: "removed", pieces: sides[at]?.before ?? plain(text) })),
    ...young.map((text, at): DiffLine => ({ kind: "added", pieces: sides[at]?.after ?? plain(text) })),
  ];
}

/** Both texts in pieces, with the words marked that only one of them has; undefined when they are too long or unlike. */
export function wordDiff(
  before: string,
  after: string,
): { readonly before: Piece[]; readonly after: Piece[] } | undefined {
  if (before.length + after.length > MOST_WORDS) return undefined;
  const parts = diffWordsWithSpace(before, after, { timeout: TIMEOUT_MS });
  if (parts === undefined) return undefined;
  const old: Piece[] = [];
  const young: Piece[] = [];
  for (const { value, added, removed } of parts) {
    if (!added) old.push({ text: value, marked: removed });
    if (!removed) young.push({ text: value, marked: added });
  }
  return { before: old, after: young };
}

/** Long runs of unchanged lines become one gap line that says how many; `around` lines of them stay on either side. */
export function withGaps(lines: readonly DiffLine[], around = 3): DiffLine[] {
  const keep = new Array<boolean>(lines.length).fill(false);
  for (const [at, line] of lines.entries())
    if (line.kind !== "same")
      for (let near = Math.max(0, at - around); near <= Math.min(lines.length - 1, at + around); near += 1)
        keep[near] = true;
  const result: DiffLine[] = [];
  let hidden = 0;
  const close = (): void => {
    if (hidden > 0)
      result.push({
        kind: "gap",
        pieces: plain(`${hidden} unchanged ${hidden === 1 ? "line" : "lines"}`),
      });
    hidden = 0;
  };
  for (const [at, line] of lines.entries()) {
    if (!keep[at]) {
      hidden += 1;
      continue;
    }
    close();
    result.push(line);
  }
  close();
  return result;
}

/** The lines of a unified diff, as it was sent. */
export function patchLines(text: string): DiffLine[] {
  return linesOf(text).map((line): DiffLine => {
    if (/^(?:\+\+\+|---|@@|diff |index )/.test(line)) return { kind: "gap", pieces: plain(line) };
    if (line.startsWith("+")) return { kind: "added", pieces: plain(line.slice(1)) };
    if (line.startsWith("-")) return { kind: "removed", pieces: plain(line.slice(1)) };
    return { kind: "same", pieces: plain(line.replace(/^ /, "")) };
  });
}
