import type { Rule } from "../../../shared/model/rule.ts";

/** How long a late allow lets the identical call pass, in milliseconds. */
export const ONCE_MS = 10 * 60_000;
export const HOUR_MS = 3_600_000;
/** After how long without a call the session of a stateless client is over, in milliseconds. */
export const IDLE_MS = 3_600_000;
/** Most grants that are kept; the one unused for longest goes first. */
const MOST = 1_000;

/** A standing permission that came from an answer. Times are milliseconds since the epoch. */
export interface HeldGrant {
  readonly id: string;
  /** The client's id; "" for the anonymous. */
  readonly client: string;
  readonly clientName: string;
  readonly scope: "once" | "session" | "hour";
  /** The session it ends with; null for any session of the client. */
  readonly session: string | null;
  /** How that session is shown. */
  readonly sessionLabel: string | null;
  /** What it covers; for "once" the identical call, told by `hash`, is meant. */
  readonly rule: Rule;
  readonly hash: string | null;
  /** What asked when it was given: it answers nothing that asks for another reason. */
  readonly askedBy: string;
  readonly words: string;
  readonly grantedAt: number;
  /** Null: until its session ends. */
  readonly expiresAt: number | null;
  /** Whether it ends when it has not been used for an hour: its client has no session that could end. */
  readonly idles: boolean;
  uses: number;
  lastUsedAt: number | null;
}

/** A call that asks, as far as grants are concerned. */
export interface GrantCall {
  readonly client: string;
  readonly session: string;
  readonly askedBy: string;
  /** The hash of what is asked for; computed only when some grant needs it. */
  hash(): string;
  /** Whether a rule covers the call. */
  covers(rule: Rule): boolean;
}

/** The grants of all clients. They answer what a rule or the default asks, never what it denies. */
export class Grants {
  readonly #grants = new Map<string, HeldGrant>();

  /** The grants in force, oldest first. */
  list(now: number): HeldGrant[] {
    for (const grant of [...this.#grants.values()]) if (isOver(grant, now)) this.#grants.delete(grant.id);
    return [...this.#grants.values()];
  }

  add(grant: HeldGrant): void {
    this.#grants.set(grant.id, grant);
    if (this.#grants.size <= MOST) return;
    const [idlest] = [...this.#grants.values()].sort((a, b) => lastUse(a) - lastUse(b));
    if (idlest !== undefined) this.#grants.delete(idlest.id);
  }

  /** The grant that lets a call pass, used by it; undefined when it has to be asked. */
  use(call: GrantCall, now: number): HeldGrant | undefined {
    if (this.#grants.size === 0) return undefined;
    for (const grant of this.list(now)) {
      if (grant.client !== call.client) continue;
      if (grant.session !== null && grant.session !== call.session) continue;
      if (grant.askedBy !== call.askedBy) continue;
      if (grant.hash !== null && grant.hash !== call.hash()) continue;
      if (!call.covers(grant.rule)) continue;
      grant.uses += 1;
      grant.lastUsedAt = now;
      if (grant.scope === "once") this.#grants.delete(grant.id);
      return grant;
    }
    return undefined;
  }

  /** Takes a grant back; undefined when there is none of this id. */
  revoke(id: string): HeldGrant | undefined {
    const grant = this.#grants.get(id);
    this.#grants.delete(id);
    return grant;
  }

  /** Takes back what fits, and says how many that were. */
  revokeWhere(over: (grant: HeldGrant) => boolean): number {
    const gone = [...this.#grants.values()].filter(over);
    for (const { id } of gone) this.#grants.delete(id);
    return gone.length;
  }
}

const lastUse = (grant: HeldGrant): number => grant.lastUsedAt ?? grant.grantedAt;

function isOver(grant: HeldGrant, now: number): boolean {
  if (grant.expiresAt !== null && grant.expiresAt <= now) return true;
  return grant.idles && now - lastUse(grant) >= IDLE_MS;
}
