/**
 * The text of the Activity screen's filter: read into a CallFilter, with what is wrong and where, and written again.
 * A value list means any of its values, a minus none of them, and what stands outside of filters is one text to search.
 */
import { type CallFilter, callStatusSchema } from "../../../../shared/model/call.ts";
import { type Moment, parseDuration, parseMoment } from "./times.ts";
import {
  type KeyedToken,
  type Place,
  type TextToken,
  type Token,
  tokensOf,
  type ValueToken,
} from "./tokens.ts";

/** Every filter by its name in the text, with what it is about in a few words. */
export const FILTER_KEYS = {
  server: "server that was called",
  tool: "tool, as its server calls it",
  client: "client that called",
  status: "how the call ended",
  dur: "how long it took, as >500ms",
  since: "from then on, as 1h, today or 2026-11-22",
  until: "before then",
  project: "project folder, or its name",
  session: "session of a client",
  method: "method of MCP, as tools/call",
  error: "text of the error",
  env: "label of the server or client",
  team: "label of the server or client",
} as const satisfies Record<string, string>;
export type FilterKey = keyof typeof FILTER_KEYS;

const LISTS = ["server", "tool", "client", "project", "session", "method", "status"] as const;
export type ListKey = (typeof LISTS)[number];
/** Filters that can be turned round with a minus. */
export const isListKey = (key: string): key is ListKey => (LISTS as readonly string[]).includes(key);
const isFilterKey = (key: string): key is FilterKey => Object.hasOwn(FILTER_KEYS, key);

/** Something that cannot be understood, and where it stands. */
export interface FilterProblem extends Place {
  readonly message: string;
}

export interface ParsedFilter {
  /** What the parts that can be understood mean. */
  readonly filter: CallFilter;
  readonly tokens: readonly Token[];
  /** In the order in which they stand; empty: all is well. */
  readonly problems: readonly FilterProblem[];
  /** A time goes along with the clock ("since:1h"), so the filter is to be read again when it is used again. */
  readonly relative: boolean;
}

const MOST_VALUES = 100;
const LONGEST_TEXT = 10_000;

/** The patterns that find a project folder by its last name alone, on any platform. */
export const projectPatterns = (name: string): string[] => [name, `*/${name}`, `*\\${name}`];

/** Reads a filter's text; `now` is what "1h" ago counts from, in milliseconds since the epoch. */
export function parseFilter(text: string, now: number): ParsedFilter {
  const tokens = tokensOf(text);
  const problems: FilterProblem[] = [];
  const problem = ({ from, to }: Place, message: string): undefined => {
    problems.push({ from, to, message });
  };
  const wanted: Partial<Record<ListKey, string[]>> = {};
  const unwanted: Partial<Record<ListKey, string[]>> = {};
  const single: Omit<CallFilter, ListKey | "not"> = {};
  let relative = false;

  const takeList = (token: KeyedToken, key: ListKey): void => {
    const into = token.negated ? unwanted : wanted;
    const list = into[key] ?? [];
    into[key] = list;
    for (const given of token.values) {
      const value = key === "status" ? { ...given, value: given.value.toLowerCase() } : given;
      if (key === "status" && !callStatusSchema.safeParse(value.value).success) {
        problem(value, `No call ends as “${given.value}”: ${callStatusSchema.options.join(", ")}.`);
        continue;
      }
      const patterns =
        key === "project" && !/[/\\*]/.test(value.value) ? projectPatterns(value.value) : [value.value];
      for (const pattern of patterns) if (!list.includes(pattern)) list.push(pattern);
      if (list.length > MOST_VALUES) {
        list.length = MOST_VALUES;
        problem(value, `${key} takes ${MOST_VALUES} values at most.`);
      }
    }
  };
  const takeDuration = (value: ValueToken): void => {
    const match = /^(>=?|<=?)(.*)$/.exec(value.value);
    if (match === null) return problem(value, "Say whether longer or shorter: dur:>500ms or dur:<2s.");
    const us = parseDuration(match[2] ?? "");
    if (us === undefined)
      return problem(value, `“${match[2]}” is no duration: a number with us, ms, s, m or h, as 500ms.`);
    const bound = match[1]?.startsWith(">") ? "minDurationUs" : "maxDurationUs";
    if (single[bound] !== undefined) return problem(value, `dur:${match[1]} is given twice.`);
    single[bound] = us;
    const { minDurationUs: least = 0, maxDurationUs: most = Number.POSITIVE_INFINITY } = single;
    if (least > most) problem(value, "No call takes longer and shorter than that.");
  };
  const takeMoment = (key: "since" | "until", value: ValueToken): void => {
    const moment: Moment | undefined = parseMoment(value.value, now);
    if (moment === undefined)
      return problem(
        value,
        `“${value.value}” is no time: 90s, 30m, 1h or 2d ago, today, or a date as 2026-11-22.`,
      );
    if (single[key] !== undefined) return problem(value, `${key} is given twice.`);
    single[key] = moment.at;
    relative ||= moment.relative;
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = single;
    if (since >= until) problem(value, "No call starts since then and before that.");
  };
  const takeText = (key: "search" | "error", place: Place, value: string): void => {
    if (value.length > LONGEST_TEXT)
      return problem(
        place,
        `A text to search has ${LONGEST_TEXT.toLocaleString("en-US")} characters at most.`,
      );
    if (single[key] !== undefined)
      return problem(
        place,
        key === "error"
          ? "error is given twice."
          : "Only one text can be searched: put its words together, in quotes.",
      );
    if (value !== "") single[key] = value;
  };
  const takeSingle = (token: KeyedToken, key: Exclude<FilterKey, ListKey>, value: ValueToken): void => {
    if (key === "dur") return takeDuration(value);
    if (key === "since" || key === "until") return takeMoment(key, value);
    if (key === "error") return takeText("error", token, value.value);
    const label = key === "env" ? "environment" : "team";
    if (single[label] !== undefined) return problem(token, `${key} is given twice.`);
    single[label] = value.value;
  };
  const takeKeyed = (token: KeyedToken): void => {
    const { key, values, negated, keyPlace } = token;
    if (!isFilterKey(key))
      return problem(keyPlace, `There is no filter “${key}”. To search for this text, put it in quotes.`);
    const open = values.find((value) => value.open);
    if (open !== undefined) return problem(open, "This quote is not closed.");
    const empty = values.find((value) => value.value === "");
    if (empty !== undefined)
      return problem(
        empty.quoted ? empty : token,
        values.length === 1 ? `${key}: needs a value.` : "A value is missing beside the comma.",
      );
    if (isListKey(key)) return takeList(token, key);
    if (negated) return problem(token, `${key} cannot be turned round with a minus.`);
    const [first, second] = values;
    if (second !== undefined && key !== "dur") return problem(second, `${key} takes one value.`);
    for (const value of key === "dur" ? values : first === undefined ? [] : [first])
      takeSingle(token, key, value);
  };

  for (const run of runsOf(tokens)) {
    const [first] = run;
    const last = run.at(-1);
    if (first?.kind === "keyed") takeKeyed(first);
    else if (first !== undefined && last !== undefined) {
      if (first.open) problem(first, "This quote is not closed.");
      takeText(
        "search",
        { from: first.from, to: last.to },
        first.quoted ? first.value : text.slice(first.from, last.to),
      );
    }
  }
  const not = partiesOf(unwanted);
  const filter: CallFilter = { ...partiesOf(wanted), ...(not === undefined ? {} : { not }), ...single };
  return { filter, tokens, problems: problems.sort((a, b) => a.from - b.from), relative };
}

/** Words beside each other are one text. */
function runsOf(tokens: readonly Token[]): (readonly [KeyedToken] | readonly TextToken[])[] {
  const runs: (readonly [KeyedToken] | TextToken[])[] = [];
  let words: TextToken[] | undefined;
  for (const token of tokens) {
    if (token.kind === "keyed") {
      runs.push([token]);
      words = undefined;
    } else if (token.quoted || words === undefined) {
      const run = [token];
      runs.push(run);
      words = token.quoted ? undefined : run;
    } else words.push(token);
  }
  return runs;
}

function partiesOf(lists: Partial<Record<ListKey, string[]>>): CallFilter["not"] {
  const entries = Object.entries(lists)
    .filter(([, list]) => list.length > 0)
    .map(([key, list]) => [key, list.length === 1 ? list[0] : list] as const);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as CallFilter["not"]);
}
