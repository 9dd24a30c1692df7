import type { Rule } from "../../../shared/model/rule.ts";
import type { Decision, Outcome, PolicyCall, PolicyFacts, Verdict } from "./call.ts";
import { type Condition, compileCondition } from "./conditions.ts";
import { compileGlob } from "./glob.ts";
import { JsonView } from "./json-view.ts";
import type { Guard } from "./own-home.ts";
import { judgeUnder } from "./paths/under.ts";
import { isPathLike, MAX_LOOKED_THROUGH, textsOf } from "./strings.ts";
import { ruleInWords } from "./words.ts";

/** What one rule says of a call, for the tester. */
export interface Step {
  readonly by: string;
  readonly ruleId: string | null;
  readonly words: string;
  readonly match: "yes" | "no" | "unknown";
  readonly why: string;
}

export interface Explanation extends Decision {
  /** Every rule in order, also those after the one that decided; the built-in first. */
  readonly steps: readonly Step[];
}

/** The rules of a configuration, compiled: asked for each call, made once for each change. */
export interface Policy {
  /**
   * The first rule that matches decides; where none does, `fallback`. What cannot be told asks at least: an allow does
   * not hold then, a deny does, and nothing further down allows.
   */
  decide(call: PolicyCall, facts: PolicyFacts, fallback: Outcome): Decision;
  /** The same, with what every rule says. */
  explain(call: PolicyCall, facts: PolicyFacts, fallback: Outcome): Explanation;
}

/** One rule, ready to be asked. */
interface CompiledRule {
  readonly rule: Rule;
  readonly by: string;
  /** What of the call never changes between calls of one tool by one client; a word for what does not fit. */
  fits(call: PolicyCall, facts: PolicyFacts): string | undefined;
  readonly conditions: readonly Condition[];
  readonly until: number | undefined;
  readonly pastUse: ((server: string, tool: string, untrusted: boolean) => boolean) | undefined;
  /** Nothing is left to be asked once it fits. */
  readonly plain: boolean;
}

/** Combinations of client, server, tool and so on whose rules are remembered. */
const MAX_REMEMBERED = 2_000;

/**
 * Compiles rules, which the schema and `ruleIssues` have taken. A rule that cannot be used all the same never allows
 * and always denies. `guard` comes before every rule.
 */
export function compileRules(rules: readonly Rule[], guard?: Guard): Policy {
  const compiled = rules.map(compileRule);
  const remembered = new Map<string, readonly CompiledRule[]>();
  const fitting = (call: PolicyCall, facts: PolicyFacts): readonly CompiledRule[] => {
    const { clientId, client, profile, project, server, method, tool, claims } = call;
    const marks =
      (claims.readOnly ? 1 : 0) +
      (claims.destructive ? 2 : 0) +
      (claims.idempotent ? 4 : 0) +
      (claims.openWorld ? 8 : 0);
    const key = `${server}\n${tool}\n${method}\n${clientId}\n${client}\n${profile}\n${project}\n${marks}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const found = compiled.filter((each) => each.fits(call, facts) === undefined);
    // Only what is after the first rule that decides without a further look can be left out.
    const end = found.findIndex(({ plain }) => plain);
    const kept = end < 0 ? found : found.slice(0, end + 1);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, kept);
    return kept;
  };
  const decide = (call: PolicyCall, facts: PolicyFacts, fallback: Outcome): Decision => {
    const args = new Arguments(call);
    const guarded = guard?.check(call, facts);
    if (guarded?.decision === "deny") return new Made("deny", guarded.by, null, guarded.why);
    let ceiling: Made | undefined =
      guarded === undefined ? undefined : new Made("ask", guarded.by, null, guarded.why);
    for (const each of fitting(call, facts)) {
      const { rule } = each;
      const verdict = each.plain ? MET : judge(each, args, facts);
      if (verdict.match === "no" || verdict.match === "absent") continue;
      if (verdict.match === "unknown" && rule.decision !== "deny") {
        ceiling ??= new Made("ask", each.by, rule.id ?? null, verdict.why);
        continue;
      }
      if (rule.decision === "allow" && ceiling !== undefined) return ceiling;
      return new Made(rule.decision, each.by, rule.id ?? null, () => reasonOf(rule, verdict));
    }
    if (fallback === "allow" && ceiling !== undefined) return ceiling;
    return new Made(
      fallback,
      "consent.default",
      null,
      () => `no rule matches, and consent.default is "${fallback}"`,
    );
  };
  return {
    decide,
    explain(call, facts, fallback) {
      const args = new Arguments(call);
      const decision = decide(call, facts, fallback);
      const guarded = guard?.check(call, facts);
      const steps = compiled.map((each): Step => {
        const misfit = each.fits(call, facts);
        const verdict: Verdict =
          misfit === undefined ? judge(each, args, facts) : { match: "no", why: () => misfit };
        return {
          by: each.by,
          ruleId: each.rule.id ?? null,
          words: ruleInWords(each.rule),
          match: verdict.match === "absent" ? "no" : verdict.match,
          why: verdict.why(),
        };
      });
      const builtIn: Step[] =
        guard === undefined
          ? []
          : [
              {
                by: guard.by,
                ruleId: null,
                words: guard.words,
                match: guarded === undefined ? "no" : guarded.decision === "deny" ? "yes" : "unknown",
                why: guarded?.why() ?? "nothing in the arguments leads there",
              },
            ];
      const { by, ruleId, why } = decision;
      return { decision: decision.decision, by, ruleId, why, steps: [...builtIn, ...steps] };
    },
  };
}

/** A decision whose reason is put into words when somebody reads it. */
class Made implements Decision {
  readonly decision: Outcome;
  readonly by: string;
  readonly ruleId: string | null;
  readonly #why: () => string;

  constructor(decision: Outcome, by: string, ruleId: string | null, why: () => string) {
    this.decision = decision;
    this.by = by;
    this.ruleId = ruleId;
    this.#why = why;
  }

  get why(): string {
    return this.#why();
  }
}

const MET: Verdict = { match: "yes", why: () => "every part of it matches" };
const DEEDS: Readonly<Record<Outcome, string>> = { allow: "allows", ask: "asks about", deny: "denies" };

function reasonOf(rule: Rule, verdict: Verdict): string {
  const note = rule.note === undefined ? "" : ` (${JSON.stringify(rule.note)})`;
  const detail = verdict === MET ? "" : `: ${verdict.why()}`;
  return `a rule${note} ${DEEDS[rule.decision]} this${detail}`;
}

/** The arguments of one call, read when a condition first looks at them. */
class Arguments {
  readonly #call: PolicyCall;
  #view: JsonView | undefined | "unread" = "unread";
  #bytes: Uint8Array | undefined;

  constructor(call: PolicyCall) {
    this.#call = call;
  }

  get view(): JsonView | undefined {
    if (this.#view === "unread") {
      this.#bytes = this.#call.arguments();
      this.#view = this.#bytes === undefined ? undefined : new JsonView(this.#bytes);
    }
    return this.#view;
  }

  get bytes(): Uint8Array | undefined {
    return this.view === undefined ? undefined : this.#bytes;
  }

  get tooLarge(): boolean {
    return (this.bytes?.length ?? 0) > MAX_LOOKED_THROUGH;
  }
}

function compileRule(rule: Rule, index: number): CompiledRule {
  const by = `rules[${index}]`;
  const { scope, after } = rule;
  const conditions = (rule.args ?? []).map((source): Condition => {
    const condition = compileCondition(source);
    if ("judge" in condition) return condition;
    const why = (): string =>
      `its condition on ${source.path} cannot be used: ${condition.key} ${condition.message}`;
    return { segments: [], source, judge: () => ({ match: "unknown", why }) };
  });
  const [usedServer, usedTool] = [compileGlob(after?.server), compileGlob(after?.tool)];
  return {
    rule,
    by,
    fits: fitOf(rule),
    conditions,
    until: typeof scope === "object" ? Date.parse(scope.until) : undefined,
    pastUse:
      after &&
      ((server, tool, untrusted) =>
        usedServer(server) && usedTool(tool) && (after.untrusted !== true || untrusted)),
    plain: conditions.length === 0 && after === undefined && (scope === undefined || scope === "always"),
  };
}

function fitOf(rule: Rule): CompiledRule["fits"] {
  const client = compileGlob(rule.client?.toLowerCase());
  const [profile, server, method, tool] = [rule.profile, rule.server, rule.method, rule.tool].map(
    compileGlob,
  );
  const is = (glob: ((text: string) => boolean) | undefined, text: string): boolean => glob?.(text) ?? true;
  const wanted = Object.entries(rule.annotations ?? {}) as [
    keyof PolicyCall["claims"],
    boolean | undefined,
  ][];
  return (call, facts) => {
    if (!is(server, call.server)) return "it is for another server";
    if (!is(tool, call.tool)) return "it is for another tool";
    if (rule.client !== undefined && !client(call.client.toLowerCase()) && rule.client !== call.clientId)
      return "it is for another client";
    if (!is(method, call.method)) return "it is for another method";
    if (!is(profile, call.profile)) return "it is for another profile";
    if (rule.project !== undefined && !projectFits(rule.project, call.project, facts))
      return "it is for another project";
    for (const [name, value] of wanted)
      if (value !== undefined && call.claims[name] !== value)
        return `it is for tools whose server says ${name}: ${value}, in words or by saying nothing`;
    return undefined;
  };
}

function projectFits(glob: string, project: string, { home }: PolicyFacts): boolean {
  const pattern = /^~(?=$|[/\\])/.test(glob) ? home + glob.slice(1) : glob;
  return compileGlob(pattern.length > 1 ? pattern.replace(/[/\\]$/, "") : pattern)(project);
}

/** What is left to ask of a rule that fits. */
function judge(each: CompiledRule, args: Arguments, facts: PolicyFacts): Verdict {
  const { rule, until } = each;
  if (until !== undefined && facts.now >= until) return { match: "no", why: () => "its time is over" };
  if (
    (rule.scope === "once" || rule.scope === "session") &&
    !(facts.inForce?.(rule) ?? rule.decision !== "allow")
  )
    return { match: "no", why: () => `it is not in force: its scope is "${rule.scope}"` };
  const past = each.pastUse === undefined ? MET : judgePast(each.pastUse, facts);
  if (past.match === "no" || each.conditions.length === 0) return past;
  const verdict = judgeArguments(each, args, facts);
  return past.match === "unknown" && (verdict.match === "yes" || verdict.match === "unknown")
    ? past
    : verdict;
}

function judgePast(used: NonNullable<CompiledRule["pastUse"]>, { history }: PolicyFacts): Verdict {
  if (history === undefined)
    return { match: "unknown", why: () => "what the session has used before cannot be told" };
  for (const { server, tool, untrusted } of history)
    if (used(server, tool, untrusted))
      return {
        match: "yes",
        why: () => `the session has used ${JSON.stringify(tool)} of ${JSON.stringify(server)} before`,
      };
  return { match: "no", why: () => "the session has not used what it waits for" };
}

/** For a deny what is absent, and for anything but an allow what is unknown, counts against the call. */
function judgeArguments({ rule, conditions }: CompiledRule, args: Arguments, facts: PolicyFacts): Verdict {
  const { decision } = rule;
  if (args.tooLarge) return { match: "unknown", why: () => "the arguments are too large to look through" };
  let doubt: Verdict | undefined;
  let met: Verdict | undefined;
  for (const condition of conditions) {
    const verdict = condition.judge(args.view, facts, decision);
    if (verdict.match === "no" || (verdict.match === "absent" && decision === "allow")) return verdict;
    if (verdict.match === "yes") met ??= verdict;
    else if (verdict.match === "absent" && decision === "deny") met ??= verdict;
    else doubt ??= verdict;
  }
  const other = decision === "allow" && doubt === undefined ? otherPaths(conditions, args, facts) : undefined;
  const verdict = other ?? doubt;
  if (verdict !== undefined) return { match: verdict.match === "no" ? "no" : "unknown", why: verdict.why };
  return { match: "yes", why: (met ?? MET).why };
}

/**
 * An allow for paths under a folder is about every path of the call: those that no condition of the rule looks at must
 * be under one of its folders too. Otherwise a second path argument would slip through.
 */
function otherPaths(
  conditions: readonly Condition[],
  args: Arguments,
  facts: PolicyFacts,
): Verdict | undefined {
  const folders = conditions.flatMap(({ source }) => (source.under === undefined ? [] : [source.under]));
  const { bytes } = args;
  if (folders.length === 0 || bytes === undefined) return undefined;
  const looked = conditions.map(({ segments }) => segments);
  for (const found of textsOf(bytes, false)) {
    if (!isPathLike(found) || looked.some((segments) => covers(segments, found.pointer))) continue;
    const verdicts = folders.map((folder) => judgeUnder(found.text, folder, facts, false));
    if (verdicts.some(({ match }) => match === "yes")) continue;
    const first = verdicts.find(({ match }) => match === "unknown") ?? verdicts[0];
    if (first !== undefined)
      return {
        match: first.match,
        why: () => `of the argument ${JSON.stringify(found.pointer)}: ${first.why()}`,
      };
  }
  return undefined;
}

function covers(segments: readonly string[], pointer: string): boolean {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return (
    segments.length <= parts.length && segments.every((segment, i) => segment === "*" || segment === parts[i])
  );
}

/** Whether one rule, taken as an allow for always, lets a call pass: what a grant needs to know. */
export function ruleCovers(rule: Rule, call: PolicyCall, facts: PolicyFacts): boolean {
  const { scope: _scope, ...rest } = rule;
  return compileRules([{ ...rest, decision: "allow" }]).decide(call, facts, "ask").decision === "allow";
}
