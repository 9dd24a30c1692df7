/** After how many like approvals a rule is offered. */
const OFFER_AFTER = 3;
/** Approvals that are remembered of one group, the newest last. */
const KEPT = 20;
const MOST_GROUPS = 1_000;

interface Approved<Subject> {
  readonly tool: string;
  readonly call: Subject;
}

/**
 * The calls that a person has allowed one by one, so that a rule can be offered that covers them. A group is what one
 * client may do at one server.
 */
export class Approvals<Subject> {
  readonly #groups = new Map<string, Approved<Subject>[]>();

  approved(group: string, tool: string, call: Subject): void {
    const calls = this.#groups.get(group) ?? [];
    calls.push({ tool, call });
    if (calls.length > KEPT) calls.shift();
    this.#groups.delete(group);
    this.#groups.set(group, calls);
    const oldest = this.#groups.keys().next().value;
    if (this.#groups.size > MOST_GROUPS && oldest !== undefined) this.#groups.delete(oldest);
  }

  /**
   * What a rule that is offered with this call should cover, the likest first: it and the earlier ones of its tool, and
   * it and all of its group; what was not approved often enough is left out.
   */
  toCover(group: string, tool: string, call: Subject): readonly (readonly Subject[])[] {
    const all = this.#groups.get(group) ?? [];
    const same = all.filter((each) => each.tool === tool);
    return [same, all]
      .filter((calls, index) => calls.length >= OFFER_AFTER && (index === 0 || calls.length > same.length))
      .map((calls) => [...calls.map((each) => each.call), call]);
  }

  /** A tool's calls are covered now, or one was denied: counting begins anew. */
  forget(group: string, tool: string): void {
    const left = this.#groups.get(group)?.filter((each) => each.tool !== tool) ?? [];
    if (left.length === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
  }
}
