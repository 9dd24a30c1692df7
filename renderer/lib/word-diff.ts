import { diffArrays } from "diff";

export interface DiffPart {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/**
 * Differences above which two texts are shown as one replaced by the other: they have little in common then. The time to
 * find them grows with their square, and the window stands still meanwhile.
 */
const MAX_EDITS = 1_000;
/** A word with its digits, a run of spaces, or any other character alone: an invisible one too. */
const TOKENS = /[\p{L}\p{N}\p{M}_]+|[^\S\n]+|[\s\S]/gu;

/** What has changed from one text to the other, word by word. Joined, "same" and "added" are the new text. */
export function wordDiff(before: string, after: string): DiffPart[] {
  const blocks = difference(lines(before), lines(after));
  const parts: DiffPart[] = [];
  for (let at = 0; at < blocks.length; at += 1) {
    const block = blocks[at];
    const next = blocks[at + 1];
    if (block === undefined) continue;
    if (block.kind === "removed" && next?.kind === "added") {
      const words = difference(block.text.match(TOKENS) ?? [], next.text.match(TOKENS) ?? []);
      parts.push(...joined(words));
      at += 1;
    } else parts.push(block);
  }
  return merged(parts);
}

const lines = (text: string): string[] => text.split(/(?<=\n)/);

function difference(before: string[], after: string[]): DiffPart[] {
  const changes = diffArrays(before, after, { maxEditLength: MAX_EDITS });
  const found: DiffPart[] =
    changes === undefined
      ? replaced(before, after)
      : changes.map(({ added, removed, value }) => ({
          kind: added ? "added" : removed ? "removed" : "same",
          text: value.join(""),
        }));
  return removedFirst(found.filter(({ text }) => text !== ""));
}

/** One in place of the other, but for what both begin and end with. */
function replaced(before: readonly string[], after: readonly string[]): DiffPart[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    { kind: "same", text: before.slice(0, head).join("") },
    { kind: "removed", text: before.slice(head, before.length - tail).join("") },
    { kind: "added", text: after.slice(head, after.length - tail).join("") },
    { kind: "same", text: before.slice(before.length - tail).join("") },
  ];
}

/** What takes the place of something stands behind it. */
function removedFirst(parts: readonly DiffPart[]): DiffPart[] {
  const sorted = [...parts];
  for (let at = 1; at < sorted.length; at += 1) {
    const [one, other] = [sorted[at - 1], sorted[at]];
    if (one?.kind === "added" && other?.kind === "removed") [sorted[at - 1], sorted[at]] = [other, one];
  }
  return sorted;
}

/** Words that have only a space or a comma in common are one change: a sentence in pieces cannot be read. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const found: DiffPart[] = [];
  let removed = "";
  let added = "";
  const flush = (): void => {
    if (removed !== "") found.push({ kind: "removed", text: removed });
    if (added !== "") found.push({ kind: "added", text: added });
    removed = "";
    added = "";
  };
  parts.forEach((part, at) => {
    const isBetween = at > 0 && at < parts.length - 1;
    if (part.kind === "removed") removed += part.text;
    else if (part.kind === "added") added += part.text;
    else if (
      isBetween &&
      part.text.length <= 3 &&
      !part.text.includes("\n") &&
      !/[\p{L}\p{N}]/u.test(part.text)
    ) {
      removed += part.text;
      added += part.text;
    } else {
      flush();
      found.push(part);
    }
  });
  flush();
  return found;
}

function merged(parts: readonly DiffPart[]): DiffPart[] {
  const found: DiffPart[] = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (last?.kind === part.kind) found[found.length - 1] = { kind: part.kind, text: last.text + part.text };
    else found.push(part);
  }
  return found;
}

/** A part of a diff, or a run of unchanged lines that may be left out at first. */
export type DiffBlock = DiffPart | { readonly kind: "folded"; readonly text: string; readonly lines: number };

/** Lines of unchanged text that stay beside a change. */
const CONTEXT = 3;

/** The same with long unchanged stretches folded; what has changed never is. */
export function folded(parts: readonly DiffPart[]): DiffBlock[] {
  return parts.flatMap((part, at): DiffBlock[] => {
    if (part.kind !== "same" || parts.length === 1) return [part];
    const all = lines(part.text);
    const head = at === 0 ? 0 : CONTEXT;
    const tail = at === parts.length - 1 ? 0 : CONTEXT;
    const hidden = all.slice(head, all.length - tail);
    if (hidden.length <= CONTEXT) return [part];
    const blocks: DiffBlock[] = [
      { kind: "same", text: all.slice(0, head).join("") },
      { kind: "folded", text: hidden.join(""), lines: hidden.length },
      { kind: "same", text: tail === 0 ? "" : all.slice(-tail).join("") },
    ];
    return blocks.filter(({ text }) => text !== "");
  });
}
