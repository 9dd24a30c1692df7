import { callStatusSchema } from "../../../../shared/model/call.ts";
import { FILTER_KEYS, type FilterKey, isListKey } from "./parse.ts";
import { tokensOf, writtenValue } from "./tokens.ts";

/** The values that are known of each filter, most likely first. */
export type KnownValues = Partial<Record<FilterKey, readonly string[]>>;

/** Something that can stand where the person types: `text` in place of what is there from `from` to `to`. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** What the list shows, and what it means. */
  readonly label: string;
  readonly detail: string;
  /** A filter's name only: its value is still to be typed. */
  readonly open: boolean;
}

const MOST = 12;
/** How many values of other filters are offered for a word that may be meant as one. */
const MOST_MEANT = 5;
const EXAMPLES: KnownValues = {
  dur: [">100ms", ">500ms", ">1s", ">10s", "<10ms"],
  since: ["15m", "1h", "today", "1d", "7d", "30d"],
  until: ["1h", "today", "1d", "7d"],
  method: ["tools/call", "tools/list", "resources/read", "prompts/get", "initialize"],
  status: callStatusSchema.options,
};
const KEYS = Object.keys(FILTER_KEYS) as FilterKey[];

/** What can be typed at the caret. Empty where nothing is known to fit. */
export function completionsAt(text: string, caret: number, known: KnownValues): Completion[] {
  const token = tokensOf(text).find(({ from, to }) => from < caret && caret <= to);
  if (token === undefined) return keysFor("", caret, caret, false);
  if (token.kind === "text") {
    if (token.quoted) return [];
    const word = text.slice(token.from, caret).toLowerCase();
    const negated = word.startsWith("-");
    const prefix = negated ? word.slice(1) : word;
    const keys = keysFor(prefix, token.from, token.to, negated);
    return prefix === ""
      ? keys
      : [...keys, ...meant(prefix, token.from, token.to, negated, known)].slice(0, MOST);
  }
  if (caret <= token.keyPlace.to)
    return keysFor(
      text.slice(token.keyPlace.from, caret).toLowerCase(),
      token.from,
      token.keyPlace.to + 1,
      token.negated,
    );
  const key = KEYS.find((name) => name === token.key);
  const value = token.values.find(({ from, to }) => from <= caret && caret <= to);
  if (key === undefined || value === undefined) return [];
  const prefix = text
    .slice(value.from, caret)
    .replace(/^["“„”]/, "")
    .toLowerCase();
  const others = token.values.filter((other) => other !== value).map((other) => other.value);
  return matching(valuesOf(key, known), prefix)
    .filter((candidate) => !others.includes(candidate))
    .slice(0, MOST)
    .map((candidate) => ({
      from: value.from,
      to: value.to,
      text: writtenValue(candidate),
      label: candidate,
      detail: "",
      open: false,
    }));
}

/** The text with a completion in it, and where the caret stands then. */
export function completed(
  text: string,
  { from, to, text: added, open }: Completion,
): { text: string; caret: number } {
  const rest = text.slice(to);
  const gap = open || rest.startsWith(" ") || rest.startsWith(",") ? "" : " ";
  return {
    text: `${text.slice(0, from)}${added}${gap}${rest}`,
    caret: from + added.length + (open ? 0 : 1),
  };
}

const valuesOf = (key: FilterKey, known: KnownValues): readonly string[] => [
  ...new Set([...(known[key] ?? []), ...(EXAMPLES[key] ?? [])]),
];

/** Those that begin with what is typed before those that hold it. */
function matching(values: readonly string[], typed: string): string[] {
  const lower = values.map((value) => value.toLowerCase());
  const begins = values.filter((_, index) => lower[index]?.startsWith(typed));
  const holds = values.filter(
    (_, index) => !lower[index]?.startsWith(typed) && lower[index]?.includes(typed),
  );
  return [...begins, ...holds];
}

const keysFor = (prefix: string, from: number, to: number, negated: boolean): Completion[] =>
  KEYS.filter((key) => key.startsWith(prefix) && (!negated || isListKey(key))).map((key) => ({
    from,
    to,
    text: `${negated ? "-" : ""}${key}:`,
    label: `${negated ? "-" : ""}${key}:`,
    detail: negated ? "not this" : FILTER_KEYS[key],
    open: true,
  }));

/** A bare word may be meant as a value: "cla" as client:claude. */
const meant = (
  prefix: string,
  from: number,
  to: number,
  negated: boolean,
  known: KnownValues,
): Completion[] =>
  (["client", "server", "tool", "status", "project"] as const)
    .flatMap((key) =>
      matching(valuesOf(key, known), prefix).map((value) => {
        const text = `${negated ? "-" : ""}${key}:${writtenValue(value)}`;
        return { from, to, text, label: text, detail: "", open: false };
      }),
    )
    .slice(0, MOST_MEANT);
