import type { Call } from "../pipeline/call.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";

/** Which calls are under way on which server: what a server sends meanwhile may belong to one of them. */
export class InFlight {
  readonly #calls = new Map<ManagedServer, Set<Call>>();

  add(server: ManagedServer, call: Call): void {
    const calls = this.#calls.get(server);
    if (calls === undefined) this.#calls.set(server, new Set([call]));
    else calls.add(call);
  }

  remove(server: ManagedServer, call: Call): void {
    const calls = this.#calls.get(server);
    calls?.delete(call);
    if (calls?.size === 0) this.#calls.delete(server);
  }

  /** The calls under way on a server, oldest first. */
  on(server: ManagedServer): readonly Call[] {
    return [...(this.#calls.get(server) ?? [])];
  }

  /** The one session that has calls under way on a server; undefined when there is none or more than one. */
  soleSession(server: ManagedServer): Session | undefined {
    const sessions = new Set(this.on(server).map((call) => call.session));
    const [session] = sessions;
    return sessions.size === 1 ? session : undefined;
  }
}
