import { GatehouseError } from "../../../shared/errors.ts";
import type { RuleView } from "../../../shared/model/consent.ts";
import type { Change } from "../../../shared/model/question.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { presets } from "../../core/policy/presets.ts";
import { ruleIssues } from "../../core/policy/rule-issues.ts";
import { ruleInWords } from "../../core/policy/words.ts";
import { insertRule, moveRule, removeRule, replaceRule } from "../config/edit.ts";
import { signed } from "../consent/save-rule.ts";
import { replay } from "../rules/replay.ts";
import { ruleIds } from "../rules/rule-ids.ts";
import { testRules } from "../rules/test-rules.ts";
import type { HubState } from "../state.ts";
import type { Caller, Handlers } from "./control-endpoint.ts";

type RuleChange = Extract<Change, { type: `rule.${string}` }>;
type RuleMethods = Extract<keyof Handlers, `rules.${string}`>;

const ok = { ok: true } as const;

/** The methods about rules. They live in gatehouse.json; what names one is its id there, or one made of what it says. */
export function ruleHandlers(state: HubState): Pick<Handlers, RuleMethods> {
  return {
    "rules.list": () => ({
      rules: views(state),
      fallback: state.store.config.consent.default,
      builtIn: state.policy.builtIn,
      presets: presets(state.servers.all().map(({ name }) => name)).map((preset) => ({
        ...preset,
        rules: [...preset.rules],
      })),
    }),
    "rules.add": ({ rule, at }, caller) =>
      changeRules(state, { type: "rule.add", rule, ...(at === undefined ? {} : { at }) }, caller),
    "rules.replace": ({ id, rule }, caller) => changeRules(state, { type: "rule.replace", id, rule }, caller),
    "rules.remove": async ({ id }, caller) => {
      await changeRules(state, { type: "rule.remove", id }, caller);
      return ok;
    },
    "rules.move": async ({ id, to }, caller) => {
      await changeRules(state, { type: "rule.move", id, to }, caller);
      return ok;
    },
    "rules.words": ({ rule }) => {
      mustBeUsable(rule);
      return { words: ruleInWords(rule) };
    },
    "rules.test": ({ rules, ...call }) => {
      for (const rule of rules ?? []) mustBeUsable(rule);
      return testRules(state, call, rules);
    },
    "rules.replay": ({ since, rules }) => {
      for (const rule of rules ?? []) mustBeUsable(rule);
      return replay(state, since, rules);
    },
  };
}

/** Makes a change of the rules, written into gatehouse.json and recorded; gives the rule as it is then. */
export async function changeRules(state: HubState, change: RuleChange, caller: Caller): Promise<RuleView> {
  if ("rule" in change) mustBeUsable(change.rule);
  let view: RuleView | undefined;
  let detail = "";
  await state.store.edit((text) => {
    const { rules } = state.store.config;
    if (change.type === "rule.add") {
      const rule = signed(change.rule, caller.role === "owner" ? "person" : "cli");
      mustBeFree(rules, rule, undefined);
      const at = Math.min(change.at ?? rules.length, rules.length);
      view = viewOf(state, rule, rule.id ?? "", at);
      detail = JSON.stringify(rule);
      return insertRule(text, rule, at === rules.length ? undefined : at);
    }
    const at = ruleIds(rules).indexOf(change.id);
    const before = rules[at];
    if (before === undefined)
      throw new GatehouseError(
        "not_found",
        `there is no rule ${change.id.slice(0, 80)}`,
        "See the list of rules: it may have been changed meanwhile.",
      );
    if (change.type === "rule.replace") {
      // It stays the same rule: its name goes on, and with it what was counted.
      const rule = signed({ ...change.rule, id: change.rule.id ?? change.id }, "person");
      mustBeFree(rules, rule, at);
      view = viewOf(state, rule, rule.id ?? "", at);
      detail = `${change.id}: ${JSON.stringify(rule)} instead of ${JSON.stringify(before)}`;
      return replaceRule(text, at, rule);
    }
    const to = change.type === "rule.move" ? Math.min(change.to, rules.length - 1) : at;
    view = viewOf(state, before, change.id, to);
    detail = `${change.id}: ${change.type === "rule.move" ? `from ${at + 1} to ${to + 1}` : JSON.stringify(before)}`;
    return change.type === "rule.move" ? moveRule(text, at, to) : removeRule(text, at);
  });
  state.audit.record(caller, change.type, detail);
  state.broadcaster.emit("rulesChanged", {});
  if (view === undefined) throw new GatehouseError("internal", "the rules were not changed");
  return view;
}

function views(state: HubState): RuleView[] {
  const { rules } = state.store.config;
  const ids = ruleIds(rules);
  return rules.map((rule, index) => viewOf(state, rule, ids[index] ?? "", index));
}

function viewOf(state: HubState, rule: Rule, id: string, index: number): RuleView {
  const used = state.ruleUses.of(id);
  return {
    id,
    index,
    rule,
    words: ruleInWords(rule),
    uses: used?.uses ?? 0,
    lastUsedAt: used === undefined ? null : new Date(used.lastUsedAt).toISOString(),
  };
}

/** Throws `bad_request`, naming the member, for a rule that its schema takes and that still cannot be used. */
function mustBeUsable(rule: Rule): void {
  const [issue] = ruleIssues(rule);
  if (issue !== undefined)
    throw new GatehouseError("bad_request", `${issue.path.join(".")} ${issue.message}`, "Correct it.");
}

function mustBeFree(rules: readonly Rule[], { id }: Rule, except: number | undefined): void {
  if (id !== undefined && rules.some((rule, index) => rule.id === id && index !== except))
    throw new GatehouseError("name_taken", `there is a rule ${id} already`, "Leave its id out.");
}
