import type { Route } from "../../core/catalog/aggregate.ts";
import type { ClientIdentity } from "../ports/endpoint.ts";
import { instanceKey } from "../servers/instance-key.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";

/** Most tasks remembered; the oldest is forgotten first, and is then as unknown as one that never was. */
const MAX_TASKS = 20_000;

/** A task at a server, and whose it is. */
export interface OwnedTask {
  /** Whose it is, see `ownerOf`. */
  readonly owner: string;
  /** What its owner calls it: the server's own id, unless two servers gave this owner the same. */
  readonly id: string;
  readonly ownId: string;
  /** The instance that has it. */
  readonly server: ManagedServer;
  /** The tool that it is a call of. */
  readonly tool: Route;
  /** Where it was made; what it tells goes there. */
  readonly session: Session;
  /** When, in milliseconds since the epoch. */
  readonly madeAt: number;
}

/** A task that nobody has heard the end of counts as open for so long, in milliseconds. */
const OPEN_MS = 24 * 3_600_000;

type Made = Omit<OwnedTask, "id" | "madeAt">;

/**
 * Whom a task belongs to: the client as its token names it, in all its sessions; of a client without a token the one
 * session. The eras' tasks are different things and stay apart. Anonymous stateless clients cannot be told apart.
 */
export function ownerOf(client: ClientIdentity, session: Session): string {
  const era = session.quiet ? "stateless" : "session";
  return client.id === null ? `${era} anonymous ${session.id}` : `${era} ${client.id}`;
}

/** The tasks that servers have made, by owner and by server: ids are the servers' own, and may be guessed. */
export class TaskBook {
  readonly #byOwner = new Map<string, Map<string, OwnedTask>>();
  /** In the order in which they were made. */
  readonly #byServer = new Map<string, OwnedTask>();
  /** Those whose end has been heard of. */
  readonly #over = new WeakSet<OwnedTask>();

  /** Remembers a task; one that the server called so before is over. */
  add(task: Made): OwnedTask {
    const key = serverKey(task.server, task.ownId);
    const before = this.#byServer.get(key);
    if (before !== undefined) {
      if (before.owner === task.owner) return before;
      this.#forget(key, before);
    }
    const own = this.#byOwner.get(task.owner) ?? new Map<string, OwnedTask>();
    this.#byOwner.set(task.owner, own);
    const added = { ...task, id: freeId(task, own), madeAt: Date.now() };
    own.set(added.id, added);
    this.#byServer.set(key, added);
    for (const [oldest, old] of this.#byServer) {
      if (this.#byServer.size <= MAX_TASKS) break;
      this.#forget(oldest, old);
    }
    return added;
  }

  find(owner: string, id: string): OwnedTask | undefined {
    return this.#byOwner.get(owner)?.get(id);
  }

  /** The tasks of an owner, in the order in which they were made. */
  of(owner: string): readonly OwnedTask[] {
    return [...(this.#byOwner.get(owner)?.values() ?? [])];
  }

  /** The tasks of a client, of both eras. */
  ofClient(clientId: string): readonly OwnedTask[] {
    return [...this.of(`session ${clientId}`), ...this.of(`stateless ${clientId}`)];
  }

  /** The task that a server calls so. */
  at(server: ManagedServer, ownId: string): OwnedTask | undefined {
    return this.#byServer.get(serverKey(server, ownId));
  }

  /** A task has come to its end; its result can still be asked for. */
  ended(task: OwnedTask): void {
    this.#over.add(task);
  }

  /** Whether an instance has tasks that are not known to be over. `now` in milliseconds since the epoch. */
  openOn(server: ManagedServer, now: number): boolean {
    for (const task of this.#byServer.values())
      if (task.server === server && !this.#over.has(task) && now - task.madeAt < OPEN_MS) return true;
    return false;
  }

  /** A task that is over for its owner too. */
  remove(task: OwnedTask): void {
    this.#forget(serverKey(task.server, task.ownId), task);
  }

  /** A session is over: the tasks of its own instances end with them, and so do those that are its alone. */
  sessionEnded(session: Session): void {
    for (const [key, task] of this.#byServer)
      if (task.server.owner === session || (task.session === session && session.stored.clientId === null))
        this.#forget(key, task);
  }

  /** A server is configured no more. */
  serverRemoved(name: string): void {
    for (const [key, task] of this.#byServer) if (task.server.name === name) this.#forget(key, task);
  }

  #forget(key: string, task: OwnedTask): void {
    this.#byServer.delete(key);
    const own = this.#byOwner.get(task.owner);
    own?.delete(task.id);
    if (own?.size === 0) this.#byOwner.delete(task.owner);
  }
}

const serverKey = (server: ManagedServer, ownId: string): string => `${instanceKey(server)}\n${ownId}`;

/** The server's own id, or where the owner has one of that name already, one that says whose it is. */
function freeId({ ownId, server }: Made, own: ReadonlyMap<string, OwnedTask>): string {
  let id = ownId;
  for (let n = 1; own.has(id); n++) id = `${server.name}${n === 1 ? "" : `-${n}`}:${ownId}`;
  return id;
}
