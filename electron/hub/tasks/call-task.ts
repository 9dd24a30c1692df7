import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { Edit } from "../../core/jsonrpc/splice.ts";
import type { ParamsChange } from "../../core/mcp/stateless-era/edits.ts";
import { CLIENT_CAPABILITIES_KEY } from "../../core/mcp/stateless-era/meta.ts";
import type { Asker } from "../../core/mcp/stateless-era/upgrade.ts";
import { withTasksExtension } from "../../core/mcp/tasks/capabilities.ts";
import { createdTask, readTaskState } from "../../core/mcp/tasks/messages.ts";
import type { AskSession, Call } from "../pipeline/call.ts";
import { sessionAsker } from "../pipeline/codec.ts";
import type { OutboundRequest } from "../servers/connection.ts";
import type { ServerEra } from "../servers/era.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { OwnedTask } from "./task-book.ts";
import { type FinalAnswer, TaskRun } from "./task-run.ts";
import type { Tasks } from "./tasks.ts";

/** The first revision of the session era that has tasks. */
const FIRST_WITH_TASKS = "2025-11-25";

const NO_EDITS: readonly Edit[] = [];
const AS_TASK: ParamsChange = { set: new Map([["task", encodeJson({})]]) };
const NO_TASK: ParamsChange = { remove: new Set(["task"]) };

/**
 * What becomes of a tool call that its server makes a task of. Where client and server speak of the same kind of task
 * the client gets it. Else the hub sees it through and the client gets the final answer, which both specifications
 * allow: a stateless server's tools are no tasks to a session's client (they have no `execution.taskSupport`), and a
 * server of the stateless era, which the hub is to its client, decides by itself whether it gives a task or an answer.
 */
export class CallTask {
  readonly #deps: { readonly askSession: AskSession; readonly tasks: Tasks };
  readonly #call: Call;
  readonly #server: ManagedServer;
  readonly #tool: string;
  /** The hub has made the call a task, as the tool takes no other calls and the client can make none. */
  #made = false;
  #run: TaskRun | undefined;
  #forHub: OwnedTask | undefined;

  constructor(
    deps: { readonly askSession: AskSession; readonly tasks: Tasks },
    call: Call,
    server: ManagedServer,
    tool: string,
  ) {
    this.#deps = deps;
    this.#call = call;
    this.#server = server;
    this.#tool = tool;
  }

  /** What changes in the call's params for a server of this era. */
  change(era: ServerEra): ParamsChange | undefined {
    const { catalog } = this.#server;
    const { answersRounds, client, session } = this.#call;
    if (era.kind === "stateless") {
      if (answersRounds || !catalog.tasksExtension) return undefined;
      const metaSet = new Map([[CLIENT_CAPABILITIES_KEY, this.#asker(era.version).capabilities]]);
      return { ...NO_TASK, metaSet };
    }
    // The person's own call is one call, from which nobody could ask for the result later.
    const holdsTasks = !answersRounds && client.asks === undefined && session.revision >= FIRST_WITH_TASKS;
    if (holdsTasks) return undefined;
    if (catalog.needsTask(this.#tool)) {
      this.#made = true;
      return AS_TASK;
    }
    return answersRounds && this.#asksForTask() ? NO_TASK : undefined;
  }

  /**
   * Takes the server's answer. The edits that it needs are given back where the client is to have it, task or not; where
   * the hub sees a task through, a promise of the final answer, which rejects with a sentence when there will be none.
   */
  take(
    request: OutboundRequest,
    bytes: Buffer,
    answer: Envelope,
    era: ServerEra,
  ): readonly Edit[] | Promise<FinalAnswer> {
    const { answersRounds } = this.#call;
    if (era.kind === "stateless") {
      if (answer.resultType !== "task") return NO_EDITS;
      return answersRounds ? this.#owned(bytes, answer) : this.#poll(bytes, answer);
    }
    if (this.#made) return this.#await(request, bytes, answer);
    if (answersRounds || !this.#asksForTask()) return NO_EDITS;
    const edits = this.#owned(bytes, answer);
    request.progressedAfter = (parts) => this.#deps.tasks.progressed(this.#server, this.#call.session, parts);
    return edits;
  }

  /** The client wants the call no more. */
  cancel(reason: string): void {
    this.#run?.cancel(reason);
  }

  settled(): void {
    if (this.#forHub !== undefined) this.#deps.tasks.book.remove(this.#forHub);
  }

  #asksForTask(): boolean {
    return this.#call.envelope.paramsMembers.some(({ key }) => key === "task");
  }

  #owned(bytes: Buffer, answer: Envelope): readonly Edit[] {
    const task = this.#deps.tasks.made(this.#call, this.#server, bytes, answer.result);
    return task === undefined ? NO_EDITS : this.#deps.tasks.renamesOf(task, bytes, answer.result);
  }

  #poll(bytes: Buffer, { result }: Envelope): Promise<FinalAnswer> {
    const created = createdTask(bytes, result);
    const state = readTaskState(bytes, result);
    if (created === undefined || state === undefined)
      return Promise.reject(new Error("its task has no id or no status"));
    this.#run = this.#seeThrough(created.id);
    return this.#run.poll(state);
  }

  #await(
    request: OutboundRequest,
    bytes: Buffer,
    { result }: Envelope,
  ): readonly Edit[] | Promise<FinalAnswer> {
    const { tasks } = this.#deps;
    const { route, reply } = this.#call;
    const created = createdTask(bytes, result);
    // An error, or a server that has answered at once in spite of all.
    if (created === undefined || route === undefined) return NO_EDITS;
    this.#forHub = tasks.madeForHub(this.#call, this.#server, created.id, route);
    request.progressedAfter = (parts) => {
      if (this.#run !== undefined && reply.canStream) reply.notify(parts);
    };
    this.#run = this.#seeThrough(created.id);
    return this.#run.result().finally(() => {
      this.#run = undefined;
    });
  }

  #seeThrough(taskId: string): TaskRun {
    const { session } = this.#call;
    const host = {
      server: this.#server,
      asker: (version: string) => this.#asker(version),
      ask: (requests: Parameters<AskSession>[2]) => this.#deps.askSession(this.#server, session, requests),
    };
    return new TaskRun(host, taskId);
  }

  /** The session's client, who can have tasks as the hub sees them through. */
  #asker(version: string): Asker {
    const asker = sessionAsker(this.#call.session, version);
    return { ...asker, capabilities: withTasksExtension(asker.capabilities) };
  }
}
