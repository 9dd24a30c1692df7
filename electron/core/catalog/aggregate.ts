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
}

/** Where what a client names leads. */
export interface Route {
  readonly server: string;
  readonly kind: ListKind;
  /** What the server itself calls it. */
  readonly key: string;
  /** What clients call it on /mcp. */
  readonly exposed: string;
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
      route: {
        server: server.server,
        kind,
        key: entry.key,
        exposed: exposed[index] ?? entry.key,
      },
    }));
  };
  return perKind(build);
}

/** Cuts a view: what `visible` admits, under its exposed names, or with `ownNames` under its own. */
export function cutView(
  catalog: Catalog,
  visible: (route: Route) => boolean,
  ownNames: boolean,
): CatalogView {
  const seen = perKind((kind) => catalog[kind].filter(({ route }) => visible(route)));
  const nameOf = (route: Route): string => (ownNames ? route.key : route.exposed);
  return {
    results: perKind((kind) => listResult(kind, seen[kind], nameOf)),
    routes: perKind((kind) => new Map(seen[kind].map(({ route }) => [nameOf(route), route]))),
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
  const listed = view.routes.resources.get(uri) ?? view.routes.templates.get(uri);
  if (listed !== undefined) return { route: listed, uri: listed.key };
  let best: { readonly route: Route; readonly fit: number; readonly template: string } | undefined;
  for (const [template, route] of view.routes.templates) {
    const fit = templateFit(template, uri);
    if (fit !== undefined && (best === undefined || fit > best.fit)) best = { route, fit, template };
  }
  if (best === undefined) return undefined;
  // An exposed template is its own with something before it: what stands before is not the server's.
  return { route: best.route, uri: uri.slice(best.template.length - best.route.key.length) };
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
