import type { Rule } from "../../../shared/model/rule.ts";
import type { Decision } from "../../core/policy/call.ts";
import type { RuleUseStore, StoredRuleUse } from "../ports/storage.ts";
import { ruleIds } from "./rule-ids.ts";

/** How long after a use it is written down and told, in milliseconds. */
const WRITE_AFTER_MS = 2_000;

interface Count {
  readonly rule: string;
  uses: number;
  lastUsedAt: number;
  written: number;
}

/** How often each rule has decided, and when last. A use costs a look-up; it is written down with others later. */
export class RuleUses {
  readonly #store: RuleUseStore;
  readonly #rules: () => readonly Rule[];
  readonly #told: () => void;
  readonly #counts = new Map<string, Count>();
  /** By what a decision names: the place of a rule without an id, else its id. */
  #named = new Map<string, Count>();
  #namedFor: readonly Rule[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `told` is called, now and then, when counts have changed. */
  constructor(store: RuleUseStore, rules: () => readonly Rule[], told: () => void) {
    this.#store = store;
    this.#rules = rules;
    this.#told = told;
    for (const { rule, uses, lastUsedAt } of store.all())
      this.#counts.set(rule, { rule, uses, lastUsedAt, written: uses });
  }

  /**
   * A call was decided, at a time in milliseconds since the epoch. Gives the name of the rule that did it, which it keeps
   * when it is moved (`ruleIds`); undefined when none did.
   */
  decided({ by, ruleId }: Decision, at: number): string | undefined {
    const rules = this.#rules();
    if (rules !== this.#namedFor) this.#name(rules);
    const count = this.#named.get(ruleId ?? by);
    if (count === undefined) return undefined;
    count.uses += 1;
    count.lastUsedAt = at;
    this.#timer ??= setTimeout(() => this.write(), WRITE_AFTER_MS);
    return count.rule;
  }

  /** By the rule's id; none when it was never used. */
  of(rule: string): Pick<StoredRuleUse, "uses" | "lastUsedAt"> | undefined {
    const count = this.#counts.get(rule);
    return count === undefined || count.uses === 0 ? undefined : count;
  }

  /** Writes what was not written yet. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.#counts.values()].filter(({ uses, written }) => uses !== written);
    if (changed.length === 0) return;
    for (const count of changed) count.written = count.uses;
    this.#store.put(changed.map(({ rule, uses, lastUsedAt }) => ({ rule, uses, lastUsedAt })));
    this.#told();
  }

  #name(rules: readonly Rule[]): void {
    this.#namedFor = rules;
    this.#named = new Map();
    for (const [index, id] of ruleIds(rules).entries()) {
      const count = this.#counts.get(id) ?? { rule: id, uses: 0, lastUsedAt: 0, written: 0 };
      this.#counts.set(id, count);
      this.#named.set(rules[index]?.id ?? `rules[${index}]`, count);
    }
  }
}
