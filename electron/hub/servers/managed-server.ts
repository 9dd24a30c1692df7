import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { LogLine, Problem, ServerSummary } from "../../../shared/model/server.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { ServerHello } from "../../core/mcp/session-era/initialize.ts";
import type { LogLevel } from "../../core/mcp/session-era/log-levels.ts";
import type { ListenFilter } from "../../core/mcp/stateless-era/listen.ts";
import {
  DEFAULT_POLICY,
  type EndKind,
  initialLifecycle,
  type Lifecycle,
  type LifecycleCommand,
  type LifecycleEvent,
  type LifecyclePolicy,
  step,
} from "../../core/supervisor/lifecycle.ts";
import type {
  ServerLaunch,
  Transport,
  TransportEnd,
  TransportEvents,
  TransportFactory,
} from "../ports/upstream.ts";
import type { Session } from "../sessions.ts";
import { within } from "../within.ts";
import { CallQueue, ServerUnavailable, type Ticket } from "./call-queue.ts";
import { type OutboundRequest, ServerConnection } from "./connection.ts";
import { eraOf, rememberEra, SESSION_ERA, type ServerEra } from "./era.ts";
import { handshake, readLists } from "./handshake.ts";
import { ListenStream, type Watched } from "./listen-stream.ts";
import type { Place } from "./own-instances.ts";
import { failure, noise } from "./problems.ts";
import { ServerCatalog } from "./server-catalog.ts";

export type ResolveLaunch = (
  name: string,
  config: ServerConfig,
  project: string | null,
) => Promise<ServerLaunch>;

export interface ManagedServerDeps {
  readonly transports: TransportFactory;
  /**
   * Resolves ${env:}, ${secret:} and ${project} when the server is started; rejects with a sentence for the person.
   * `project` is the folder of the instance; null for one that belongs to no project.
   */
  readonly resolveLaunch: ResolveLaunch;
  readonly version: string;
  readonly policy?: LifecyclePolicy;
  /** Longest wait for the answer to initialize, in milliseconds: npx may have to install the server first. */
  readonly startLimitMs?: number;
  readonly onStateChanged: (server: ManagedServer) => void;
  readonly onCatalogChanged: (server: ManagedServer) => void;
  /** The server asks something of a client, or tells something that is neither progress nor a changed list. */
  readonly onAsked: (
    server: ManagedServer,
    bytes: Buffer,
    envelope: Envelope,
    answer: (parts: readonly Uint8Array[]) => void,
  ) => void;
  readonly onTold: (server: ManagedServer, bytes: Buffer, envelope: Envelope) => void;
  /** It has become ready, or has ended. */
  readonly onReady: (server: ManagedServer) => void;
  readonly onEnded: (server: ManagedServer) => void;
  readonly onLog: (server: ManagedServer, line: LogLine) => void;
}

/** A call waits for a restart that is at most this far away, in milliseconds; else it fails at once. */
const RETRY_WORTH_WAITING_MS = 2_500;
/** How long a server is given to take a new log level before calls go on, in milliseconds. */
const LEVEL_MS = 1_000;
/** Bytes of answers that clients have not taken yet, above which a server is not read from. */
const UNDELIVERED_HIGH = 64 * 1024 * 1024;
/** What the supervisor makes of a transport's end; a crash unless it stands here. */
const END_KINDS = new Map<string, EndKind>([
  ["command_not_found", "permanent"],
  ["spawn_failed", "permanent"],
  ["not_startable", "permanent"],
  ["redirected", "permanent"],
  ["endpoint_refused", "permanent"],
  ["forbidden", "permanent"],
  ["needs_auth", "needs-auth"],
  ["unreachable", "outage"],
  ["session_lost", "renewal"],
]);

/**
 * One configured server under supervision: started when needed, restarted when it dies, ended in order.
 * core/supervisor decides; this is the shell that carries it out, with the queue of calls and the catalogue beside it.
 */
export class ManagedServer {
  readonly name: string;
  readonly key: string;
  readonly catalog = new ServerCatalog();
  /** Whose alone this instance is; undefined for the one that all share. */
  readonly place: Place | undefined;
  config: ServerConfig;
  readonly #deps: ManagedServerDeps;
  readonly #queue: CallQueue;
  #life: Lifecycle = initialLifecycle;
  #transport: Transport | undefined;
  #connection: ServerConnection | undefined;
  /** Counts instances: what an earlier one still says is not heard. */
  #generation = 0;
  #initialize: Uint8Array = new Uint8Array();
  #retryTimer: NodeJS.Timeout | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #stopped: (() => void)[] = [];
  #lastEnd: TransportEnd | undefined;
  #lastError: string | undefined;
  #startedAt: number | undefined;
  #noiseLines = 0;
  #undelivered = 0;
  #era: ServerEra | undefined;
  /** A first start is finding out the era; one that dies meanwhile may not have liked the question. */
  #probing = false;
  #hurtByProbe = false;
  readonly #listening: ListenStream;
  #logLevel: LogLevel | undefined;

  constructor(name: string, config: ServerConfig, key: string, deps: ManagedServerDeps, place?: Place) {
    this.name = name;
    this.config = config;
    this.key = key;
    this.place = place;
    this.#deps = deps;
    this.#listening = new ListenStream((text) => this.#log("hub", text));
    this.#queue = new CallQueue({
      connection: () => (this.config.enabled && this.#isReady() ? this.#connection : undefined),
      refusal: () => this.#refusal(),
      need: () => this.need(),
    });
  }

  /** The one session that this instance is for, if it is for one only. */
  get owner(): Session | undefined {
    return this.place?.owner;
  }

  /** The era it speaks, from this run or as remembered; undefined when nobody has found out yet. */
  get era(): ServerEra | undefined {
    return this.#era ?? (this.catalog.lists === undefined ? undefined : eraOf(this.catalog.parts.get("era")));
  }

  /**
   * A stateless server is to tell of these resources or tasks from now on (2026-07-28: subscriptions/listen); resolves
   * with what it has agreed to, which while it does not run can take long.
   */
  watch(wanted: Partial<Watched>): Promise<ListenFilter> {
    return this.#listening.watch(wanted);
  }

  get hello(): ServerHello | undefined {
    return this.catalog.hello;
  }

  /** Starts the server if it does not run. */
  need(): void {
    if (this.config.enabled) this.#apply({ type: "needed" });
  }

  /** Starts the server if its catalogue was never learnt; resolves when it is known or the server cannot be started. */
  learn(): Promise<void> {
    if (this.catalog.tools !== undefined || !this.config.enabled) return Promise.resolve();
    const learnt = this.catalog.learnt();
    this.need();
    return this.#isDown() && this.#life.retryAt === undefined ? Promise.resolve() : learnt;
  }

  /** Why nobody knows what it offers; undefined when that is known. */
  get notLearnt(): ServerUnavailable | undefined {
    if (this.catalog.tools !== undefined) return undefined;
    const why = this.#lastError ?? "it has not started yet";
    return (
      this.#refusal() ??
      new ServerUnavailable(
        this.#lastEnd?.code ?? "not_learnt",
        `what the server ${this.name} offers is not known: ${why}; try again soon`,
      )
    );
  }

  /** Gives the server a request: sent at once when it is ready, else when it has started. */
  submit(request: OutboundRequest, unavailable: (error: ServerUnavailable) => void): Ticket {
    return this.#queue.submit(request, unavailable);
  }

  /**
   * Back-pressure: an answer that its client has not taken yet counts; above the high-water mark the server is not
   * read from until clients have caught up. One slow client with one answer does not hold up the others.
   */
  holdReading(reply: { readonly pendingBytes: number; onDrain(listener: () => void): void }): void {
    const bytes = reply.pendingBytes;
    this.#undelivered += bytes;
    if (this.#undelivered > UNDELIVERED_HIGH) this.#transport?.pause();
    reply.onDrain(() => {
      this.#undelivered -= bytes;
      if (this.#undelivered <= UNDELIVERED_HIGH / 2) this.#transport?.resume();
    });
  }

  /** Sends a notification as it is, if the server runs. */
  tell(parts: readonly Uint8Array[]): void {
    if (this.#isReady()) this.#connection?.tell(parts);
  }

  /** Asks something on the hub's own behalf, if the server runs; resolves with whether it was done. */
  async askQuietly(method: string, params: Uint8Array): Promise<boolean> {
    if (!this.#isReady() || this.#connection === undefined) return false;
    try {
      await this.#connection.ask(method, params);
      return true;
    } catch (error) {
      this.#log("hub", sentenceOf(error));
      return false;
    }
  }

  /** Whether it can be asked something now. */
  get isReady(): boolean {
    return this.#isReady();
  }

  get logLevel(): LogLevel | undefined {
    return this.#logLevel;
  }

  /**
   * The most verbose level that somebody wants; told to the server when it runs and whenever it starts. Settles when it
   * is in effect, as far as the server says so in time; undefined: nothing is to be waited for.
   */
  setLogLevel(level: LogLevel | undefined): Promise<unknown> | undefined {
    if (level === undefined || level === this.#logLevel) return undefined;
    this.#logLevel = level;
    return this.#sendLogLevel();
  }

  /** The person or the configuration acts: a parked server gets a fresh start. */
  reset(): void {
    this.#apply({ type: "reset" });
  }

  /** Ends the server in order; resolves when nothing of it is left. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped.push(resolve);
      this.#queue.fail(new ServerUnavailable("server_stopped", `the server ${this.name} is being stopped`));
      this.#apply({ type: "stop" });
      this.#settleStopped();
    });
  }

  async restart(): Promise<void> {
    await this.stop();
    this.reset();
    this.need();
  }

  summary(callsToday: number): ServerSummary {
    const iso = (at: number | undefined): string | null =>
      at === undefined ? null : new Date(at).toISOString();
    return {
      name: this.name,
      state: this.config.enabled ? this.#life.phase : "disabled",
      transport: this.config.type,
      enabled: this.config.enabled,
      tools: this.catalog.tools?.length ?? null,
      restarts: this.#life.restarts,
      lastError: this.#lastError ?? null,
      pid: this.#transport?.pid ?? null,
      revision: this.era?.kind === "stateless" ? this.era.version : (this.hello?.revision ?? null),
      callsToday,
      retryAt: iso(this.#life.retryAt),
      startedAt: iso(this.#startedAt),
      noiseLines: this.#noiseLines,
      labels: this.config.labels ?? {},
    };
  }

  /** What a person should know and do about. */
  problems(): Problem[] {
    const { reason, retryAt } = this.#life;
    return [
      ...(this.#isDown() && reason !== undefined
        ? [failure(this.#lastEnd?.code ?? "failed", reason, retryAt !== undefined)]
        : []),
      ...this.catalog.problems,
      ...(this.#noiseLines > 0 ? [noise(this.#noiseLines)] : []),
    ];
  }

  #isReady(): boolean {
    return this.#life.phase === "ready";
  }

  #isDown(): boolean {
    return this.#life.phase === "failed" || this.#life.phase === "needs-auth";
  }

  #refusal(): ServerUnavailable | undefined {
    if (!this.config.enabled)
      return new ServerUnavailable("server_disabled", `the server ${this.name} is disabled`);
    const { retryAt, reason } = this.#life;
    if (!this.#isDown() || (retryAt !== undefined && retryAt - Date.now() <= RETRY_WORTH_WAITING_MS))
      return undefined;
    const when =
      retryAt === undefined
        ? "it is not started again by itself"
        : `next try at ${new Date(retryAt).toISOString()}`;
    return new ServerUnavailable(
      this.#lastEnd?.code ?? "failed",
      `the server ${this.name} has failed: ${reason}; ${when}`,
    );
  }

  #apply(event: LifecycleEvent): void {
    const before = this.#life;
    const { state, commands } = step(
      before,
      event,
      Date.now(),
      Math.random(),
      this.#deps.policy ?? DEFAULT_POLICY,
    );
    this.#life = state;
    for (const command of commands) this.#carryOut(command);
    if (state === before) return;
    this.#settleStopped();
    this.#deps.onStateChanged(this);
  }

  #carryOut(command: LifecycleCommand): void {
    switch (command.type) {
      case "spawn":
        void this.#spawn();
        return;
      case "terminate":
        this.#terminate();
        return;
      case "armRetry":
        this.#retryTimer = setTimeout(() => this.#apply({ type: "retryDue" }), command.delayMs);
        return;
      case "disarmRetry":
        clearTimeout(this.#retryTimer);
        return;
    }
  }

  async #spawn(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#generation += 1;
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    this.#lastError = undefined;
    let launch: ServerLaunch;
    try {
      launch = await this.#deps.resolveLaunch(this.name, this.config, this.place?.project ?? null);
    } catch (error) {
      if (current()) this.#ended(notStartable(sentenceOf(error)));
      return;
    }
    if (!current()) return;
    const connection = this.#connect(launch, current);
    try {
      const { hello, raw, era } = await handshake(connection, {
        version: this.#deps.version,
        capabilities: this.owner?.stored.capabilities,
        known: this.#knownEra(),
      });
      if (!current()) return;
      clearTimeout(this.#startTimer);
      this.#initialize = raw;
      this.#era = era;
      this.#probing = false;
      this.#apply({ type: "handshaken" });
      if (!this.#isReady()) return;
      const levelled = this.#sendLogLevel();
      // What is subscribed to is told to the server anew, before its stream is opened.
      this.#deps.onReady(this);
      if (era.kind === "stateless")
        void this.#listening.keepOpen(
          connection,
          hello,
          () => connection === this.#connection && this.#isReady(),
        );
      if (levelled !== undefined) await levelled;
      if (!current() || !this.#isReady()) return;
      this.#queue.flush(connection);
      await this.#learn(connection, hello);
    } catch (error) {
      if (!current()) return;
      this.#lastError = sentenceOf(error);
      this.#log("hub", this.#lastError);
      this.catalog.settle();
      if (this.#life.phase === "starting") void this.#transport?.stop();
    }
  }

  /** The era to begin with: as remembered, or the older one where the probe has done harm. */
  #knownEra(): ServerEra | undefined {
    // HTTP+SSE is older than the stateless era.
    const known = this.#hurtByProbe || this.config.type === "sse" ? SESSION_ERA : this.era;
    this.#probing = known?.kind !== "session";
    return known;
  }

  #connect(launch: ServerLaunch, current: () => boolean): ServerConnection {
    this.#startedAt = Date.now();
    let connection: ServerConnection | undefined;
    const events: TransportEvents = {
      opened: () => {
        if (current()) this.#deps.onStateChanged(this);
      },
      message: (bytes, envelope) => connection?.receive(bytes, envelope),
      noise: (text) => this.#noise(text),
      stderr: (text) => this.#log("stderr", text),
      drained: () => {},
      closed: (end) => {
        if (current()) this.#ended(end);
        connection?.closed(end);
      },
    };
    const transport = this.#deps.transports.open(launch, events);
    connection = new ServerConnection(transport, {
      noise: (text) => this.#noise(text),
      listChanged: () => void this.#relearn(),
      asked: (bytes, envelope, answer) => this.#deps.onAsked(this, bytes, envelope, answer),
      told: (bytes, envelope) => {
        if (envelope.method === "notifications/message") this.#logMessage(bytes, envelope);
        this.#deps.onTold(this, bytes, envelope);
      },
    });
    this.#transport = transport;
    this.#connection = connection;
    const limit = this.#deps.startLimitMs ?? 120_000;
    this.#startTimer = setTimeout(() => {
      if (!current()) return;
      this.#lastError = `the server did not answer initialize within ${Math.round(limit / 1_000)} s`;
      void transport.stop();
    }, limit);
    return connection;
  }

  async #learn(connection: ServerConnection, hello: ServerHello): Promise<void> {
    const lists = await readLists(connection, hello.capabilities);
    if (connection !== this.#connection) return;
    this.catalog.put(
      new Map<string, Uint8Array>([
        ["initialize", this.#initialize],
        ["era", rememberEra(this.#era ?? SESSION_ERA)],
        ...lists,
      ]),
    );
    this.#deps.onCatalogChanged(this);
    this.#deps.onStateChanged(this);
  }

  async #relearn(): Promise<void> {
    const connection = this.#connection;
    const { hello } = this;
    if (connection === undefined || hello === undefined || !this.#isReady()) return;
    try {
      await this.#learn(connection, hello);
    } catch (error) {
      this.#log("hub", `the changed lists could not be read: ${sentenceOf(error)}`);
    }
  }

  #terminate(): void {
    clearTimeout(this.#startTimer);
    const transport = this.#transport;
    if (transport === undefined) {
      // It was about to be spawned: the launch is no longer awaited.
      this.#generation += 1;
      queueMicrotask(() => this.#apply({ type: "stopped" }));
      return;
    }
    void transport.stop().then(() => {
      if (this.#transport !== transport) return;
      this.#forgetTransport();
      this.#apply({ type: "stopped" });
    });
  }

  #ended(end: TransportEnd): void {
    clearTimeout(this.#startTimer);
    this.#generation += 1;
    if (this.#probing && this.#life.phase === "starting" && end.code === "exited") this.#hurtByProbe = true;
    // While stopping, transport.stop() is what tells when nothing is left: the child is gone, its tree may not be.
    if (this.#life.phase === "stopping") return;
    const transport = this.#transport;
    this.#forgetTransport();
    void transport?.stop();
    const reason = this.#life.phase === "starting" ? (this.#lastError ?? end.message) : end.message;
    this.#lastEnd = end;
    this.#lastError = reason;
    this.#log("hub", `ended: ${end.message}`);
    this.#apply({ type: "ended", reason, kind: END_KINDS.get(end.code) ?? "crash" });
    this.catalog.settle();
    const refusal = this.#refusal();
    if (refusal !== undefined) this.#queue.fail(refusal);
  }

  #forgetTransport(): void {
    if (this.#connection !== undefined || this.#transport !== undefined) this.#deps.onEnded(this);
    this.#transport = undefined;
    this.#connection = undefined;
    this.#startedAt = undefined;
  }

  #settleStopped(): void {
    if (this.#life.phase !== "stopped" && !this.#isDown()) return;
    const stopped = this.#stopped;
    this.#stopped = [];
    for (const resolve of stopped) resolve();
  }

  #sendLogLevel(): Promise<unknown> | undefined {
    // A stateless server is told with each request.
    if (this.#era?.kind === "stateless" || this.#logLevel === undefined || !this.#isReady()) return undefined;
    if (this.hello?.capabilities.has("logging") === false) return undefined;
    return within(LEVEL_MS, this.askQuietly("logging/setLevel", encodeJson({ level: this.#logLevel })));
  }

  #logMessage(bytes: Buffer, { params }: Envelope): void {
    if (params !== undefined)
      this.#log("stdout", bytes.toString("utf8", params.start, Math.min(params.end, params.start + 8_192)));
  }

  #noise(text: string): void {
    this.#noiseLines += 1;
    this.#log("stdout", text);
  }

  #log(stream: LogLine["stream"], text: string): void {
    this.#deps.onLog(this, { at: Date.now(), stream, text });
  }
}

function notStartable(message: string): TransportEnd {
  return { code: "not_startable", message, exitCode: null, signal: null, stderrTail: [] };
}
