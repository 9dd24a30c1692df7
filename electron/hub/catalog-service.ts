import type { Config, Profile } from "../../shared/model/config.ts";
import {
  buildCatalog,
  type Catalog,
  type CatalogView,
  cutView,
  routeUri,
  type ServerLists,
  type UriRoute,
} from "../core/catalog/aggregate.ts";
import { LIST_KINDS, type ListKind } from "../core/catalog/kinds.ts";
import { mayExpose } from "../core/catalog/naming.ts";
import { profileAdmits, profileNamed, profileShows, profileShowsServer } from "../core/catalog/visibility.ts";
import type { Target } from "../core/mcp/session-era/targets.ts";
import type { HeaderParam } from "../core/mcp/stateless-era/header-params.ts";
import type { Scope } from "./ports/endpoint.ts";
import type { ManagedServer } from "./servers/managed-server.ts";
import { within } from "./within.ts";

/** Longest wait of a list for servers whose catalogue is being learnt for the first time, in milliseconds. */
export const LEARN_WAIT_MS = 400;
/** Longest wait of a listen stream for a server that may have what it names, in milliseconds. */
const LISTEN_WAIT_MS = 5_000;
/** Changes that come together are told together, in milliseconds. */
const DEBOUNCE_MS = 50;

/** The aggregated catalogue and its views, rebuilt when something has changed and cached in between. */
export class CatalogService {
  readonly #servers: () => readonly ManagedServer[];
  readonly #config: () => Config;
  readonly #audience: () => Iterable<Listener>;
  readonly #standing: (server: string) => ServerLists["standing"];
  #catalog: Catalog | undefined;
  #repeats: boolean | undefined;
  #views = new Map<string, CatalogView>();
  #timer: NodeJS.Timeout | undefined;
  /** The lists of each view in use as they were when changes were last told; of a new one, as they were when somebody began to hear of it. */
  readonly #told = new Map<string, CatalogView["results"]>();
  readonly #nothing = cutView(buildCatalog([]), () => false, false);
  /** When the wait for a server that is being learnt began; nobody waits for it longer than LEARN_WAIT_MS in all. */
  readonly #waitedSince = new WeakMap<ManagedServer, number>();

  /** `audience` are those who are told, debounced, when they should list again; `standing` says what of a server awaits review. */
  constructor(
    servers: () => readonly ManagedServer[],
    config: () => Config,
    audience: () => Iterable<Listener>,
    standing: (server: string) => ServerLists["standing"],
  ) {
    this.#servers = servers;
    this.#config = config;
    this.#audience = audience;
    this.#standing = standing;
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

  /** Compares what each view in use showed before and shows now, list by list. */
  #tellChanges(): void {
    const changed = new Map<string, readonly ListKind[]>();
    for (const { scope, profile, tell } of this.#audience()) {
      const key = viewKey(scope, profile);
      let kinds = changed.get(key);
      if (kinds === undefined) {
        const now = this.view(scope, profile).results;
        const before = this.#told.get(key) ?? NOTHING;
        this.#told.set(key, now);
        kinds = LIST_KINDS.filter((kind) => !sameBytes(before[kind], now[kind]));
        changed.set(key, kinds);
      }
      if (kinds.length > 0) tell(kinds);
    }
    for (const key of this.#told.keys()) if (!changed.has(key)) this.#told.delete(key);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /**
   * Somebody begins to hear of what a scope shows to this profile: it is told of what differs from now on. One who never
   * began, as its session is from before the hub's restart, is told when there is anything at all.
   */
  hears(scope: Scope, profile: string | null): void {
    const key = viewKey(scope, profile);
    if (!this.#told.has(key)) this.#told.set(key, this.view(scope, profile).results);
  }

  /** What a scope shows to a client of this profile. */
  view(scope: Scope, profile: string | null): CatalogView {
    const key = viewKey(scope, profile);
    const cached = this.#views.get(key);
    if (cached !== undefined) return cached;
    const named = profileNamed(this.#config().profiles, profile);
    // A profile that the configuration does not know shows nothing: the safe reading.
    const view = profile !== null && named === undefined ? this.#nothing : this.#cut(scope, named);
    this.#views.set(key, view);
    return view;
  }

  /** The servers that a scope shows to a client of this profile, whether they run or not. */
  servers(scope: Scope, profileName: string | null): readonly ManagedServer[] {
    const profile = profileNamed(this.#config().profiles, profileName);
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

  /** What a profile that need not be in the configuration would show on /mcp; undefined shows everything. */
  preview(profile: Profile | undefined): CatalogView {
    return this.#cut({ kind: "all" }, profile);
  }

  #cut(scope: Scope, profile: Profile | undefined): CatalogView {
    return cutView(
      this.#whole(),
      (route, entry) =>
        (scope.kind !== "server" || scope.name === route.server) &&
        (profile === undefined || profileShows(profile, route, entry)),
      scope.kind === "server",
      profile === undefined ? undefined : (route, uri) => profileAdmits(profile, route, uri),
    );
  }

  exposedName(server: string, tool: string): string {
    return (
      this.#whole().tools.find(({ route }) => route.server === server && route.key === tool)?.route.exposed ??
      tool
    );
  }

  /** The servers of a scope that may have what a target names and have never been learnt. */
  unlearntFor(
    scope: Scope,
    profile: string | null,
    { space, value }: Pick<Target, "space" | "value">,
  ): readonly ManagedServer[] {
    // A server that was never learnt has made no task.
    const unlearnt = space === "tasks" ? [] : this.#unlearnt(scope, profile);
    if (unlearnt.length === 0 || scope.kind === "server" || space === "uri") return unlearnt;
    return unlearnt.filter(({ name, config }) => mayExpose(config.prefix ?? name, value));
  }

  /** Where a URI leads; where that is unknown, once the servers that may have it are learnt, or after LISTEN_WAIT_MS. */
  async findUri(scope: Scope, profile: string | null, uri: string): Promise<UriRoute | undefined> {
    const found = routeUri(this.view(scope, profile), uri);
    if (found !== undefined) return found;
    const unlearnt = this.unlearntFor(scope, profile, { space: "uri", value: uri });
    if (unlearnt.length === 0) return undefined;
    await within(LISTEN_WAIT_MS, Promise.all(unlearnt.map((server) => server.learn())));
    return routeUri(this.view(scope, profile), uri);
  }

  /**
   * Resolves when the servers that a scope shows to this profile are learnt, or after the one wait that each of them is
   * granted.
   */
  async ready(scope: Scope, profile: string | null): Promise<void> {
    const unknown = this.#unlearnt(scope, profile);
    if (unknown.length === 0) return;
    const now = performance.now();
    let wait = 0;
    for (const server of unknown) {
      const since = this.#waitedSince.get(server) ?? now;
      this.#waitedSince.set(server, since);
      wait = Math.max(wait, since + LEARN_WAIT_MS - now);
    }
    const learning = Promise.all(unknown.map((server) => server.learn()));
    if (wait > 0) await within(wait, learning);
  }

  #unlearnt(scope: Scope, profile: string | null): readonly ManagedServer[] {
    // Nearly always all are learnt, and then nothing is cut.
    if (this.#servers().every(({ catalog, config }) => catalog.tools !== undefined || !config.enabled))
      return [];
    return this.servers(scope, profile).filter(({ catalog }) => catalog.tools === undefined);
  }

  #whole(): Catalog {
    this.#catalog ??= buildCatalog(
      this.#servers()
        .filter((server) => server.config.enabled)
        .flatMap(({ name, config, catalog: { lists } }) => {
          if (lists === undefined) return [];
          const standing = this.#standing(name);
          const share = { server: name, prefix: config.prefix ?? name, lists };
          return [standing === undefined ? share : { ...share, standing }];
        }),
    );
    return this.#catalog;
  }
}

/** One who has lists, as it is shown them. */
export interface Listener {
  readonly scope: Scope;
  readonly profile: string | null;
  /** Some of the lists have changed for it. */
  tell(kinds: readonly ListKind[]): void;
}

/** What tells views apart: all servers, or one alone under its own names, and the profile. */
const viewKey = (scope: Scope, profile: string | null): string =>
  `${scope.kind === "server" ? scope.name : ""}\n${profile ?? ""}`;

const NOTHING: CatalogView["results"] = cutView(buildCatalog([]), () => true, false).results;

const NO_PARAMS: readonly HeaderParam[] = [];

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
