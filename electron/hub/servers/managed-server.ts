import { sentenceOf } from "../../../shared/errors.ts";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Problem, ServerFacts } from "../../../shared/model/server.ts";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import type { LogLevel } from "../../core/mcp/log-levels.ts";
import type { ServerHello } from "../../core/mcp/session-era/initialize.ts";
import type { ListenFilter } from "../../core/mcp/stateless-era/listen.ts";
import type { TransportEnd } from "../ports/upstream.ts";
import type { Session } from "../sessions.ts";
import { CallQueue, ServerUnavailable, type Ticket } from "./call-queue.ts";
import { CatalogReader } from "./catalog-reader.ts";
import type { OutboundRequest } from "./connection.ts";
import { endKind } from "./ends.ts";
import type { ServerEra } from "./era.ts";
import { EraMemory } from "./era-memory.ts";
import type { Greeting } from "./handshake.ts";
import { ServerJournal } from "./journal.ts";
import { ListenStream, type Watched } from "./listen-stream.ts";
import type { Place } from "./own-instances.ts";
import { probe } from "./probe.ts";
import { notLearnt, refusalOf } from "./refusals.ts";
import { problemsOf, type Reported, summaryOf } from "./report.ts";
import { runPlan } from "./run-plan.ts";
import { ServerCatalog } from "./server-catalog.ts";
import type { ManagedServerDeps } from "./server-deps.ts";
import { ServerLife } from "./server-life.ts";
import { ServerLogLevel } from "./server-log-level.ts";
import { ServerRun } from "./server-run.ts";
import { Undelivered } from "./undelivered.ts";

/**
 * One configured server under supervision: started when needed, restarted when it dies, ended in order.
 * core/supervisor decides; this is the shell that carries it out, with the queue of calls and the catalogue beside it.
 * What runs at the moment is a ServerRun.
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
  readonly #undelivered = new Undelivered(() => this.#run?.transport);
  readonly #eras = new EraMemory(this.catalog);
  readonly #life: ServerLife;
  readonly #reader: CatalogReader;
  readonly #listening: ListenStream;
  readonly #level: ServerLogLevel;
  /** What runs or starts at the moment. */
  #run: ServerRun | undefined;
  readonly #journal: ServerJournal;
  /** When it was last used, milliseconds since the epoch. */
  #usedAt = 0;
  /** Settles when nothing is left of the run that has ended by itself last; undefined when nothing is. */
  #leaving: Promise<unknown> | undefined;
  #retired = false;

  constructor(name: string, config: ServerConfig, key: string, deps: ManagedServerDeps, place?: Place) {
    this.name = name;
    this.config = config;
    this.key = key;
    this.place = place;
    this.#deps = deps;
    this.#journal = new ServerJournal(
      (line) => deps.onLog(this, line),
      () => deps.onStateChanged(this),
    );
    this.#life = new ServerLife({
      policy: deps.policy,
      spawn: () => void this.#spawn(),
      terminate: () => this.#terminate(),
      changed: () => deps.onStateChanged(this),
    });
    this.#reader = new CatalogReader({
      catalog: this.catalog,
      eras: this.#eras,
      connection: () => this.#run?.connection,
      changed: () => {
        deps.onCatalogChanged(this);
        deps.onStateChanged(this);
      },
      log: (text) => this.#journal.note(text),
    });
    this.#listening = new ListenStream((text) => this.#journal.note(text));
    this.#queue = new CallQueue({
      connection: () => (this.config.enabled && this.isReady ? this.#run?.connection : undefined),
      refusal: () => this.#refusal(),
      need: () => this.need(),
    });
    this.#level = new ServerLogLevel({
      // A stateless server is told with each request.
      takesLevels: () =>
        this.isReady &&
        this.#eras.found?.kind !== "stateless" &&
        this.hello?.capabilities.has("logging") !== false,
      askQuietly: (method, params) => this.askQuietly(method, params),
    });
  }

  /** The one session that this instance is for, if it is for one only. */
  get owner(): Session | undefined {
    return this.place?.owner;
  }

  /** The era it speaks, from this run or as remembered; undefined when nobody has found out yet. */
  get era(): ServerEra | undefined {
    return this.#eras.era;
  }

  get hello(): ServerHello | undefined {
    return this.catalog.hello;
  }

  /** Whether it runs or is on its way to. */
  get isUp(): boolean {
    return this.#life.isUp;
  }

  /** Whether it was parked: it has ended or could not start, and is not running again yet. */
  get hasFailed(): boolean {
    return this.#life.isDown;
  }

  /** Whether it can be asked something now. */
  get isReady(): boolean {
    return this.#life.phase === "ready";
  }

  get logLevel(): LogLevel | undefined {
    return this.#level.level;
  }

  /** Why nobody knows what it offers; undefined when that is known. */
  get notLearnt(): ServerUnavailable | undefined {
    if (this.catalog.tools !== undefined) return undefined;
    return (
      this.#refusal() ??
      notLearnt(this.name, this.#journal.lastCode, this.#journal.lastError ?? "it has not started yet")
    );
  }

  /**
   * A stateless server is to tell of these resources or tasks from now on (2026-07-28: subscriptions/listen); resolves
   * with what it has agreed to, which while it does not run can take long.
   */
  watch(wanted: Partial<Watched>): Promise<ListenFilter> {
    return this.#listening.watch(wanted);
  }

  /** When a call was last given to it or ended there, in milliseconds since the epoch. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** Somebody uses it: it is not idle. */
  used(): void {
    this.#usedAt = Date.now();
  }

  /** Starts the server if it does not run. */
  need(): void {
    if (this.config.enabled && !this.#retired) this.#life.apply({ type: "needed" });
  }

  /** Starts the server if its catalogue was never learnt; resolves when it is known or the server cannot be started. */
  learn(): Promise<void> {
    if (this.catalog.tools !== undefined || !this.config.enabled || this.#retired) return Promise.resolve();
    const learnt = this.catalog.learnt();
    this.need();
    return this.#life.isParked ? Promise.resolve() : learnt;
  }

  /** Gives the server a request: sent at once when it is ready, else when it has started. */
  submit(request: OutboundRequest, unavailable: (error: ServerUnavailable) => void): Ticket {
    this.used();
    return this.#queue.submit(request, unavailable);
  }

  /** An answer that its client has not taken yet: with too many of them the server is not read from. */
  holdReading(reply: { readonly pendingBytes: number; onDrain(listener: () => void): void }): void {
    this.#undelivered.add(reply);
  }

  /** Sends a notification as it is, if the server runs. */
  tell(parts: readonly Uint8Array[]): void {
    if (this.isReady) this.#run?.connection?.tell(parts);
  }

  /** Asks something on the hub's own behalf, if the server runs; resolves with whether it was done. */
  async askQuietly(method: string, params: Uint8Array): Promise<boolean> {
    const connection = this.#run?.connection;
    if (!this.isReady || connection === undefined) return false;
    try {
      await connection.ask(method, params);
      return true;
    } catch (error) {
      this.#journal.note(sentenceOf(error));
      return false;
    }
  }

  /**
   * The most verbose level that somebody wants; told to the server when it runs and whenever it starts. Settles when it
   * is in effect, as far as the server says so in time; undefined: nothing is to be waited for.
   */
  setLogLevel(level: LogLevel | undefined): Promise<unknown> | undefined {
    return this.#level.set(level);
  }

  /** The person or the configuration acts: a parked server gets a fresh start. */
  reset(): void {
    this.#life.apply({ type: "reset" });
  }

  /** Ends the server in order; resolves when nothing of it is left. The next call starts it again. */
  async stop(): Promise<void> {
    this.#queue.fail(this.#stoppedRefusal());
    await this.#life.stop();
    await this.#leaving;
  }

  /** Ends the server for good: nothing starts it again. Resolves as `stop`. */
  retire(): Promise<void> {
    this.#retired = true;
    this.catalog.settle();
    return this.stop();
  }

  /** The machine has slept: a child that is not heard of any more is ended and started anew. Remote servers see to it themselves. */
  async woke(): Promise<void> {
    const run = this.#run;
    if (this.isReady && run !== undefined && this.config.type === "stdio") await probe(run);
  }

  async restart(): Promise<void> {
    await this.stop();
    this.reset();
    this.need();
  }

  /** Of its root process; null for a remote server, and while it does not run. */
  get pid(): number | null {
    return this.#run?.transport?.pid ?? null;
  }

  /** When it was launched, in milliseconds since the epoch; undefined while it does not run. */
  get startedAt(): number | undefined {
    return this.#run?.startedAt;
  }

  /** Pings the server; resolves with its answer, whatever that is. Rejects when it does not run, or ends meanwhile. */
  async ping(): Promise<void> {
    const connection = this.#run?.connection;
    if (!this.isReady || connection === undefined) throw new Error(`the server ${this.name} does not run`);
    await connection.exchange("ping", encodeJson({}));
  }

  summary(callsToday: number): ServerFacts {
    return summaryOf(this.#reported, callsToday);
  }

  /** What a person should know and do about. */
  problems(): Problem[] {
    return problemsOf(this.#reported);
  }

  get #reported(): Reported {
    return {
      name: this.name,
      config: this.config,
      life: this.#life.state,
      catalog: this.catalog,
      era: this.era,
      pid: this.pid,
      startedAt: this.startedAt,
      journal: this.#journal,
    };
  }

  #stoppedRefusal(): ServerUnavailable {
    return new ServerUnavailable("server_stopped", `the server ${this.name} is being stopped`);
  }

  #refusal(): ServerUnavailable | undefined {
    if (this.#retired) return this.#stoppedRefusal();
    const { name, config } = this;
    const life = this.#life.state;
    return refusalOf({ name, enabled: config.enabled, life, code: this.#journal.lastCode }, Date.now());
  }

  async #spawn(): Promise<void> {
    this.#journal.lastError = undefined;
    const run = this.#newRun();
    this.#run = run;
    try {
      const greeting = await run.greet();
      if (greeting !== undefined) await this.#greeted(run, greeting);
    } catch (error) {
      if (run.over) return;
      const why = this.#journal.failed(error);
      this.catalog.settle();
      if (this.#life.phase === "starting") run.condemn("handshake_failed", why);
    }
  }

  #newRun(): ServerRun {
    const deps = this.#deps;
    return new ServerRun(
      runPlan(this, deps, this.#eras, () => this.#leaving),
      {
        opened: () => deps.onStateChanged(this),
        log: (stream, text) => this.#journal.log(stream, text),
        ended: (end) => this.#ended(end),
        noise: (text) => this.#journal.noise(text),
        unasked: (kind) => this.#journal.unasked(kind),
        listChanged: () => {
          if (this.isReady) void this.#reader.relearn();
        },
        asked: (bytes, envelope, answer) => deps.onAsked(this, bytes, envelope, answer),
        told: (bytes, envelope) => {
          if (envelope.method === "notifications/message") this.#journal.message(bytes, envelope);
          deps.onTold(this, bytes, envelope);
        },
      },
    );
  }

  /** The conversation is open: what waited is sent, and what the server offers is learnt. */
  async #greeted(run: ServerRun, greeting: Greeting): Promise<void> {
    const { hello, era } = greeting;
    const { connection } = run;
    if (connection === undefined) return;
    this.used();
    this.#journal.startupMs = run.startupMs;
    this.#reader.greeted(greeting);
    this.#eras.greeted(era);
    this.#life.apply({ type: "handshaken" });
    if (!this.isReady) return;
    const levelled = this.#level.tell();
    // What is subscribed to is told to the server anew, before its stream is opened.
    this.#deps.onReady(this);
    if (era.kind === "stateless")
      void this.#listening.keepOpen(
        connection,
        hello,
        () => connection === this.#run?.connection && this.isReady,
      );
    if (levelled !== undefined) await levelled;
    if (run.over || !this.isReady) return;
    this.#queue.flush(connection);
    await this.#reader.learn(connection, hello.capabilities);
  }

  #terminate(): void {
    const run = this.#run;
    if (run?.transport === undefined) {
      // It was about to be spawned: the launch is no longer awaited.
      run?.giveUp();
      queueMicrotask(() => this.#life.apply({ type: "stopped" }));
      return;
    }
    void run.stop().then(() => {
      if (this.#run !== run) return;
      this.#forgetRun();
      this.#life.apply({ type: "stopped" });
    });
  }

  #ended(end: TransportEnd): void {
    const { phase } = this.#life;
    if (phase === "starting") this.#eras.endedAtStart(end);
    // While stopping, stop() is what tells when nothing is left: the child is gone, its tree may not be.
    if (phase === "stopping") return;
    const run = this.#run;
    this.#forgetRun();
    if (run?.transport !== undefined) this.#leave(run.stop());
    this.#journal.ended(end);
    this.#life.apply({ type: "ended", reason: end.message, kind: endKind(end) });
    this.catalog.settle();
    const refusal = this.#refusal();
    if (refusal !== undefined) this.#queue.fail(refusal);
  }

  #leave(stopped: Promise<void>): void {
    const leaving = stopped.finally(() => {
      if (this.#leaving === leaving) this.#leaving = undefined;
    });
    this.#leaving = leaving;
  }

  #forgetRun(): void {
    if (this.#run?.transport !== undefined) this.#deps.onEnded(this);
    this.#run = undefined;
  }
}
