/** A rule as the dialog holds it: every member as text, turned into a rule and checked as a whole. */
import { type ArgCondition, type JsonValue, type Rule, ruleSchema } from "../../../shared/model/rule.ts";

/** What an argument may be tested for, as the dialog offers it; "range" is `min` and `max`. */
export const TESTS = ["equals", "oneOf", "glob", "regex", "under", "host", "range"] as const;
export type Test = (typeof TESTS)[number];
export const CLAIMS = ["readOnly", "destructive", "idempotent", "openWorld"] as const;
export const GLOBS = ["client", "profile", "project", "server", "method", "tool"] as const;

export interface ArgDraft {
  readonly path: string;
  readonly test: Test;
  /** The test's value; the least number of a range. */
  readonly value: string;
  /** The greatest number of a range. */
  readonly most: string;
}

export interface RuleDraft {
  readonly decision: Rule["decision"];
  /** Empty matches everything. */
  readonly globs: Readonly<Record<(typeof GLOBS)[number], string>>;
  readonly claims: Readonly<Record<(typeof CLAIMS)[number], "" | "yes" | "no">>;
  readonly args: readonly ArgDraft[];
  readonly after: "" | "used" | "untrusted";
  readonly afterServer: string;
  readonly afterTool: string;
  readonly scope: "always" | "until" | "once" | "session";
  /** Local time as <input type="datetime-local"> writes it, 2026-01-31T18:00. */
  readonly until: string;
  readonly note: string;
  /** What the dialog does not edit and a saved rule keeps. */
  readonly kept: Pick<Rule, "id" | "madeBy" | "madeAt">;
}

export const EMPTY_DRAFT: RuleDraft = {
  decision: "allow",
  globs: { client: "", profile: "", project: "", server: "", method: "", tool: "" },
  claims: { readOnly: "", destructive: "", idempotent: "", openWorld: "" },
  args: [],
  after: "",
  afterServer: "",
  afterTool: "",
  scope: "always",
  until: "",
  note: "",
  kept: {},
};
export const NEW_CONDITION: ArgDraft = { path: "", test: "equals", value: "", most: "" };

const two = (value: number): string => String(value).padStart(2, "0");
const localTime = (iso: string): string => {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
};

function conditionDraft(condition: ArgCondition): ArgDraft {
  const { path, min, max } = condition;
  const draft = (test: Test, value: string): ArgDraft => ({ path, test, value, most: "" });
  if (condition.equals !== undefined) return draft("equals", JSON.stringify(condition.equals));
  if (condition.oneOf !== undefined) return draft("oneOf", JSON.stringify(condition.oneOf));
  for (const test of ["glob", "regex", "under", "host"] as const) {
    const value = condition[test];
    if (value !== undefined) return draft(test, value);
  }
  return { path, test: "range", value: String(min ?? ""), most: String(max ?? "") };
}

/** What the dialog starts from for a rule that there is. */
export function draftOfRule(rule: Rule): RuleDraft {
  const { id, madeBy, madeAt, after, scope, annotations } = rule;
  const claim = (value: boolean | undefined): "" | "yes" | "no" =>
    value === undefined ? "" : value ? "yes" : "no";
  return {
    decision: rule.decision,
    globs: {
      client: rule.client ?? "",
      profile: rule.profile ?? "",
      project: rule.project ?? "",
      server: rule.server ?? "",
      method: rule.method ?? "",
      tool: rule.tool ?? "",
    },
    claims: {
      readOnly: claim(annotations?.readOnly),
      destructive: claim(annotations?.destructive),
      idempotent: claim(annotations?.idempotent),
      openWorld: claim(annotations?.openWorld),
    },
    args: (rule.args ?? []).map(conditionDraft),
    after: after === undefined ? "" : after.untrusted === true ? "untrusted" : "used",
    afterServer: after?.server ?? "",
    afterTool: after?.tool ?? "",
    scope: scope === undefined ? "always" : typeof scope === "object" ? "until" : scope,
    until: typeof scope === "object" ? localTime(scope.until) : "",
    note: rule.note ?? "",
    kept: {
      ...(id === undefined ? {} : { id }),
      ...(madeBy === undefined ? {} : { madeBy }),
      ...(madeAt === undefined ? {} : { madeAt }),
    },
  };
}

/** The rule, or what is wrong with it by member: "tool", "args.0.path", "args.0.value", "scope". */
export type Drafted =
  | { readonly rule: Rule; readonly errors: null }
  | { readonly rule: null; readonly errors: ReadonlyMap<string, string> };

/** Turns a draft into the rule that it means. */
export function ruleOfDraft(draft: RuleDraft): Drafted {
  const errors = new Map<string, string>();
  const args = draft.args.map((condition, index) => {
    const made = conditionOf(condition);
    if (typeof made === "string") {
      errors.set(`args.${index}.value`, made);
      return { path: condition.path };
    }
    return made;
  });
  const claims = CLAIMS.flatMap((name) =>
    draft.claims[name] === "" ? [] : [[name, draft.claims[name] === "yes"]],
  );
  const { after, afterServer, afterTool, scope, until } = draft;
  if (scope === "until" && Number.isNaN(Date.parse(until))) errors.set("scope", "Choose a day and a time.");
  const globs = GLOBS.flatMap((name) => (draft.globs[name] === "" ? [] : [[name, draft.globs[name]]]));
  const candidate = {
    ...draft.kept,
    ...Object.fromEntries(globs),
    ...(claims.length === 0 ? {} : { annotations: Object.fromEntries(claims) }),
    ...(args.length === 0 ? {} : { args }),
    ...(after === ""
      ? {}
      : {
          after: {
            ...(afterServer === "" ? {} : { server: afterServer }),
            ...(afterTool === "" ? {} : { tool: afterTool }),
            ...(after === "untrusted" ? { untrusted: true } : {}),
          },
        }),
    decision: draft.decision,
    ...(scope === "always"
      ? {}
      : scope === "until"
        ? errors.has("scope")
          ? {}
          : { scope: { until: new Date(until).toISOString() } }
        : { scope }),
    ...(draft.note === "" ? {} : { note: draft.note }),
  };
  const parsed = ruleSchema.safeParse(candidate);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const member = memberOf(path);
    if (!errors.has(member) && !(path[0] === "args" && errors.has(`args.${String(path[1])}.value`)))
      errors.set(member, message);
  }
  return errors.size > 0 || parsed.data === undefined
    ? { rule: null, errors }
    : { rule: parsed.data, errors: null };
}

/** The member of the dialog that a place in the rule is shown by. */
function memberOf(path: readonly PropertyKey[]): string {
  const [first, index, key] = path.map(String);
  if (first !== "args" || index === undefined) return first ?? "";
  return `args.${index}.${key === "path" ? "path" : "value"}`;
}

/** What the hub says of a rule that it cannot use: "args.0.regex cannot be used", by member. */
export function hubError(message: string): ReadonlyMap<string, string> {
  const found = /^(args(?:\.\d+\.\w+)?|\w+)\s(.*)$/s.exec(message);
  const [, place, rest] = found ?? [];
  return place?.startsWith("args.") === true && rest !== undefined
    ? new Map([[memberOf(place.split(".")), rest]])
    : new Map([["", message]]);
}

function conditionOf({ path, test, value, most }: ArgDraft): ArgCondition | string {
  if (test === "range") {
    if (value === "" && most === "") return "Give the least or the greatest number, or both.";
    return {
      path,
      ...(value === "" ? {} : { min: value.trim() }),
      ...(most === "" ? {} : { max: most.trim() }),
    };
  }
  if (test === "equals" || test === "oneOf") {
    const json = jsonOf(value);
    if (json === undefined)
      return test === "equals"
        ? 'Write it as JSON: "a text" in quotes, 3, true or null.'
        : 'Write it as a list in JSON: ["a", "b"].';
    if (test === "equals") return { path, equals: json };
    return Array.isArray(json) ? { path, oneOf: [...json] } : 'Write it as a list in JSON: ["a", "b"].';
  }
  return value === "" ? "Give a value to compare with." : { path, [test]: value };
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
