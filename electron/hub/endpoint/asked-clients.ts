import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { decodeString } from "../../core/jsonrpc/json.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";

/** A request that a client has been sent and has not answered. */
export interface Asked {
  /** Undefined for what the hub itself wants to know. */
  readonly server: ManagedServer | undefined;
  readonly session: Session;
  /** The server's own id, raw; undefined for what the hub asks in a stateless server's stead. */
  readonly serverId: Buffer | undefined;
  readonly answer: (bytes: Buffer, envelope: Envelope) => void;
  /** The server wants no answer any more. */
  readonly withdrawn?: () => void;
  readonly refuse: (why: string) => void;
}

/** What clients have been asked, by the hub's own ids: each is answered, refused or withdrawn once. */
export class AskedClients {
  readonly #asked = new Map<string, Asked>();
  #lastId = 0;

  /** Returns the id under which the client is to be asked. */
  remember(asked: Asked): string {
    this.#lastId += 1;
    const id = `gatehouse-${this.#lastId}`;
    this.#asked.set(id, asked);
    return id;
  }

  /** A client answers; an answer to what it was not asked is dropped. */
  answered(session: Session, bytes: Buffer, envelope: Envelope): void {
    if (envelope.id === undefined || bytes[envelope.id.start] !== 0x22) return;
    const id = decodeString(bytes, envelope.id);
    const asked = this.#asked.get(id);
    if (asked === undefined || asked.session !== session) return;
    this.#asked.delete(id);
    asked.answer(bytes, envelope);
  }

  /** Refuses what fits; returns it, by the ids that the clients know. */
  refuseWhere(fits: (asked: Asked) => boolean, why: string): ReadonlyMap<string, Asked> {
    const refused = new Map<string, Asked>();
    for (const [id, asked] of this.#asked) {
      if (!fits(asked)) continue;
      this.#asked.delete(id);
      refused.set(id, asked);
      asked.refuse(why);
    }
    return refused;
  }

  /** A server takes back what it has asked under this id of its own; returns the id that the client knows. */
  withdraw(server: ManagedServer, serverId: Uint8Array): { id: string; session: Session } | undefined {
    for (const [id, asked] of this.#asked) {
      if (asked.server !== server || asked.serverId?.equals(serverId) !== true) continue;
      this.#asked.delete(id);
      asked.withdrawn?.();
      return { id, session: asked.session };
    }
    return undefined;
  }
}
