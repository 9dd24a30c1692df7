import { createHash } from "node:crypto";
import type { Rule } from "../../../shared/model/rule.ts";

/**
 * What names each rule: the id that stands in the file, else one made from what it says, so that a rule written by hand
 * keeps its name when it is moved. A second rule that says the same gets a number.
 */
export function ruleIds(rules: readonly Rule[]): string[] {
  const taken = new Set(rules.flatMap(({ id }) => (id === undefined ? [] : [id])));
  return rules.map((rule) => {
    if (rule.id !== undefined) return rule.id;
    const base = `h-${createHash("sha256")
      .update(JSON.stringify(sorted(rule)))
      .digest("hex")
      .slice(0, 10)}`;
    let id = base;
    for (let copy = 2; taken.has(id); copy++) id = `${base}-${copy}`;
    taken.add(id);
    return id;
  });
}

/** Where the rule stands that decided, by its place ("rules[2]") or its id; undefined when none did. */
export function indexOfRule(rules: readonly Rule[], by: string): number | undefined {
  const place = /^rules\[(\d+)\]$/.exec(by)?.[1];
  const index = place === undefined ? ruleIds(rules).indexOf(by) : Number(place);
  return index >= 0 && index < rules.length ? index : undefined;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
