import { diffLines, diffWordsWithSpace } from "diff";
import type { Held } from "../../shared/model/consent.ts";
import { visible, visibleLines } from "./escape.ts";
import type { painter } from "./io.ts";
import { relativeTime } from "./times.ts";

type Painter = ReturnType<typeof painter>;

/** Unchanged lines that stay on either side of a change. */
const CONTEXT = 3;
/** Differences above which two texts are shown as one replaced by the other. */
const MAX_EDITS = 4_000;

/** What is held back, for a terminal: every line of foreign text stands behind a mark of ours ("+", "-" or a space). */
export function heldText(held: Held, paint: Painter, now: number): string {
  const title = `${held.change} ${held.kind} ${visible(held.name)}`;
  return [
    `${paint.bold(title)}  ${paint.dim(`${visible(held.id)}, ${relativeTime(held.since, now)}`)}`,
    ...held.flags.map((flag) => `  ${paint.red("beware:")} ${visible(flag)}`),
    ...diffOf(held.before, held.after, paint).map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function diffOf(before: string | null, after: string, paint: Painter): string[] {
  if (before === null) return linesOf(after).map((line) => paint.green(`+ ${visible(line)}`));
  const changes = diffLines(`${before}\n`, `${after}\n`, { maxEditLength: MAX_EDITS }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  return changes.flatMap((change, at) => {
    if (!change.removed && !change.added)
      return unchanged(linesOf(change.value), at === 0, at === changes.length - 1, paint);
    const other = change.removed ? changes[at + 1] : changes[at - 1];
    const isReplaced = other !== undefined && (change.removed ? other.added : other.removed);
    const words = isReplaced
      ? diffWordsWithSpace(
          ...(change.removed
            ? ([change.value, other.value] as const)
            : ([other.value, change.value] as const)),
          {
            maxEditLength: MAX_EDITS,
          },
        )
      : undefined;
    const text =
      words === undefined
        ? visibleLines(change.value)
        : words
            .filter(({ added, removed }) => (change.removed ? !added : !removed))
            .map(({ value, added, removed }) => {
              const shown = visibleLines(value);
              return added || removed ? shown.split("\n").map(paint.bold).join("\n") : shown;
            })
            .join("");
    const mark = change.removed ? paint.red("-") : paint.green("+");
    return linesOf(text).map((line) => `${mark} ${line}`);
  });
}

function unchanged(lines: readonly string[], isFirst: boolean, isLast: boolean, paint: Painter): string[] {
  const head = isFirst ? 0 : CONTEXT;
  const tail = isLast ? 0 : CONTEXT;
  const hidden = lines.length - head - tail;
  const shown = (line: string): string => `  ${visible(line)}`;
  if (hidden <= 1) return lines.map(shown);
  return [
    ...lines.slice(0, head).map(shown),
    paint.dim(`  (${hidden} unchanged lines)`),
    ...(tail === 0 ? [] : lines.slice(-tail).map(shown)),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
