/** After how many like approvals a rule is offered. */
export const OFFER_AFTER = 3;
/** Approvals that are remembered of one tool, the newest last. */
const KEPT = 10;
const MOST_TOOLS = 1_000;

/** The calls of each tool that a person has allowed one by one, so that a rule can be offered that covers them. */
export class Approvals<Subject> {
  readonly #calls = new Map<string, Subject[]>();

  /** `tool` names client, server and tool. */
  approved(tool: string, call: Subject): void {
    const calls = this.#calls.get(tool) ?? [];
    calls.push(call);
    if (calls.length > KEPT) calls.shift();
    this.#calls.delete(tool);
    this.#calls.set(tool, calls);
    const oldest = this.#calls.keys().next().value;
    if (this.#calls.size > MOST_TOOLS && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** What a rule that is offered with this call should cover: it and the earlier ones, if they were enough. */
  toCover(tool: string, call: Subject): readonly Subject[] | undefined {
    const calls = this.#calls.get(tool) ?? [];
    return calls.length < OFFER_AFTER ? undefined : [...calls, call];
  }

  /** They are covered now, or were denied: counting begins anew. */
  forget(tool: string): void {
    this.#calls.delete(tool);
  }
}
