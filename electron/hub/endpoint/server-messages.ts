import { randomUUID } from "node:crypto";
import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { DENIED, errorMessage, INVALID_REQUEST, METHOD_NOT_FOUND } from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson } from "../../core/jsonrpc/json.ts";
import { splice } from "../../core/jsonrpc/splice.ts";
import { isAtLeast, type LogLevel, mostVerbose } from "../../core/mcp/log-levels.ts";
import { type InputMethod, isInputMethod } from "../../core/mcp/stateless-era/capabilities.ts";
import { sortEdits } from "../../core/mcp/stateless-era/edits.ts";
import { type InputRequest, sessionParams } from "../../core/mcp/stateless-era/round-trips.ts";
import { rawMember } from "../../core/mcp/tasks/capabilities.ts";
import { renameTask } from "../../core/mcp/tasks/messages.ts";
import type { Call, Step } from "../pipeline/call.ts";
import { holdDeadlines } from "../pipeline/call-deadline.ts";
import { type NotAsked, noteEvent, noteOf, noteQuestion } from "../pipeline/call-events.ts";
import { cancelledOutcome } from "../pipeline/outcomes.ts";
import { waitForPerson } from "../pipeline/person-wait.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session, Sessions } from "../sessions.ts";
import type { OwnedTask } from "../tasks/task-book.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { AskedClients } from "./asked-clients.ts";
import { type InFlight, soleAsker } from "./in-flight.ts";
import { lackingFor } from "./lacking.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** How a server gets the answer to a request of its own: a whole JSON-RPC message, in pieces. */
export type AnswerServer = (parts: readonly Uint8Array[]) => void;

/** What a server may ask about tasks that it has made of its own requests to a client. */
const TASK_METHODS: ReadonlySet<string> = new Set([
  "tasks/get",
  "tasks/result",
  "tasks/list",
  "tasks/cancel",
]);
/** What a client tells the servers that are its own alone. */
const OF_CLIENTS: ReadonlySet<string> = new Set([
  "notifications/roots/list_changed",
  "notifications/tasks/status",
]);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const PARAMS = new TextEncoder().encode(',"params":');
const CLOSE = new TextEncoder().encode("}");

/** What servers' own messages need of the hub. */
export interface ServerMessagesDeps {
  readonly sessions: Sessions;
  readonly inFlight: InFlight;
  readonly subscriptions: Subscriptions;
  readonly servers: () => Iterable<ManagedServer>;
  /** Whether a session's scope and profile show a server. */
  readonly sees: (session: Session, server: ManagedServer) => boolean;
  readonly tasks: () => Tasks;
  /** Whether a server may ask the client of a session this; a sentence why not. `params` is raw JSON. */
  readonly mayAsk: MayAsk;
}

/** Judges a server's request to the client of a session: true, or a sentence why not. `params` is raw JSON. */
export type MayAsk = (
  server: ManagedServer,
  session: Session,
  method: InputMethod,
  params: Uint8Array | undefined,
) => true | string | Promise<true | string>;

/**
 * What servers send of themselves: requests to clients, log messages, updates. Each goes to the session that it
 * belongs to. On a server that several sessions share, that is the one with calls under way, if there is only one;
 * else nobody can know, and a request is refused rather than guessed.
 */
export class ServerMessages {
  readonly #deps: ServerMessagesDeps;
  readonly #asked = new AskedClients();

  constructor(deps: ServerMessagesDeps) {
    this.#deps = deps;
  }

  /** A server asks a client something (MCP: sampling, elicitation, roots). */
  ask(server: ManagedServer, bytes: Buffer, envelope: Envelope, respond: AnswerServer): void {
    if (envelope.id === undefined) return;
    const serverId = Buffer.from(bytes.subarray(envelope.id.start, envelope.id.end));
    const { method, params } = envelope;
    if (!isInputMethod(method)) return this.#askOther(server, bytes, envelope, serverId, respond);
    const related = this.#deps.tasks().related(server, bytes, envelope);
    const session = related?.session ?? this.#addressee(server);
    if (session === undefined) {
      const why =
        "Gatehouse cannot tell which client this request is for, as several share this server; " +
        `set isolation: "session" for ${server.name} in gatehouse.json`;
      return respond([errorMessage(serverId, INVALID_REQUEST, why)]);
    }
    // What people take does not count as the server's time.
    const calls = this.#deps.inFlight.on(server).filter((call) => call.session === session);
    const release = holdDeadlines(calls);
    const answeredByPerson = isForPerson(method) ? waitForPerson(calls[0]) : undefined;
    const goOn = (): void => {
      answeredByPerson?.();
      release();
    };
    const answer: AnswerServer = (parts) => {
      goOn();
      respond(parts);
    };
    const raw = params === undefined ? undefined : bytes.subarray(params.start, params.end);
    const question = noteQuestion(calls[0], method, [bytes]);
    const refuse = (note: NotAsked, parts: readonly Uint8Array[]): void => {
      question.notAsked(note, parts);
      answer(parts);
    };
    const { onAsked } = session;
    const lacking = onAsked === undefined ? lackingFor(session, method, raw) : undefined;
    if (lacking !== undefined)
      return refuse("the client cannot", [errorMessage(serverId, METHOD_NOT_FOUND, lacking)]);
    const judged = (allowed: true | string): void => {
      if (allowed !== true)
        return refuse("refused", [errorMessage(serverId, DENIED, allowed, { code: "denied" })]);
      const noted: AnswerServer = (parts) => {
        question.answered(parts);
        answer(parts);
      };
      if (onAsked !== undefined) onAsked(bytes, envelope, noted);
      else this.#pass(server, session, bytes, envelope, serverId, noted, related?.task, goOn);
    };
    const allowed = this.#deps.mayAsk(server, session, method, raw);
    if (!(allowed instanceof Promise)) return judged(allowed);
    const decided = waitForPerson(calls[0]);
    allowed
      .finally(decided)
      .then(judged, (error: unknown) => judged(`it could not be judged: ${String(error)}`));
  }

  /** What only a server that belongs to one session may ask: about the tasks of its client (MCP 2025-11-25, Tasks). */
  #askOther(
    server: ManagedServer,
    bytes: Buffer,
    envelope: Envelope,
    serverId: Buffer,
    answer: AnswerServer,
  ): void {
    const { owner } = server;
    const { method } = envelope;
    const declared = owner === undefined ? "{}" : owner.stored.capabilities;
    if (owner !== undefined && TASK_METHODS.has(method) && rawMember(encode(declared), "tasks") !== undefined)
      this.#pass(server, owner, bytes, envelope, serverId, answer, undefined, () => {});
    else answer([errorMessage(serverId, METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 100)}`)]);
  }

  /** Sends a server's request on under an id of the hub's own; a task is called what its owner calls it, both ways. */
  #pass(
    server: ManagedServer,
    session: Session,
    bytes: Buffer,
    { id: ownId, params }: Envelope,
    serverId: Buffer,
    answer: AnswerServer,
    task: OwnedTask | undefined,
    withdrawn: () => void,
  ): void {
    if (ownId === undefined) return;
    const id = this.#asked.remember({
      server,
      session,
      serverId,
      withdrawn,
      answer: (given, { id: answeredId, result }) => {
        if (answeredId === undefined) return answer([given]);
        const renames = task === undefined ? [] : renameTask(given, result, task.id, task.ownId);
        answer(splice(given, sortEdits([{ ...answeredId, bytes: serverId }, ...renames])));
      },
      refuse: (why) => answer([errorMessage(serverId, INVALID_REQUEST, why)]),
    });
    const renames = task === undefined ? [] : renameTask(bytes, params, task.ownId, task.id);
    this.send(server, session, splice(bytes, sortEdits([{ ...ownId, bytes: encodeJson(id) }, ...renames])));
  }

  /**
   * Asks the client of a session what a stateless server wants to know before it goes on; resolves with the raw results
   * by key, rejects when the client cannot or will not say.
   */
  async askSession(
    server: ManagedServer,
    session: Session,
    requests: readonly InputRequest[],
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const answers = await Promise.all(
      requests.map(async (request) => [request.key, await this.#askOne(server, session, request)] as const),
    );
    return new Map(answers);
  }

  /** Asks the client of a session something for the hub itself; as `askSession`. */
  askClient(session: Session, method: InputMethod): Promise<Uint8Array> {
    return this.#askOne(undefined, session, { key: method, method, params: undefined });
  }

  async #askOne(
    server: ManagedServer | undefined,
    session: Session,
    request: InputRequest,
  ): Promise<Uint8Array> {
    const call = server === undefined ? undefined : this.#callOf(server, session);
    const params = sessionParams(request, randomUUID());
    const envelope = encodeJson({ jsonrpc: "2.0", method: request.method });
    const question = noteQuestion(
      call,
      request.method,
      params === undefined ? [envelope] : [envelope, params],
    );
    const refuse = (note: NotAsked, why: string): never => {
      question.notAsked(note, [encode(why)]);
      throw new Error(why);
    };
    const lacking = lackingFor(session, request.method, request.params);
    if (lacking !== undefined) refuse("the client cannot", lacking);
    const verdict =
      server === undefined || this.#deps.mayAsk(server, session, request.method, request.params);
    const allowed = verdict instanceof Promise ? await verdict.finally(waitForPerson(call)) : verdict;
    if (allowed !== true) refuse("refused", allowed);
    const answered = isForPerson(request.method) ? waitForPerson(call) : undefined;
    const asked = new Promise<Uint8Array>((resolve, reject) => {
      const id = this.#asked.remember({
        server,
        session,
        serverId: undefined,
        answer: (bytes, { result }) => {
          question.answered([bytes]);
          if (result === undefined) reject(new Error(`the client refused ${request.method}`));
          else resolve(Uint8Array.prototype.slice.call(bytes, result.start, result.end));
        },
        refuse: (why) => reject(new Error(why)),
      });
      const head = encodeJson({ jsonrpc: "2.0", id, method: request.method }).subarray(0, -1);
      const parts = params === undefined ? [head, CLOSE] : [head, PARAMS, params, CLOSE];
      if (server === undefined) session.push(parts);
      else this.send(server, session, parts);
    });
    return asked.finally(answered);
  }

  /** A client answers one of those requests; an answer to anything else is dropped. */
  answered(session: Session, bytes: Buffer, envelope: Envelope): void {
    this.#asked.answered(session, bytes, envelope);
  }

  /** A server tells something that is neither progress nor a changed list. */
  told(server: ManagedServer, bytes: Buffer, envelope: Envelope): void {
    switch (envelope.method) {
      case "notifications/message":
        return this.#log(server, bytes, envelope);
      case "notifications/resources/updated":
        return this.#deps.subscriptions.updated(server, bytes, envelope);
      case "notifications/cancelled":
        return this.#withdraw(server, bytes, envelope);
      case "notifications/tasks":
      case "notifications/tasks/status":
        return this.#deps.tasks().told(server, bytes, envelope);
      default: {
        const session = this.#addressee(server);
        if (session !== undefined) this.#tell(server, session, bytes, envelope);
      }
    }
  }

  /** A client tells its servers something: changed roots, progress of what it was asked. */
  toldByClient(session: Session, bytes: Buffer, envelope: Envelope): void {
    if (!OF_CLIENTS.has(envelope.method)) return;
    for (const server of this.#deps.servers()) if (server.owner === session) server.tell([bytes]);
  }

  /** A session is over: what was asked of it will not be answered. */
  sessionEnded(session: Session): void {
    this.#asked.refuseWhere((asked) => asked.session === session, "the client's session has ended");
    void this.levelsChanged();
  }

  /** A server is gone: its questions need no answer, and the clients are told so. */
  serverEnded(server: ManagedServer): void {
    const reason = "the server has ended";
    for (const [requestId, { session }] of this.#asked.refuseWhere(
      (asked) => asked.server === server,
      reason,
    ))
      this.send(server, session, [
        encodeJson({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId, reason } }),
      ]);
  }

  /**
   * A single request may want messages from some level on (the stateless era): it is in effect before the request goes
   * to its server.
   */
  readonly levelStep: Step = (call, next) => {
    const { server, session } = call;
    if (server === undefined || !session.quiet || session.logLevel === undefined) return next();
    const set = server.setLogLevel(mostVerbose([session.logLevel, server.logLevel]));
    if (set === undefined) return next();
    return new Promise((resolve, reject) => {
      const canceller = {
        cancel: () => {
          call.canceller = undefined;
          resolve(cancelledOutcome);
        },
      };
      call.canceller = canceller;
      set.then(() => {
        if (call.canceller !== canceller) return;
        call.canceller = undefined;
        resolve(next());
      }, reject);
    });
  };

  /**
   * Somebody asks for another level of log messages: each server gets the most verbose one. Settles when those that run
   * have taken it.
   */
  async levelsChanged(): Promise<void> {
    const levels = new Map<ManagedServer, LogLevel | undefined>();
    for (const server of this.#deps.servers()) {
      const hearers = [...this.#deps.sessions.live()].filter((session) => this.#hears(session, server));
      levels.set(server, mostVerbose(hearers.map((session) => session.logLevel)));
    }
    await Promise.all([...levels].map(([server, level]) => server.setLogLevel(level)));
  }

  /** Whose what a server sends is: of the one session with calls under way there, else of the session it belongs to. */
  #addressee(server: ManagedServer): Session | undefined {
    const calls = this.#deps.inFlight.on(server);
    if (calls.length > 0) return this.#deps.inFlight.soleSession(server) ?? soleAsker(calls);
    const { owner } = server;
    return owner !== undefined && this.#deps.sees(owner, server) ? owner : undefined;
  }

  #hears(session: Session, server: ManagedServer): boolean {
    return (server.owner === undefined || server.owner === session) && this.#deps.sees(session, server);
  }

  /** While calls of several sessions are under way a message may be about any of them, so nobody gets it. */
  #log(server: ManagedServer, bytes: Buffer, envelope: Envelope): void {
    const level = textOf(bytes, envelope, "level") ?? "";
    const wants = (session: Session): boolean =>
      session.logLevel === undefined ? !session.quiet : isAtLeast(level, session.logLevel);
    const sole = this.#deps.tasks().related(server, bytes, envelope)?.session ?? this.#addressee(server);
    if (sole !== undefined) {
      if (wants(sole)) this.#tell(server, sole, bytes, envelope);
      return;
    }
    if (this.#deps.inFlight.on(server).length > 0) return;
    for (const session of this.#deps.sessions.live())
      if (session.logLevel !== undefined && wants(session) && this.#hears(session, server))
        session.push([bytes]);
  }

  #withdraw(server: ManagedServer, bytes: Buffer, envelope: Envelope): void {
    const span = memberOf(envelope, "requestId");
    if (span === undefined) return;
    const asked = this.#asked.withdraw(server, bytes.subarray(span.start, span.end));
    if (asked !== undefined)
      this.send(server, asked.session, splice(bytes, [{ ...span, bytes: encodeJson(asked.id) }]));
  }

  /** Sends a notification on, and notes it with the call that it is sent with. */
  #tell(server: ManagedServer, session: Session, bytes: Buffer, envelope: Envelope): void {
    const call = this.#callOf(server, session);
    if (call !== undefined)
      noteEvent(call, "server", "notification", envelope.method, [bytes], noteOf(bytes, envelope));
    this.send(server, session, [bytes]);
  }

  /** The session's oldest call under way on a server. */
  #callOf(server: ManagedServer, session: Session): Call | undefined {
    return this.#deps.inFlight.on(server).find((candidate) => candidate.session === session);
  }

  /** On the stream of the session's oldest call under way there, where clients expect it; else on a stream of its own. */
  send(server: ManagedServer, session: Session, parts: readonly Uint8Array[]): void {
    const call = this.#callOf(server, session);
    if (call?.reply.canStream === true) call.reply.notify(parts);
    else session.push(parts);
  }
}

/** A form or a page is for a person; a model's answer and a list of folders are not. */
const isForPerson = (method: InputMethod): boolean => method === "elicitation/create";

function memberOf(envelope: Envelope, key: string): Span | undefined {
  return envelope.paramsMembers.find((member) => member.key === key)?.value;
}

function textOf(bytes: Buffer, envelope: Envelope, key: string): string | undefined {
  const span = memberOf(envelope, key);
  return span !== undefined && bytes[span.start] === 0x22 ? decodeString(bytes, span) : undefined;
}
