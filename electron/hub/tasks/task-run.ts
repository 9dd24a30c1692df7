import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import { joinParts } from "../../core/jsonrpc/splice.ts";
import { objectOf, paramsEdits, type RawMembers, rawOf } from "../../core/mcp/stateless-era/edits.ts";
import { type InputRequest, readInputRequired } from "../../core/mcp/stateless-era/round-trips.ts";
import { type Asker, upgradedRequest } from "../../core/mcp/stateless-era/upgrade.ts";
import { readTaskState, type TaskState, TERMINAL_STATES } from "../../core/mcp/tasks/messages.ts";
import type { Ticket } from "../servers/call-queue.ts";
import type { OutboundRequest } from "../servers/connection.ts";
import type { ManagedServer } from "../servers/managed-server.ts";

/** How long to wait before a task is asked for again where the server does not say, and the bounds, in milliseconds. */
const POLL_MS = 1_000;
const SHORTEST_POLL_MS = 20;
const LONGEST_POLL_MS = 60_000;

/** An answer as a whole message: what the call would have been answered with, had it made no task. */
export interface FinalAnswer {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
}

/** What a task is seen through with. */
export interface TaskRunHost {
  readonly server: ManagedServer;
  /** Who asks a stateless server. */
  readonly asker: (version: string) => Asker;
  /** Asks the client what a stateless server wants to know. */
  readonly ask: (requests: readonly InputRequest[]) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/**
 * A task that the hub sees through to its end, for a client whose era or revision knows no tasks of this kind: it gets
 * the final answer to its call. Of a stateless server the task is polled, and what it asks is asked of the client; of a
 * server of the session era the result is waited for (tasks/result), and the server asks by itself.
 */
export class TaskRun {
  readonly #host: TaskRunHost;
  readonly #taskId: string;
  readonly #answered = new Set<string>();
  #ticket: Ticket | undefined;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelled = false;

  constructor(host: TaskRunHost, taskId: string) {
    this.#host = host;
    this.#taskId = taskId;
  }

  /** Polls a stateless server's task, from its first state on. Rejects with a sentence when there will be no answer. */
  async poll(first: TaskState): Promise<FinalAnswer> {
    let state = first;
    if (!TERMINAL_STATES.has(state.status)) await this.#pause(state);
    for (;;) {
      const { bytes, envelope } = await this.#exchange("tasks/get");
      if (envelope.result === undefined) return { bytes, envelope };
      const read = readTaskState(bytes, envelope.result);
      if (read === undefined) throw new Error("tasks/get was answered without a task");
      state = read;
      if (TERMINAL_STATES.has(state.status)) return finalOf(bytes, state);
      if (state.status === "input_required") await this.#provide(bytes, envelope.result);
      await this.#pause(state);
    }
  }

  /** Waits for the result of a session era server's task. */
  result(): Promise<FinalAnswer> {
    return this.#exchange("tasks/result");
  }

  /** Nobody waits any longer: the server is told so. */
  cancel(reason: string): void {
    if (this.#cancelled) return;
    this.#ticket?.cancel(reason);
    this.#exchange("tasks/cancel").catch(() => {});
    this.#cancelled = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  /** Asks the client what the task waits for, each thing once, and hands the answers over. */
  async #provide(bytes: Buffer, result: Span): Promise<void> {
    const wanted = readInputRequired(bytes.subarray(result.start, result.end));
    if (typeof wanted === "string")
      throw new Error(`the task waits for input that cannot be given: ${wanted}`);
    const fresh = wanted.requests.filter(({ key }) => !this.#answered.has(key));
    if (fresh.length === 0) return;
    for (const { key } of fresh) this.#answered.add(key);
    let given: ReadonlyMap<string, Uint8Array>;
    try {
      given = await this.#host.ask(fresh);
    } catch (error) {
      this.cancel("its client cannot give what it asks for");
      throw error;
    }
    const { bytes: said, envelope } = await this.#exchange(
      "tasks/update",
      new Map([["inputResponses", objectOf(given)]]),
    );
    if (envelope.error !== undefined)
      throw new Error(`the task did not take the answers: ${said.toString("utf8").slice(0, 500)}`);
  }

  #pause({ pollMs = POLL_MS }: TaskState): Promise<void> {
    const wait = Math.min(Math.max(pollMs, SHORTEST_POLL_MS), LONGEST_POLL_MS);
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, wait);
    });
  }

  #exchange(method: string, more: RawMembers = new Map()): Promise<FinalAnswer> {
    if (this.#cancelled) return Promise.reject(new Error("the call was cancelled"));
    const { server, asker } = this.#host;
    const params = objectOf(new Map([["taskId", encodeJson(this.#taskId)], ...more]));
    const head = encodeJson({ jsonrpc: "2.0", id: 0, method }).subarray(0, -1);
    const bytes = Buffer.from(joinParts([head, PARAMS, params, CLOSE]));
    const envelope = scanMessage(bytes);
    return new Promise((resolve, reject) => {
      const request: OutboundRequest = {
        bytes,
        envelope,
        edits: (era) =>
          era.kind === "stateless" ? paramsEdits(bytes, envelope, upgradedRequest(asker(era.version))) : [],
        sentAt: 0,
        sentAs: 0,
        answered: (answer, answered) => resolve({ bytes: answer, envelope: answered }),
        progressed: () => {},
        failed: ({ end }) =>
          reject(new Error(`the server ${server.name} ended during the task: ${end.message}`)),
      };
      this.#ticket = server.submit(request, reject);
    });
  }
}

const encoder = new TextEncoder();
const PARAMS = encoder.encode(',"params":');
const CLOSE = encoder.encode("}");
const RESULT = encoder.encode('{"jsonrpc":"2.0","id":0,"result":');
const ERROR = encoder.encode('{"jsonrpc":"2.0","id":0,"error":');

/** What a task that is over holds, as the answer to the call that made it. Throws with a sentence when it holds none. */
function finalOf(bytes: Buffer, { status, message, result, error }: TaskState): FinalAnswer {
  const span = status === "failed" ? error : status === "completed" ? result : undefined;
  if (span === undefined) {
    const said = message === undefined ? "" : `: ${message.slice(0, 500)}`;
    throw new Error(
      `the task was ${status === "cancelled" ? "cancelled" : `${status} without an answer`}${said}`,
    );
  }
  const whole = Buffer.from(joinParts([status === "failed" ? ERROR : RESULT, rawOf(bytes, span), CLOSE]));
  return { bytes: whole, envelope: scanMessage(whole) };
}
