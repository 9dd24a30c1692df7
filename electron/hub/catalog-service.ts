import type { Config } from "../../shared/model/config.ts";
import {
  buildCatalog,
  type Catalog,
  type CatalogView,
  cutView,
  type Route,
} from "../core/catalog/aggregate.ts";
import { LIST_KINDS, type ListKind } from "../core/catalog/kinds.ts";
import { profileShows, profileShowsServer } from "../core/catalog/visibility.ts";
import type { HeaderParam } from "../core/mcp/stateless-era/header-params.ts";
import type { Scope } from "./ports/endpoint.ts";
import type { ManagedServer } from "./servers/managed-server.ts";

/** Longest wait of a list for servers whose catalogue is being learnt for the first time, in milliseconds. */
export const LEARN_WAIT_MS = 400;
/** Changes that come together are told together, in milliseconds. */
const DEBOUNCE_MS = 50;

/** The aggregated catalogue and its views, rebuilt when something has changed and cached in between. */
export class CatalogService {
  readonly #servers: () => readonly ManagedServer[];
  readonly #config: () => Config;
  readonly #changed: (kinds: readonly ListKind[]) => void;
  #catalog: Catalog | undefined;
  #repeats: boolean | undefined;
  #views = new Map<string, CatalogView>();
  #timer: NodeJS.Timeout | undefined;
  /** The lists as they were when changes were last told. */
  #told: CatalogView["results"] = cutView(buildCatalog([]), () => true, false).results;
  /** When the wait for a server that is being learnt began; nobody waits for it longer than LEARN_WAIT_MS in all. */
  readonly #waitedSince = new WeakMap<ManagedServer, number>();

  /** `changed` is called, debounced, when clients should list again. */
  constructor(
    servers: () => readonly ManagedServer[],
    config: () => Config,
    changed: (kinds: readonly ListKind[]) => void,
  ) {
    this.#servers = servers;
    this.#config = config;
    this.#changed = changed;
  }

  /** Something that lists depend on has changed: a server's catalogue, or the configuration. */
  invalidate(): void {
    this.#catalog = undefined;
    this.#repeats = undefined;
    this.#views.clear();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tellChanges();
    }, DEBOUNCE_MS);
  }

  /** Compares what everybody could see before and now, list by list. */
  #tellChanges(): void {
    const now = cutView(this.#whole(), () => true, false).results;
    const before = this.#told;
    this.#told = now;
    const changed = LIST_KINDS.filter((kind) => !sameBytes(before[kind], now[kind]));
    if (changed.length > 0) this.#changed(changed);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** What a scope shows to a client of this profile. */
  view(scope: Scope, profile: string | null): CatalogView {
    const key = `${scope.kind === "server" ? scope.name : ""}\n${profile ?? ""}`;
    const cached = this.#views.get(key);
    if (cached !== undefined) return cached;
    const view = cutView(this.#whole(), this.#visible(scope, profile), scope.kind === "server");
    this.#views.set(key, view);
    return view;
  }

  /** The servers that a scope shows to a client of this profile, whether they run or not. */
  servers(scope: Scope, profileName: string | null): readonly ManagedServer[] {
    const profile = profileName === null ? undefined : this.#config().profiles[profileName];
    return this.#servers().filter(
      ({ name, config }) =>
        config.enabled &&
        (scope.kind !== "server" || scope.name === name) &&
        (profileName === null || (profile !== undefined && profileShowsServer(profile, name))),
    );
  }

  /** The arguments of a tool, as a view names it, that clients repeat as headers (2026-07-28: Custom Headers). */
  repeatedArguments(scope: Scope, profile: string | null, tool: string): readonly HeaderParam[] {
    this.#repeats ??= this.#servers().some(({ catalog }) => catalog.mirrors);
    if (!this.#repeats) return NO_PARAMS;
    const route = this.view(scope, profile).routes.tools.get(tool);
    const server = this.#servers().find(({ name }) => name === route?.server);
    return route === undefined ? NO_PARAMS : (server?.catalog.mirroredArguments(route.key) ?? NO_PARAMS);
  }

  exposedName(server: string, tool: string): string {
    return (
      this.#whole().tools.find(({ route }) => route.server === server && route.key === tool)?.route.exposed ??
      tool
    );
  }

  /** Whether every server of the scope is learnt, so that `ready` need not be awaited. */
  isLearnt(scope: Scope): boolean {
    return this.#unlearnt(scope).length === 0;
  }

  /** Resolves when the scope's servers are learnt, or after the one wait that each of them is granted. */
  async ready(scope: Scope): Promise<void> {
    const unknown = this.#unlearnt(scope);
    if (unknown.length === 0) return;
    const now = performance.now();
    let wait = 0;
    for (const server of unknown) {
      const since = this.#waitedSince.get(server) ?? now;
      this.#waitedSince.set(server, since);
      wait = Math.max(wait, since + LEARN_WAIT_MS - now);
    }
    const learning = Promise.all(unknown.map((server) => server.learn()));
    if (wait <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, wait);
    });
    await Promise.race([learning, limit]);
    clearTimeout(timer);
  }

  #unlearnt(scope: Scope): ManagedServer[] {
    return this.#servers().filter(
      (server) =>
        server.config.enabled &&
        server.catalog.tools === undefined &&
        (scope.kind !== "server" || scope.name === server.name),
    );
  }

  #whole(): Catalog {
    this.#catalog ??= buildCatalog(
      this.#servers()
        .filter((server) => server.config.enabled)
        .flatMap(({ name, config, catalog: { lists } }) =>
          lists === undefined ? [] : [{ server: name, prefix: config.prefix ?? name, lists }],
        ),
    );
    return this.#catalog;
  }

  #visible(scope: Scope, profileName: string | null): (route: Route) => boolean {
    const profile = profileName === null ? undefined : this.#config().profiles[profileName];
    // A profile that the configuration does not know shows nothing: the safe reading.
    if (profileName !== null && profile === undefined) return () => false;
    return (route) =>
      (scope.kind !== "server" || scope.name === route.server) &&
      (profile === undefined ||
        (route.kind === "tools"
          ? profileShows(profile, route.server, route.key)
          : profileShowsServer(profile, route.server)));
  }
}

const NO_PARAMS: readonly HeaderParam[] = [];

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
