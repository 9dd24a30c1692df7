import type { Claims, PastUse } from "../../core/policy/call.ts";

/** Different tools of which one session's use is remembered, at most; more are not told apart from "untrusted". */
const MAX_USES = 1_000;

/** What each session has used, for rules that look back. Sessions are held weakly: what is over is forgotten. */
export class Histories {
  readonly #uses = new WeakMap<object, Map<string, PastUse>>();

  of(session: object): Iterable<PastUse> {
    return this.#uses.get(session)?.values() ?? [];
  }

  /** A tool has answered in this session. */
  used(session: object, server: string, tool: string, claims: Claims): void {
    const key = `${server}\n${tool}`;
    const uses = this.#uses.get(session) ?? new Map<string, PastUse>();
    if (uses.size === 0) this.#uses.set(session, uses);
    const known = uses.get(key);
    if (known?.untrusted === claims.openWorld || known?.untrusted === true) return;
    if (known === undefined && uses.size >= MAX_USES) return;
    uses.set(key, { server, tool, untrusted: claims.openWorld });
  }
}
