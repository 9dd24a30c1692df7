import type { ArgCondition, JsonValue } from "../../../shared/model/rule.ts";
import type { Outcome, PathFacts, Verdict } from "./call.ts";
import { compareDecimals } from "./decimal.ts";
import { globMatches } from "./glob.ts";
import { compileHostPattern, judgeHost } from "./host.ts";
import { type JsonView, leavesOf, segmentsOf, select } from "./json-view.ts";
import { judgeUnder } from "./paths/under.ts";
import { compileTextPattern } from "./pattern.ts";

/** A condition on arguments, ready to be asked. */
export interface Condition {
  readonly segments: readonly string[];
  readonly source: ArgCondition;
  /**
   * For an allow all that is pointed at must pass, and be there; for an ask or a deny any of it is enough. `args`
   * undefined: the call has none.
   */
  judge(args: JsonView | undefined, facts: PathFacts, decision: Outcome): Verdict;
}

/** Texts and numbers inside of what a pointer leads to, above which a call is not looked through. */
const MAX_LEAVES = 10_000;

/** What a condition looks at; `views` undefined: it is too much. */
interface Looked {
  readonly views: readonly JsonView[] | undefined;
  readonly missing: boolean;
}
const NOTHING: Looked = { views: [], missing: true };

type Test = (view: JsonView, facts: PathFacts, lenient: boolean) => Verdict;

/** Compiles a condition. What is wrong with it comes as a sentence at the member's name. */
export function compileCondition(source: ArgCondition): Condition | { key: string; message: string } {
  const test = compileTest(source);
  if (typeof test !== "function") return test;
  const segments = segmentsOf(source.path);
  const whole = source.equals !== undefined || source.oneOf !== undefined;
  const name = source.path === "" ? "the arguments" : `the argument ${JSON.stringify(source.path)}`;
  const memo = `${whole ? "whole" : "leaves"}${source.path}`;
  const look = (args: JsonView): Looked => {
    const { found, missing } = select(args, segments);
    const views = whole ? found : leavesOf(found, MAX_LEAVES);
    const nothing = views?.length === 0 || views?.some((view) => !whole && view.kind === "null") === true;
    return { views, missing: missing || nothing };
  };
  return {
    segments,
    source,
    judge(args, facts, decision) {
      const { views, missing } = args === undefined ? NOTHING : args.remember(memo, () => look(args));
      if (views === undefined) return unknown(`${name} holds too much to look through`);
      const verdicts = views.map((view) => test(view, facts, decision !== "allow"));
      return combine(verdicts, decision, missing ? `${name} is not there` : undefined);
    },
  };
}

function combine(verdicts: readonly Verdict[], decision: Outcome, missing: string | undefined): Verdict {
  const of = (match: Verdict["match"]): Verdict | undefined =>
    verdicts.find((verdict) => verdict.match === match);
  const absent: Verdict | undefined =
    missing === undefined ? undefined : { match: "absent", why: () => missing };
  const last = verdicts.at(-1) ?? unknown("there is nothing to look at");
  return decision === "allow"
    ? (of("no") ?? absent ?? of("unknown") ?? last)
    : (of("yes") ?? of("unknown") ?? absent ?? last);
}

const unknown = (why: string): Verdict => ({ match: "unknown", why: () => why });
const shown = (view: JsonView): string => {
  const text = view.kind === "string" ? JSON.stringify(view.text) : view.text;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

function compileTest(source: ArgCondition): Test | { key: string; message: string } {
  const { equals, oneOf, glob, regex, under, host } = source;
  if (equals !== undefined) return valueTest([equals]);
  if (oneOf !== undefined) return valueTest(oneOf);
  if (glob !== undefined)
    return textTest((text) => globMatches(glob, text), `the glob ${JSON.stringify(glob)}`);
  if (under !== undefined) return pathTest(under);
  if (regex !== undefined) {
    const pattern = compileTextPattern(regex);
    return typeof pattern === "string"
      ? { key: "regex", message: pattern }
      : textTest((text) => pattern.matchesWhole(text), `the pattern ${JSON.stringify(regex)}`);
  }
  if (host !== undefined) {
    const pattern = compileHostPattern(host);
    if (typeof pattern === "string") return { key: "host", message: pattern };
    return (view, _facts, lenient) =>
      view.kind === "string" ? judgeHost(view.text, pattern, lenient) : noText(view, lenient);
  }
  return rangeTest(source.min, source.max);
}

/** What is no text cannot pass; a deny takes it for one, as its server may turn it into a text. */
const noText = (view: JsonView, lenient: boolean): Verdict => ({
  match: lenient ? "unknown" : "no",
  why: () => `${shown(view)} is no text`,
});

const pathTest =
  (folder: string): Test =>
  (view, facts, lenient) =>
    view.kind === "string" ? judgeUnder(view.text, folder, facts, lenient) : noText(view, lenient);

function textTest(matches: (text: string) => boolean | undefined, what: string): Test {
  return (view, _facts, lenient) => {
    if (view.kind !== "string") return noText(view, lenient);
    const matched = matches(view.text);
    if (matched === undefined) return unknown(`${shown(view)} is too long for ${what}`);
    return matched
      ? { match: "yes", why: () => `${shown(view)} matches ${what}` }
      : { match: "no", why: () => `${shown(view)} does not match ${what}` };
  };
}

/** A list passes when it is the value itself, or by its elements. */
function valueTest(values: readonly JsonValue[]): Test {
  const is = (view: JsonView): boolean => values.some((value) => view.equals(value));
  const what = values.map((value) => JSON.stringify(value)).join(" or ");
  return (view, _facts, lenient) => {
    const elements = view.kind === "array" ? view.children() : [];
    const matched = is(view) || (elements.length > 0 && (lenient ? elements.some(is) : elements.every(is)));
    return matched
      ? { match: "yes", why: () => `${shown(view)} is ${what}` }
      : { match: "no", why: () => `${shown(view)} is not ${what}` };
  };
}

function rangeTest(min: number | string | undefined, max: number | string | undefined): Test {
  const [low, high] = [min, max].map((bound) => (bound === undefined ? undefined : String(bound)));
  return (view, _facts, lenient) => {
    if (view.kind !== "number")
      return { match: lenient ? "unknown" : "no", why: () => `${shown(view)} is no number` };
    const { text } = view;
    if (low !== undefined && compareDecimals(text, low) < 0)
      return { match: "no", why: () => `${text} is less than ${low}` };
    if (high !== undefined && compareDecimals(text, high) > 0)
      return { match: "no", why: () => `${text} is more than ${high}` };
    return { match: "yes", why: () => `${text} is within the range` };
  };
}
