import { UnderWay } from "../../core/collections/under-way.ts";
import type { Call } from "../pipeline/call.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";

/** Which calls are under way on which server: what a server sends meanwhile may belong to one of them. */
export class InFlight {
  readonly #calls = new WeakMap<ManagedServer, UnderWay<Call>>();

  add(server: ManagedServer, call: Call): void {
    let calls = this.#calls.get(server);
    if (calls === undefined) {
      calls = new UnderWay();
      this.#calls.set(server, calls);
    }
    calls.add(call);
  }

  remove(server: ManagedServer, call: Call): void {
    this.#calls.get(server)?.delete(call);
  }

  /** The calls under way on a server, oldest first. */
  on(server: ManagedServer): readonly Call[] {
    const calls = this.#calls.get(server)?.all() ?? [];
    return calls.sort((a, b) => a.queuedAt - b.queuedAt);
  }

  /** The one session that has calls under way on a server; undefined when there is none or more than one. */
  soleSession(server: ManagedServer): Session | undefined {
    const sessions = new Set(this.on(server).map((call) => call.session));
    const [session] = sessions;
    return sessions.size === 1 ? session : undefined;
  }
}

/**
 * Stateless calls of one and the same client: each stands for itself, and those that wait for the client's answers do
 * not ask now. Calls of several clients are never told apart by guessing.
 */
export function soleAsker(calls: readonly Call[]): Session | undefined {
  const [first] = calls;
  if (!calls.every(({ client, session }) => session.quiet && client.id === first?.client.id))
    return undefined;
  const asking = calls.filter(({ session }) => !session.waiting);
  return asking.length === 1 ? asking[0]?.session : undefined;
}
