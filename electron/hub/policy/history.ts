import type { PastUse } from "../../core/policy/call.ts";
import type { Call } from "../pipeline/call.ts";

/** Different tools of which one session's use is remembered; of more only that they were untrusted, under "*". */
const MAX_USES = 1_000;
/** Stateless clients that are remembered, by their id. */
const MAX_CLIENTS = 1_000;

type Uses = Map<string, PastUse>;

/**
 * What each session has used, for rules that look back; for a stateless client, which has no session, what it has used
 * since the hub's start. Sessions are held weakly: what is over is forgotten.
 */
export class Histories {
  readonly #sessions = new WeakMap<object, Uses>();
  readonly #clients = new Map<string, Uses>();
  readonly #startedAt: number;

  constructor(now: number = Date.now()) {
    this.#startedAt = now;
  }

  /** Undefined for a session from before the hub's start, of which nobody knows what it has read. */
  of({ session, client }: Call): Iterable<PastUse> | undefined {
    const uses = session.id === "" ? this.#clients.get(client.id ?? "") : this.#sessions.get(session);
    if (session.id !== "" && session.stored.createdAt < this.#startedAt) return undefined;
    return uses?.values() ?? NOTHING;
  }

  used(call: Call, server: string, tool: string, untrusted: boolean): void {
    const uses = this.#usesOf(call);
    const known = uses.get(`${server}\n${tool}`);
    if (known !== undefined && (known.untrusted || !untrusted)) return;
    if (known === undefined && uses.size >= MAX_USES) {
      if (untrusted) uses.set("*", { server: "*", tool: "*", untrusted });
      return;
    }
    uses.set(`${server}\n${tool}`, { server, tool, untrusted });
  }

  #usesOf({ session, client }: Call): Uses {
    const created: Uses = new Map();
    if (session.id !== "") {
      const known = this.#sessions.get(session);
      if (known === undefined) this.#sessions.set(session, created);
      return known ?? created;
    }
    const id = client.id ?? "";
    const known = this.#clients.get(id);
    if (known !== undefined) return known;
    const oldest = this.#clients.keys().next().value;
    if (this.#clients.size >= MAX_CLIENTS && oldest !== undefined) this.#clients.delete(oldest);
    this.#clients.set(id, created);
    return created;
  }
}

const NOTHING: readonly PastUse[] = [];
