import { encodeJson } from "../jsonrpc/json.ts";
import { exposeNames } from "./naming.ts";
import type { ToolEntry } from "./tool-entry.ts";

/** One server's share of the catalogue. `prefix` "" exposes its own names. */
export interface ServerTools {
  readonly server: string;
  readonly prefix: string;
  readonly tools: readonly ToolEntry[];
}

/** Where a call of an exposed name goes. */
export interface Route {
  readonly server: string;
  /** The tool's own name, and the same as a raw JSON string to be spliced into a call. */
  readonly tool: string;
  readonly ownName: Uint8Array;
  readonly exposedName: string;
}

/** The whole catalogue under its exposed names; views of it are cut per scope and client. */
export interface Catalog {
  readonly routes: readonly Route[];
  readonly entries: readonly ToolEntry[];
}

/** What one scope sees: the finished result of tools/list, and the map that routes calls (never by splitting a name). */
export interface CatalogView {
  /** `{"tools":[…]}` */
  readonly listResult: Uint8Array;
  readonly routes: ReadonlyMap<string, Route>;
}

/** Names every tool of every server. Names depend on the whole set, never on who looks or on the order of servers. */
export function buildCatalog(servers: readonly ServerTools[]): Catalog {
  const flat = servers.flatMap((server) => server.tools.map((entry) => ({ server, entry })));
  const names = exposeNames(
    flat.map(({ server, entry }) => ({ server: server.server, prefix: server.prefix, name: entry.name })),
  );
  return {
    entries: flat.map(({ entry }) => entry),
    routes: flat.map(({ server, entry }, index) => ({
      server: server.server,
      tool: entry.name,
      ownName: encodeJson(entry.name),
      exposedName: names[index] ?? entry.name,
    })),
  };
}

/** Cuts a view: the tools that `visible` admits, under their exposed names, or with `ownNames` under their own. */
export function cutView(
  catalog: Catalog,
  visible: (route: Route) => boolean,
  ownNames: boolean,
): CatalogView {
  const routes = new Map<string, Route>();
  const pieces: Uint8Array[] = [];
  catalog.routes.forEach((route, index) => {
    const entry = catalog.entries[index];
    if (entry === undefined || !visible(route)) return;
    const name = ownNames ? route.tool : route.exposedName;
    routes.set(name, route);
    if (pieces.length > 0) pieces.push(comma);
    if (name === entry.name) pieces.push(entry.raw);
    else
      pieces.push(
        entry.raw.subarray(0, entry.nameSpan.start),
        encodeJson(name),
        entry.raw.subarray(entry.nameSpan.end),
      );
  });
  return { listResult: concat([head, ...pieces, tail]), routes };
}

const encoder = new TextEncoder();
const head = encoder.encode('{"tools":[');
const tail = encoder.encode("]}");
const comma = encoder.encode(",");

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
