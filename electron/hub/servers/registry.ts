import { createHmac } from "node:crypto";
import type { Config, ServerConfig } from "../../../shared/model/config.ts";
import type { CatalogParts } from "../ports/storage.ts";
import type { Session } from "../sessions.ts";
import { idleLookMs, idleServers } from "./idle.ts";
import { ManagedServer } from "./managed-server.ts";
import { accountPlace, OwnInstances, type Place, projectPlace, sessionPlace } from "./own-instances.ts";
import type { ManagedServerDeps } from "./server-deps.ts";

/**
 * What the definition of a server hangs on: a change of it means another server. Keyed with the home's secret, as it
 * is stored and may cover values that are secret.
 */
function definitionKey(config: ServerConfig, homeKey: Uint8Array): string {
  const what =
    config.type === "stdio"
      ? [config.type, config.command, config.args, config.env, config.cwd ?? null]
      : [config.type, config.url, config.headers];
  return createHmac("sha256", homeKey).update(JSON.stringify(what)).digest("hex");
}

export interface RegistryDeps extends ManagedServerDeps {
  readonly homeKey: Uint8Array;
  readonly loadCatalog: (name: string, key: string) => CatalogParts | undefined;
  readonly onRemoved: (name: string) => void;
  /** Which signed-in account of a server a session's calls use; undefined: the default one. */
  readonly accountOf: (server: string, session: Session) => string | undefined;
  /** Whether calls are under way on an instance. */
  readonly isBusy: (server: ManagedServer) => boolean;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** How often idle instances are looked for, in milliseconds. */
const IDLE_LOOK_MS = 300_000;

/** The configured servers, kept in step with the configuration: only what has changed is stopped or started. */
export class ServerRegistry {
  readonly #deps: RegistryDeps;
  readonly #servers = new Map<string, ManagedServer>();
  /** The instances that not everybody shares. */
  readonly #own = new OwnInstances();
  readonly #idleTimer: NodeJS.Timeout;
  /** For the servers whose configuration says how long they may be idle. */
  #lookTimer: NodeJS.Timeout | undefined;
  /** Stops under way: the hub's own end waits for them. */
  readonly #stopping = new Set<Promise<void>>();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
    this.#idleTimer = setInterval(() => this.stopIdle(Date.now()), IDLE_LOOK_MS).unref();
  }

  get(name: string): ManagedServer | undefined {
    return this.#servers.get(name);
  }

  /**
   * The instance that serves a session: the shared one, or with another isolation that of the session (in the stateless
   * era of its client) or of its project folder; undefined while that is not known.
   */
  instanceFor(name: string, session: Session): ManagedServer | undefined {
    const base = this.#servers.get(name);
    if (base === undefined) return base;
    const { isolation } = base.config;
    const account = base.config.type === "stdio" ? undefined : this.#deps.accountOf(name, session);
    if (isolation === "shared")
      return account === undefined ? base : this.#ownInstance(base, accountPlace(account), session);
    const place = isolation === "project" ? projectPlace(session) : sessionPlace(session);
    if (place === undefined) return undefined;
    return this.#ownInstance(base, account === undefined ? place : { ...place, account }, session);
  }

  /** A session's project has become known: what does not start without one can be learnt now. */
  projectKnown(session: Session): void {
    for (const { name, config, catalog } of this.all())
      if (config.enabled && config.isolation === "project" && catalog.lists === undefined)
        this.instanceFor(name, session)?.need();
  }

  /** The instance that all who use an account share; started where what the server offers is not known without it. */
  accountSignedIn(name: string, account: string): void {
    const base = this.#servers.get(name);
    if (
      base?.config.enabled === true &&
      base.catalog.lists === undefined &&
      base.config.isolation === "shared"
    )
      this.#ownInstance(base, accountPlace(account), undefined).need();
  }

  #ownInstance(base: ManagedServer, place: Place, session: Session | undefined): ManagedServer {
    const { name } = base;
    const own = this.#own.use(place, session, Date.now());
    const known = own.get(name);
    if (known?.key === base.key && known.place?.account === place.account) return known;
    if (known !== undefined) void this.#retire(known);
    const instance = new ManagedServer(name, base.config, base.key, this.#deps, place);
    // What its tools are is known before it has told so itself.
    if (base.catalog.lists !== undefined) instance.catalog.put(base.catalog.parts);
    own.set(name, instance);
    return instance;
  }

  /** Every instance, the sessions' own included. */
  instances(): ManagedServer[] {
    return [...this.all(), ...this.#own.all()];
  }

  /** A session is over: its own instances end with it, and those of its project when it was the last there. */
  sessionEnded(session: Session): void {
    for (const instance of this.#own.sessionEnded(session)) void this.#retire(instance);
  }

  /**
   * Ends the instances that no session holds and that have been idle for an hour, and stops those that their configuration
   * allows no longer to be idle: these start again at their next call. `now` in milliseconds since the epoch.
   */
  stopIdle(now: number): void {
    const { isBusy } = this.#deps;
    for (const instance of this.#own.idle(now, isBusy)) void this.#retire(instance);
    for (const instance of idleServers(this.instances(), now, isBusy)) void this.#track(instance.stop());
  }

  /** The machine has slept: the children that have not survived it are started anew. */
  woke(): void {
    for (const instance of this.instances()) void instance.woke();
  }

  all(): ManagedServer[] {
    return [...this.#servers.values()];
  }

  /** Brings the servers in step with the configuration. Resolves when what had to be stopped is gone. */
  async apply(config: Config): Promise<void> {
    const wanted = Object.entries(config.mcpServers);
    const stops: Promise<void>[] = [];
    for (const server of this.all()) {
      const next = config.mcpServers[server.name];
      if (next !== undefined && definitionKey(next, this.#deps.homeKey) === server.key) continue;
      this.#servers.delete(server.name);
      stops.push(this.#retire(server), ...this.#stopOwn(server.name));
      if (next === undefined) this.#deps.onRemoved(server.name);
    }
    // The order of the configuration is the order of the lists.
    const before = new Map(this.#servers);
    this.#servers.clear();
    for (const [name, serverConfig] of wanted) {
      const known = before.get(name);
      if (known === undefined) this.#servers.set(name, this.#create(name, serverConfig));
      else {
        this.#servers.set(name, known);
        this.#update(known, serverConfig, stops);
      }
    }
    clearInterval(this.#lookTimer);
    const lookMs = idleLookMs(this.all().map((server) => server.config));
    if (lookMs !== undefined) this.#lookTimer = setInterval(() => this.stopIdle(Date.now()), lookMs).unref();
    await Promise.all(stops);
  }

  /** Starts what should run without being asked: eager servers, and those whose catalogue was never learnt. */
  wake(): void {
    for (const server of this.all()) {
      if (!server.config.enabled) continue;
      if (server.config.start === "eager" && server.config.isolation !== "project") server.need();
      void server.learn();
    }
  }

  async stopAll(): Promise<void> {
    clearInterval(this.#idleTimer);
    clearInterval(this.#lookTimer);
    await Promise.all([...this.instances().map((server) => this.#retire(server)), ...this.#stopping]);
  }

  #create(name: string, config: ServerConfig): ManagedServer {
    const key = definitionKey(config, this.#deps.homeKey);
    const server = new ManagedServer(name, config, key, this.#deps);
    const remembered = this.#deps.loadCatalog(name, key);
    if (remembered !== undefined) {
      try {
        server.catalog.put(remembered);
      } catch {
        this.#deps.log("warn", `the remembered catalogue of ${name} cannot be read; it is learnt anew`);
      }
    }
    return server;
  }

  #update(server: ManagedServer, config: ServerConfig, stops: Promise<void>[]): void {
    const before = server.config;
    if (JSON.stringify(before) === JSON.stringify(config)) return;
    server.config = config;
    server.reset();
    if (before.enabled && !config.enabled) stops.push(this.#track(server.stop()));
    if (!config.enabled || before.isolation !== config.isolation) stops.push(...this.#stopOwn(server.name));
    this.#deps.onStateChanged(server);
  }

  #stopOwn(name: string): Promise<void>[] {
    return this.#own.named(name).map((instance) => this.#retire(instance));
  }

  #retire(server: ManagedServer): Promise<void> {
    return this.#track(server.retire());
  }

  #track(stop: Promise<void>): Promise<void> {
    const tracked = stop.finally(() => this.#stopping.delete(tracked));
    this.#stopping.add(tracked);
    return tracked;
  }
}
