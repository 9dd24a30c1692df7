import { encodeJson } from "../jsonrpc/json.ts";
import { joinParts } from "../jsonrpc/splice.ts";
import type { Entry } from "./entry.ts";
import { LIST_KINDS, LISTS, type ListKind } from "./kinds.ts";
import { exposeNames } from "./naming.ts";
import { templateFit } from "./uri-template.ts";
import { exposeUris } from "./uris.ts";

/** One server's share of the catalogue. `prefix` "" exposes its own names. */
export interface ServerLists {
  readonly server: string;
  readonly prefix: string;
  readonly lists: Readonly<Record<ListKind, readonly Entry[]>>;
  /** What the person has yet to review of it; without, nothing. */
  readonly standing?: (kind: ListKind, key: string) => Standing | undefined;
}

/**
 * How far the person has yet to review something. "held": not listed and not callable; "unreviewed": listed, and every
 * call asks; "blocked": listed, and calls are refused (its server runs an update that nobody has accepted).
 */
export type Standing = "held" | "unreviewed" | "blocked";

/** Where what a client names leads. */
export interface Route {
  readonly server: string;
  readonly kind: ListKind;
  /** What the server itself calls it. */
  readonly key: string;
  /** What clients call it on /mcp. */
  readonly exposed: string;
  /** Undefined: the person has accepted it as it is. */
  readonly standing?: Standing;
}

interface Listed {
  readonly route: Route;
  readonly entry: Entry;
}

/** The whole catalogue under its exposed names; views of it are cut per scope and client. */
export type Catalog = Readonly<Record<ListKind, readonly Listed[]>>;

/** What one scope sees: the finished results of the lists, and the maps that route (never by splitting a name). */
export interface CatalogView {
  /** `{"tools":[…]}` and so on. */
  readonly results: Readonly<Record<ListKind, Uint8Array>>;
  readonly routes: Readonly<Record<ListKind, ReadonlyMap<string, Route>>>;
  /** What would be there but is held back, so that a refusal can say so. */
  readonly held: Readonly<Record<ListKind, ReadonlyMap<string, Route>>>;
  /** Whether a URI, as the server itself knows it, may be read by way of a resource or template of the view. */
  readonly admits: (route: Route, uri: string) => boolean;
}

/** Names everything of every server. Names depend on the whole set, never on who looks or on the order of servers. */
export function buildCatalog(servers: readonly ServerLists[]): Catalog {
  const build = (kind: ListKind): Listed[] => {
    const flat = servers.flatMap((server) => server.lists[kind].map((entry) => ({ server, entry })));
    const named = flat.map(({ server, entry }) => ({
      server: server.server,
      prefix: server.prefix,
      name: entry.key,
    }));
    const exposed = LISTS[kind].key === "name" ? exposeNames(named) : exposeUris(named);
    return flat.map(({ server, entry }, index) => ({
      entry,
      route: routeOf(server, kind, entry.key, exposed[index] ?? entry.key),
    }));
  };
  return perKind(build);
}

/** What is held back takes part in the naming, so that no other name changes when it is accepted. */
function routeOf(server: ServerLists, kind: ListKind, key: string, exposed: string): Route {
  const standing = server.standing?.(kind, key);
  const route = { server: server.server, kind, key, exposed };
  return standing === undefined ? route : { ...route, standing };
}

/**
 * Cuts a view: what `visible` shows, under its exposed names, or with `ownNames` under its own; `admits` judges the URIs
 * that a template of the view stands for.
 */
export function cutView(
  catalog: Catalog,
  visible: (route: Route, entry: Entry) => boolean,
  ownNames: boolean,
  admits: CatalogView["admits"] = () => true,
): CatalogView {
  const all = perKind((kind) => catalog[kind].filter(({ route, entry }) => visible(route, entry)));
  const seen = perKind((kind) => all[kind].filter(({ route }) => route.standing !== "held"));
  const nameOf = (route: Route): string => (ownNames ? route.key : route.exposed);
  const routesOf = (listed: readonly Listed[]): ReadonlyMap<string, Route> =>
    new Map(listed.map(({ route }) => [nameOf(route), route]));
  return {
    results: perKind((kind) => listResult(kind, seen[kind], nameOf)),
    routes: perKind((kind) => routesOf(seen[kind])),
    held: perKind((kind) => routesOf(all[kind].filter(({ route }) => route.standing === "held"))),
    admits,
  };
}

/** Where a URI leads, and what the server itself calls it. */
export interface UriRoute {
  readonly route: Route;
  readonly uri: string;
}

/**
 * Where a URI leads: to the resource of this name, to the template that is spelt so (completion refers to templates
 * by their text), else to the template that fits it best; undefined: nowhere known.
 */
export function routeUri(view: CatalogView, uri: string): UriRoute | undefined {
  // A template must not lead to what is held back under its own name.
  if (view.held.resources.has(uri) || view.held.templates.has(uri)) return undefined;
  const listed = view.routes.resources.get(uri) ?? view.routes.templates.get(uri);
  if (listed !== undefined) return { route: listed, uri: listed.key };
  const best = bestTemplate(view.routes.templates, uri, view.admits);
  return best === undefined ? undefined : { route: best.route, uri: best.uri };
}

/** What is held back and would be meant by a name or URI that leads nowhere else; undefined: it is simply unknown. */
export function heldRoute(
  view: CatalogView,
  space: "tools" | "prompts" | "uri" | "tasks",
  name: string,
): Route | undefined {
  if (space === "tasks") return undefined;
  if (space !== "uri") return view.held[space].get(name);
  return (
    view.held.resources.get(name) ??
    view.held.templates.get(name) ??
    bestTemplate(view.held.templates, name, view.admits)?.route
  );
}

function bestTemplate(
  templates: ReadonlyMap<string, Route>,
  uri: string,
  admits: CatalogView["admits"],
): UriRoute | undefined {
  let best: (UriRoute & { readonly fit: number }) | undefined;
  for (const [template, route] of templates) {
    const fit = templateFit(template, uri);
    if (fit === undefined || (best !== undefined && fit <= best.fit)) continue;
    // An exposed template is its own with something before it: what stands before is not the server's.
    const own = uri.slice(template.length - route.key.length);
    if (admits(route, own)) best = { route, fit, uri: own };
  }
  return best;
}

function listResult(kind: ListKind, listed: readonly Listed[], nameOf: (route: Route) => string): Uint8Array {
  const pieces: Uint8Array[] = [encoder.encode(`{"${LISTS[kind].member}":[`)];
  listed.forEach(({ entry, route }, index) => {
    if (index > 0) pieces.push(comma);
    const name = nameOf(route);
    if (name === entry.key) pieces.push(entry.raw);
    else
      pieces.push(
        entry.raw.subarray(0, entry.keySpan.start),
        encodeJson(name),
        entry.raw.subarray(entry.keySpan.end),
      );
  });
  pieces.push(tail);
  return joinParts(pieces);
}

function perKind<T>(make: (kind: ListKind) => T): Record<ListKind, T> {
  return Object.fromEntries(LIST_KINDS.map((kind) => [kind, make(kind)])) as Record<ListKind, T>;
}

const encoder = new TextEncoder();
const tail = encoder.encode("]}");
const comma = encoder.encode(",");
