import { createHmac } from "node:crypto";
import type { Config, ServerConfig } from "../../../shared/model/config.ts";
import type { CatalogParts } from "../ports/storage.ts";
import type { Session } from "../sessions.ts";
import { ManagedServer, type ManagedServerDeps } from "./managed-server.ts";

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
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** The configured servers, kept in step with the configuration: only what has changed is stopped or started. */
export class ServerRegistry {
  readonly #deps: RegistryDeps;
  readonly #servers = new Map<string, ManagedServer>();
  /** The instances of sessions that share none, by session and name. */
  readonly #own = new Map<Session, Map<string, ManagedServer>>();
  /** Stops under way: the hub's own end waits for them. */
  readonly #stopping = new Set<Promise<void>>();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
  }

  get(name: string): ManagedServer | undefined {
    return this.#servers.get(name);
  }

  /** The instance that serves a session: the shared one, or with another isolation one of the session's own. */
  instanceFor(name: string, session: Session): ManagedServer | undefined {
    const base = this.#servers.get(name);
    if (base === undefined || base.config.isolation === "shared") return base;
    const own = this.#own.get(session) ?? new Map<string, ManagedServer>();
    this.#own.set(session, own);
    const known = own.get(name);
    if (known?.key === base.key) return known;
    if (known !== undefined) void this.#stop(known);
    const instance = new ManagedServer(name, base.config, base.key, this.#deps, session);
    // What its tools are is known before it has told so itself.
    if (base.catalog.lists !== undefined) instance.catalog.put(base.catalog.parts);
    own.set(name, instance);
    return instance;
  }

  /** Every instance, the sessions' own included. */
  instances(): ManagedServer[] {
    return [...this.all(), ...[...this.#own.values()].flatMap((own) => [...own.values()])];
  }

  /** A session is over: its own instances end with it. */
  sessionEnded(session: Session): void {
    for (const instance of this.#own.get(session)?.values() ?? []) void this.#stop(instance);
    this.#own.delete(session);
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
      stops.push(this.#stop(server), ...this.#stopOwn(server.name));
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
    await Promise.all(stops);
  }

  /** Starts what should run without being asked: eager servers, and those whose catalogue was never learnt. */
  wake(): void {
    for (const server of this.all()) {
      if (!server.config.enabled) continue;
      if (server.config.start === "eager") server.need();
      void server.learn();
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.instances().map((server) => this.#stop(server)), ...this.#stopping]);
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
    if (before.enabled && !config.enabled) stops.push(this.#stop(server));
    if (!config.enabled || before.isolation !== config.isolation) stops.push(...this.#stopOwn(server.name));
    this.#deps.onStateChanged(server);
  }

  #stopOwn(name: string): Promise<void>[] {
    const stops: Promise<void>[] = [];
    for (const own of this.#own.values()) {
      const instance = own.get(name);
      if (instance === undefined) continue;
      own.delete(name);
      stops.push(this.#stop(instance));
    }
    return stops;
  }

  #stop(server: ManagedServer): Promise<void> {
    return this.#track(server.stop());
  }

  #track(stop: Promise<void>): Promise<void> {
    const tracked = stop.finally(() => this.#stopping.delete(tracked));
    this.#stopping.add(tracked);
    return tracked;
  }
}
