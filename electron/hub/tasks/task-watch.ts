import { instanceKey } from "../servers/instance-key.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";
import { within } from "../within.ts";
import type { OwnedTask } from "./task-book.ts";

/** How long a server is given to agree to tell of a task, in milliseconds. */
const AGREE_MS = 5_000;

/** Who hears of which tasks of stateless servers on a listen stream (SEP-2663: Task Status Notifications). */
export class TaskWatch {
  /** By server and the server's own id of the task. */
  readonly #byServer = new Map<string, Map<string, Set<Session>>>();
  readonly #serverOf: (task: OwnedTask) => ManagedServer | undefined;

  readonly #sees: (session: Session, task: OwnedTask) => boolean;

  /** `sees` is asked before a session is told of a task: what it may see can change while it listens. */
  constructor(
    serverOf: (task: OwnedTask) => ManagedServer | undefined,
    sees: (session: Session, task: OwnedTask) => boolean,
  ) {
    this.#serverOf = serverOf;
    this.#sees = sees;
  }

  /** A listen stream wants to hear of a task; resolves with whether its server has agreed in time. */
  async add(task: OwnedTask, session: Session): Promise<boolean> {
    const server = this.#serverOf(task);
    if (server === undefined) return false;
    const key = instanceKey(server);
    const byTask = this.#byServer.get(key) ?? new Map<string, Set<Session>>();
    this.#byServer.set(key, byTask);
    const hearers = byTask.get(task.ownId) ?? new Set<Session>();
    byTask.set(task.ownId, hearers.add(session));
    server.need();
    const held = await within(AGREE_MS, server.watch({ taskIds: [...byTask.keys()] }));
    if (held?.taskIds.includes(task.ownId) === true) return true;
    this.#remove(server, byTask, task.ownId, session);
    return false;
  }

  /** A task has changed: told on the streams that asked for it. */
  tell(task: OwnedTask, parts: readonly Uint8Array[]): void {
    for (const session of this.#byServer.get(instanceKey(task.server))?.get(task.ownId) ?? [])
      if (this.#sees(session, task)) session.push(parts);
  }

  /** A listen stream is closed. */
  closed(session: Session, instances: Iterable<ManagedServer>): void {
    for (const server of instances) {
      const byTask = this.#byServer.get(instanceKey(server));
      for (const [ownId, hearers] of [...(byTask ?? [])])
        if (byTask !== undefined && hearers.has(session)) this.#remove(server, byTask, ownId, session);
    }
  }

  #remove(server: ManagedServer, byTask: Map<string, Set<Session>>, ownId: string, session: Session): void {
    const hearers = byTask.get(ownId);
    hearers?.delete(session);
    if (hearers === undefined || hearers.size > 0) return;
    byTask.delete(ownId);
    void server.watch({ taskIds: [...byTask.keys()] });
  }
}
