import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { LogLine, Problem, ServerSummary, Tool } from "../../../shared/model/server.ts";
import { describeTool, readTools, type ToolEntry } from "../../core/catalog/tool-entry.ts";
import { readServerHello, type ServerHello } from "../../core/mcp/session-era/initialize.ts";
import {
  DEFAULT_POLICY,
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
import { type OutboundRequest, type RequestFailure, ServerConnection } from "./connection.ts";
import { handshake, listTools } from "./handshake.ts";

/** A server that cannot take a call now, and why. */
export class ServerUnavailable extends Error {
  /** A stable code of docs/errors.md. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A request that has been given to a server, wherever it is on its way. */
export interface Ticket {
  cancel(reason: string): void;
}

export interface ManagedServerDeps {
  readonly transports: TransportFactory;
  /** Resolves ${env:} and ${secret:} when the server is started; rejects with a sentence for the person. */
  readonly resolveLaunch: (name: string, config: ServerConfig) => Promise<ServerLaunch>;
  readonly version: string;
  readonly policy?: LifecyclePolicy;
  /** Longest wait for the answer to initialize, in milliseconds: npx may have to install the server first. */
  readonly startLimitMs?: number;
  readonly onStateChanged: (server: ManagedServer) => void;
  readonly onCatalogChanged: (
    server: ManagedServer,
    learnt: { tools: Uint8Array; initialize: Uint8Array },
  ) => void;
  readonly onLog: (server: ManagedServer, line: LogLine) => void;
}

interface Waiting {
  readonly request: OutboundRequest;
  readonly unavailable: (error: ServerUnavailable) => void;
  /** Set once it has been handed to a connection. */
  sent: { connection: ServerConnection; id: number } | undefined;
  cancelled: boolean;
  retried: boolean;
}

/** Requests that wait for a server to start; more are refused, so that a server that never starts cannot eat the memory. */
const MAX_WAITING = 1_000;
/** Bytes of answers that clients have not taken yet, above which a server is not read from. */
const UNDELIVERED_HIGH = 64 * 1024 * 1024;
/** A call waits for a restart that is at most this far away, in milliseconds; else it fails at once. */
const RETRY_WORTH_WAITING_MS = 2_500;

/**
 * One configured server under supervision: it is started when needed, its catalogue is learnt and remembered, its
 * requests are queued while it starts and fail at once when it dies. The rules are core/supervisor's; this is the shell.
 */
export class ManagedServer {
  readonly name: string;
  readonly key: string;
  config: ServerConfig;
  readonly #deps: ManagedServerDeps;
  #life: Lifecycle = initialLifecycle;
  #transport: Transport | undefined;
  #connection: ServerConnection | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #startTimer: NodeJS.Timeout | undefined;
  #generation = 0;
  #waiting: Waiting[] = [];
  #stopped: (() => void)[] = [];
  #tools: readonly ToolEntry[] | undefined;
  #toolProblems: readonly Problem[] = [];
  #hello: ServerHello | undefined;
  #lastEnd: TransportEnd | undefined;
  #lastError: string | undefined;
  #noiseLines = 0;
  #undelivered = 0;
  #startedAt: number | undefined;
  #learning: Promise<void> | undefined;
  #learnt: (() => void) | undefined;

  constructor(name: string, config: ServerConfig, key: string, deps: ManagedServerDeps) {
    this.name = name;
    this.config = config;
    this.key = key;
    this.#deps = deps;
  }

  /** The last known catalogue; undefined when it was never learnt. */
  get tools(): readonly ToolEntry[] | undefined {
    return this.#tools;
  }

  get hello(): ServerHello | undefined {
    return this.#hello;
  }

  /** Puts a remembered catalogue in place, before the server runs. */
  remember(catalog: { tools: Uint8Array; initialize: Uint8Array }): void {
    const reading = readTools(catalog.tools);
    this.#tools = reading.tools;
    this.#toolProblems = reading.problems;
    this.#hello = readServerHello(catalog.initialize);
  }

  /** Starts the server if it does not run. */
  need(): void {
    if (this.config.enabled) this.#apply({ type: "needed" });
  }

  /** Starts the server if its catalogue was never learnt; resolves when it is known or the start has failed. */
  learn(): Promise<void> {
    if (this.#tools !== undefined || !this.config.enabled) return Promise.resolve();
    this.#learning ??= new Promise((resolve) => {
      this.#learnt = resolve;
    });
    this.need();
    if (this.#life.phase === "failed" && this.#life.retryAt === undefined) return Promise.resolve();
    return this.#learning;
  }

  /** Gives the server a request: sent at once when it is ready, else when it has started. */
  submit(request: OutboundRequest, unavailable: (error: ServerUnavailable) => void): Ticket {
    const waiting: Waiting = { request, unavailable, sent: undefined, cancelled: false, retried: false };
    this.#dispatch(waiting);
    return {
      cancel: (reason) => {
        waiting.cancelled = true;
        if (waiting.sent !== undefined) waiting.sent.connection.cancel(waiting.sent.id, reason);
        else this.#waiting = this.#waiting.filter((other) => other !== waiting);
      },
    };
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

  /** The person or the configuration acts: a parked server gets a fresh start. */
  reset(): void {
    this.#apply({ type: "reset" });
  }

  /** Ends the server in order; resolves when nothing of it is left. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped.push(resolve);
      this.#failWaiting(new ServerUnavailable("server_stopped", `the server ${this.name} is being stopped`));
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
    const { config } = this;
    return {
      name: this.name,
      state: config.enabled ? this.#life.phase : "disabled",
      transport: config.type,
      enabled: config.enabled,
      tools: this.#tools?.length ?? null,
      restarts: this.#life.restarts,
      lastError: this.#lastError ?? null,
      pid: this.#transport?.pid ?? null,
      revision: this.#hello?.revision ?? null,
      callsToday,
      retryAt: this.#life.retryAt === undefined ? null : new Date(this.#life.retryAt).toISOString(),
      startedAt: this.#startedAt === undefined ? null : new Date(this.#startedAt).toISOString(),
      noiseLines: this.#noiseLines,
    };
  }

  describeTools(exposedName: (tool: string) => string): Tool[] {
    return (this.#tools ?? []).map((entry) => describeTool(entry, exposedName(entry.name)));
  }

  problems(): Problem[] {
    const problems = [...this.#toolProblems];
    if (this.#life.phase === "failed" && this.#life.reason !== undefined) {
      const advice =
        this.#life.retryAt === undefined
          ? "Mend the cause, then restart the server; its log may say more."
          : "It is started again by itself; its log may say more.";
      problems.unshift({ code: this.#lastEnd?.code ?? "failed", message: this.#life.reason, advice });
    }
    if (this.#noiseLines > 0)
      problems.push({
        code: "stdout_noise",
        message: `the server has written ${this.#noiseLines} lines to stdout that are no messages`,
        advice: "They are kept in its log. A server should write such text to stderr.",
      });
    return problems;
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
    if (state !== before) {
      this.#settleStopped();
      this.#deps.onStateChanged(this);
    }
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
    let launch: ServerLaunch;
    try {
      launch = await this.#deps.resolveLaunch(this.name, this.config);
    } catch (error) {
      if (current()) this.#ended(plainEnd("not_startable", sentenceOf(error)), true);
      return;
    }
    if (!current()) return;
    if (this.#life.phase !== "starting") {
      this.#apply({ type: "stopped" });
      return;
    }
    this.#startedAt = Date.now();
    let connection: ServerConnection | undefined;
    const events: TransportEvents = {
      opened: () => {
        if (current()) this.#deps.onStateChanged(this);
      },
      message: (bytes) => connection?.receive(bytes),
      noise: (text) => this.#noise(text),
      stderr: (text) => this.#log("stderr", text),
      drained: () => {},
      closed: (end) => {
        connection?.closed(end);
        if (current()) this.#ended(end, isPermanent(end));
      },
    };
    const transport = this.#deps.transports.open(launch, events);
    connection = new ServerConnection(transport, {
      noise: (text) => this.#noise(text),
      toolsChanged: () => void this.#refreshTools(),
      logged: (text) => this.#log("stdout", text),
    });
    this.#transport = transport;
    this.#connection = connection;
    const limit = this.#deps.startLimitMs ?? 120_000;
    this.#startTimer = setTimeout(() => {
      if (!current()) return;
      this.#lastError = `the server did not answer initialize within ${Math.round(limit / 1_000)} s`;
      void transport.stop();
    }, limit);
    try {
      const shaken = await handshake(connection, this.#deps.version);
      if (!current()) return;
      clearTimeout(this.#startTimer);
      this.#hello = shaken.hello;
      this.#apply({ type: "handshaken" });
      if (!this.#isReady()) return;
      this.#lastError = undefined;
      this.#flushWaiting();
      await this.#learnTools(connection, shaken.raw);
    } catch (error) {
      if (!current()) return;
      this.#lastError = sentenceOf(error);
      this.#log("hub", `start failed: ${this.#lastError}`);
      if (this.#life.phase === "starting") void transport.stop();
      else this.#settleLearning();
    }
  }

  #initializeRaw: Uint8Array = new Uint8Array();

  async #learnTools(connection: ServerConnection, initialize: Uint8Array): Promise<void> {
    this.#initializeRaw = initialize;
    const raw = this.#hello?.hasTools === true ? await listTools(connection) : new TextEncoder().encode("[]");
    if (connection !== this.#connection) return;
    const reading = readTools(raw);
    this.#tools = reading.tools;
    this.#toolProblems = reading.problems;
    this.#settleLearning();
    this.#deps.onCatalogChanged(this, { tools: raw, initialize });
    this.#deps.onStateChanged(this);
  }

  async #refreshTools(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || this.#life.phase !== "ready") return;
    try {
      await this.#learnTools(connection, this.#initializeRaw);
    } catch (error) {
      this.#log("hub", `the changed list of tools could not be read: ${sentenceOf(error)}`);
    }
  }

  #terminate(): void {
    clearTimeout(this.#startTimer);
    const transport = this.#transport;
    if (transport === undefined) {
      this.#generation += 1;
      queueMicrotask(() => this.#apply({ type: "stopped" }));
      return;
    }
    // The end of the transport is what moves the state on; stop() itself only guarantees that nothing is left.
    void transport.stop().then(() => {
      if (this.#transport !== transport) return;
      this.#forgetTransport();
      this.#apply({ type: "stopped" });
    });
  }

  #ended(end: TransportEnd, permanent: boolean): void {
    clearTimeout(this.#startTimer);
    this.#generation += 1;
    const stopping = this.#life.phase === "stopping";
    if (stopping) {
      // Wait for transport.stop(): the child is gone, its tree may not be.
      this.#connection = undefined;
      return;
    }
    const transport = this.#transport;
    this.#forgetTransport();
    // What the child has left behind goes with it.
    void transport?.stop();
    const reason =
      this.#lastError !== undefined && this.#life.phase === "starting" ? this.#lastError : end.message;
    this.#lastEnd = end;
    this.#lastError = reason;
    this.#log("hub", `ended: ${end.message}`);
    this.#apply({ type: "ended", reason, permanent });
    this.#settleLearning();
    if (this.#hopeless()) this.#failWaiting(this.#unavailable());
  }

  #forgetTransport(): void {
    this.#transport = undefined;
    this.#connection = undefined;
    this.#startedAt = undefined;
  }

  #dispatch(waiting: Waiting): void {
    if (!this.config.enabled)
      return waiting.unavailable(
        new ServerUnavailable("server_disabled", `the server ${this.name} is disabled`),
      );
    const connection = this.#connection;
    if (this.#life.phase === "ready" && connection !== undefined) return this.#send(waiting, connection);
    if (this.#hopeless()) return waiting.unavailable(this.#unavailable());
    if (this.#waiting.length >= MAX_WAITING)
      return waiting.unavailable(
        new ServerUnavailable("server_busy", `too many calls wait for the server ${this.name} to start`),
      );
    this.#waiting.push(waiting);
    this.need();
  }

  #isReady(): boolean {
    return this.#life.phase === "ready";
  }

  /** Failed, and not about to be started again soon enough for a call to wait. */
  #hopeless(): boolean {
    const { phase, retryAt } = this.#life;
    return phase === "failed" && (retryAt === undefined || retryAt - Date.now() > RETRY_WORTH_WAITING_MS);
  }

  #unavailable(): ServerUnavailable {
    const { reason, retryAt } = this.#life;
    const when =
      retryAt === undefined
        ? "it is not started again by itself"
        : `next try at ${new Date(retryAt).toISOString()}`;
    return new ServerUnavailable(
      this.#lastEnd?.code ?? "failed",
      `the server ${this.name} has failed: ${reason}; ${when}`,
    );
  }

  #send(waiting: Waiting, connection: ServerConnection): void {
    const { request } = waiting;
    const id = connection.send({
      bytes: request.bytes,
      envelope: request.envelope,
      edits: request.edits,
      get sentAt() {
        return request.sentAt;
      },
      set sentAt(at: number) {
        request.sentAt = at;
      },
      answered: (bytes, envelope) => request.answered(bytes, envelope),
      progressed: (parts) => request.progressed(parts),
      failed: (failure) => this.#lost(waiting, failure),
    });
    waiting.sent = { connection, id };
  }

  /** A call whose server died: one that was surely never written goes to the next instance, once; any other fails. */
  #lost(waiting: Waiting, failure: RequestFailure): void {
    if (waiting.cancelled) return;
    if (failure.written || waiting.retried) return waiting.request.failed(failure);
    waiting.retried = true;
    waiting.sent = undefined;
    queueMicrotask(() => {
      if (!waiting.cancelled) this.#dispatch(waiting);
    });
  }

  #flushWaiting(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) this.#send(entry, connection);
  }

  #failWaiting(error: ServerUnavailable): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) entry.unavailable(error);
  }

  #settleLearning(): void {
    this.#learnt?.();
    this.#learnt = undefined;
    this.#learning = undefined;
  }

  #settleStopped(): void {
    if (this.#life.phase !== "stopped" && this.#life.phase !== "failed") return;
    const stopped = this.#stopped;
    this.#stopped = [];
    for (const resolve of stopped) resolve();
  }

  #noise(text: string): void {
    this.#noiseLines += 1;
    this.#log("stdout", text);
  }

  #log(stream: LogLine["stream"], text: string): void {
    this.#deps.onLog(this, { at: Date.now(), stream, text });
  }
}

function isPermanent(end: TransportEnd): boolean {
  return end.code === "command_not_found" || end.code === "unsupported" || end.code === "spawn_failed";
}

function plainEnd(code: string, message: string): TransportEnd {
  return { code, message, exitCode: null, signal: null, stderrTail: [] };
}
