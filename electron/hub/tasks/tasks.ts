import type { CatalogView, Route } from "../../core/catalog/aggregate.ts";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { type Edit, splice } from "../../core/jsonrpc/splice.ts";
import {
  createdTask,
  notedTask,
  readTaskState,
  relatedTask,
  renameTask,
  TERMINAL_STATES,
} from "../../core/mcp/tasks/messages.ts";
import type { Call } from "../pipeline/call.ts";
import type { Scope } from "../ports/endpoint.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";
import { type OwnedTask, ownerOf, TaskBook } from "./task-book.ts";

/** Who asks about tasks, and where. */
export type Caller = Pick<Call, "client" | "session" | "scope" | "profile">;

/** What tasks need of the rest of the hub. */
export interface TasksDeps {
  /** The shared instance of a server, as it is configured now. */
  readonly shared: (name: string) => ManagedServer | undefined;
  /** What the caller sees: tasks of a tool that it does not see any more are not there for it. */
  readonly view: (scope: Scope, profile: string | null) => CatalogView;
  /** The session that hears of a session era task: the one that made it, or another of the same client. */
  readonly hearer: (task: OwnedTask) => Session | undefined;
  /** Sends a message to a session, on the stream where its client expects it. */
  readonly send: (server: ManagedServer, session: Session, parts: readonly Uint8Array[]) => void;
  /** Tells the listen streams that want to hear of a task of the stateless era. */
  readonly tellListeners: (task: OwnedTask, parts: readonly Uint8Array[]) => void;
}

/**
 * Tasks of servers (MCP 2025-11-25, Tasks; 2026-07-28, the tasks extension): each belongs to the client whose call it is,
 * and is unknown to every other.
 */
export class Tasks {
  readonly book = new TaskBook();
  readonly #deps: TasksDeps;

  constructor(deps: TasksDeps) {
    this.#deps = deps;
  }

  /** Sets where a tasks/* request leads: to the server that has the task, if it is the caller's and still visible. */
  locate(call: Call): void {
    const task = this.find(call, call.target.value);
    if (task === undefined) return;
    call.route = task.tool;
    call.ownKey = task.ownId;
    call.server = this.serverOf(task);
  }

  /** The caller's own task of this id, if it can see it. */
  find(caller: Caller, id: string): OwnedTask | undefined {
    const task = this.book.find(ownerOf(caller.client, caller.session), id);
    return task !== undefined && this.#sees(caller, task) ? task : undefined;
  }

  /** The caller's tasks that it can see, in the order in which they were made. */
  visible(caller: Caller): readonly OwnedTask[] {
    return this.book.of(ownerOf(caller.client, caller.session)).filter((task) => this.#sees(caller, task));
  }

  /** The instance that a task is asked for at: a shared server may have been replaced meanwhile. */
  serverOf({ server }: OwnedTask): ManagedServer | undefined {
    return server.place === undefined ? this.#deps.shared(server.name) : server;
  }

  /** Takes the task that a call was answered with as the caller's; undefined when the answer is none. */
  made(
    call: Call,
    server: ManagedServer,
    bytes: Uint8Array,
    result: Span | undefined,
  ): OwnedTask | undefined {
    const created = createdTask(bytes, result);
    if (created === undefined || call.route === undefined) return undefined;
    const owner = ownerOf(call.client, call.session);
    return this.book.add({ owner, ownId: created.id, server, tool: call.route, session: call.session });
  }

  /** Takes a task that the hub sees through by itself: only what it asks meanwhile is the caller's. */
  madeForHub(call: Call, server: ManagedServer, ownId: string, tool: Route): OwnedTask {
    return this.book.add({ owner: "hub", ownId, server, tool, session: call.session });
  }

  /** The edits of an answer to a tasks/* request: a task is called what its owner calls it. */
  renamed(call: Call, bytes: Uint8Array, { result }: Envelope): readonly Edit[] {
    const { ownKey, target } = call;
    const task = this.book.find(ownerOf(call.client, call.session), target.value);
    this.#noteState(task, bytes, result);
    if (call.method === "tasks/result" && result !== undefined && task !== undefined) this.book.ended(task);
    return ownKey === undefined || ownKey === target.value
      ? []
      : renameTask(bytes, result, ownKey, target.value);
  }

  /** A server tells of a task's state: its owner hears of it, and nobody else. */
  told(server: ManagedServer, bytes: Buffer, envelope: Envelope): void {
    const named = notedTask(bytes, envelope);
    const task = named === undefined ? undefined : this.book.at(server, named.id);
    if (task === undefined) return;
    this.#noteState(task, bytes, envelope.params);
    const parts = splice(bytes, this.renamesOf(task, bytes, envelope.params));
    if (envelope.method === "notifications/tasks") this.#deps.tellListeners(task, parts);
    else {
      const session = task.owner === "hub" ? undefined : this.#deps.hearer(task);
      if (session !== undefined) this.#deps.send(server, session, parts);
    }
  }

  /** The task that a server's request or notification belongs to, and the session that it is for. */
  related(
    server: ManagedServer,
    bytes: Uint8Array,
    envelope: Envelope,
  ): { readonly task: OwnedTask; readonly session: Session } | undefined {
    if (envelope.metaMembers.length === 0) return undefined;
    const named = relatedTask(bytes, envelope.metaMembers);
    const task = named === undefined ? undefined : this.book.at(server, named.id);
    if (task === undefined) return undefined;
    const session = task.owner === "hub" ? task.session : this.#deps.hearer(task);
    return session === undefined ? undefined : { task, session };
  }

  /** The edits of a server's object that names a task: it is called what its owner calls it. */
  renamesOf(task: OwnedTask, bytes: Uint8Array, object: Span | undefined): Edit[] {
    return task.id === task.ownId ? [] : renameTask(bytes, object, task.ownId, task.id);
  }

  /** A task of a session tells its progress after the call that made it has been answered. */
  progressed(server: ManagedServer, session: Session, parts: readonly Uint8Array[]): void {
    this.#deps.send(server, session, parts);
  }

  /** A client's access has ended: its tasks are cancelled at their servers, and are nobody's any more. */
  clientRevoked(clientId: string): void {
    for (const task of this.book.ofClient(clientId)) {
      void this.serverOf(task)?.askQuietly("tasks/cancel", encodeJson({ taskId: task.ownId }));
      this.book.remove(task);
    }
  }

  #noteState(task: OwnedTask | undefined, bytes: Uint8Array, object: Span | undefined): void {
    if (task === undefined || object === undefined) return;
    const status = readTaskState(bytes, object)?.status;
    if (status !== undefined && TERMINAL_STATES.has(status)) this.book.ended(task);
  }

  #sees({ scope, profile }: Caller, { tool, server }: OwnedTask): boolean {
    const routes = this.#deps.view(scope, profile).routes.tools;
    for (const route of routes.values())
      if (route.key === tool.key && route.server === server.name) return true;
    return false;
  }
}
