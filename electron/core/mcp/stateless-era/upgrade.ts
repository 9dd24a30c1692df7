import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { INVALID_PARAMS } from "../../jsonrpc/errors.ts";
import { encodeJson, membersOf, spanEquals, textOf } from "../../jsonrpc/json.ts";
import type { Edit } from "../../jsonrpc/splice.ts";
import type { LogLevel } from "../log-levels.ts";
import { objectEdits, objectOf, type ParamsChange, sortEdits, valueAt } from "./edits.ts";
import {
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
  PROTOCOL_VERSION_KEY,
  SERVER_INFO_KEY,
  stringAt,
} from "./meta.ts";

/** Who asks, and how, as each request to a stateless server says it; the first two are raw JSON objects. */
export interface Asker {
  readonly version: string;
  readonly capabilities: Uint8Array;
  readonly clientInfo: Uint8Array | undefined;
  /** Without one the server sends no log messages for the request. */
  readonly logLevel: LogLevel | undefined;
}

/** What a session client's request gains on its way to a stateless server. Its other params and `_meta` members stay raw. */
export function upgradedRequest(asker: Asker): ParamsChange {
  const metaSet = new Map([
    [PROTOCOL_VERSION_KEY, encodeJson(asker.version)],
    [CLIENT_CAPABILITIES_KEY, asker.capabilities],
  ]);
  const metaRemove = new Set<string>();
  if (asker.clientInfo === undefined) metaRemove.add(CLIENT_INFO_KEY);
  else metaSet.set(CLIENT_INFO_KEY, asker.clientInfo);
  if (asker.logLevel === undefined) metaRemove.add(LOG_LEVEL_KEY);
  else metaSet.set(LOG_LEVEL_KEY, encodeJson(asker.logLevel));
  return { metaSet, metaRemove };
}

/** The results that must say how long, and for whom, they may be kept (Caching: Cacheable Results). */
const CACHEABLE: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);

/** Whether a method's complete results carry `ttlMs` and `cacheScope`. */
function isCacheable(method: string): boolean {
  return CACHEABLE.has(method);
}

export interface ResultUpgrade {
  /** For how many milliseconds a client may keep the result; used where the server does not say. 0 without. */
  readonly ttlMs?: number;
  /**
   * What the client is given may differ from what others are (rules, profiles, tokens): `cacheScope` is then "private"
   * whatever the server says. Otherwise the server's own word counts, and "private" where it has none.
   */
  readonly filtered?: boolean;
  /** The raw Implementation of the server, put in the result's `_meta` unless it has one. */
  readonly serverInfo?: Uint8Array;
}

/**
 * The edits that make a result one for a stateless client: `resultType` "complete", on cacheable ones valid `ttlMs` and
 * `cacheScope`, and who answers. For a session era server's results, whose own `resultType`, if any, means nothing;
 * and, with `fromStateless`, for those of a stateless server that are filtered: an input_required result is then
 * left alone, since it is not cacheable. Unknown members stay raw.
 */
export function upgradeResult(
  method: string,
  bytes: Uint8Array,
  envelope: Envelope,
  options: ResultUpgrade = {},
  fromStateless = false,
): Edit[] {
  const result = envelope.result;
  if (result === undefined || bytes[result.start] !== 0x7b) return [];
  if (fromStateless && envelope.resultType !== undefined && envelope.resultType !== "complete") return [];
  // The usual cases by far need no look at the members: nothing is missing, or one member, which is put in front.
  if (options.serverInfo === undefined && !isCacheable(method)) {
    if (envelope.resultType === "complete") return [];
    const at = result.start + 1;
    if (envelope.resultType === undefined)
      return [{ start: at, end: at, bytes: isEmpty(bytes, result) ? COMPLETE : COMPLETE_AND }];
  }
  const members = membersOf(bytes, result);
  const value = (key: string): Span | undefined => valueAt(members, key);
  const set = new Map<string, Uint8Array>();
  if (envelope.resultType !== "complete") set.set("resultType", encodeJson("complete"));
  if (isCacheable(method)) {
    const ttl = value("ttlMs");
    if (ttl === undefined || !isTtl(textOf(bytes, ttl))) set.set("ttlMs", encodeJson(options.ttlMs ?? 0));
    const scope = value("cacheScope");
    const said = scope === undefined ? undefined : stringAt(bytes, scope);
    if (said !== "private" && (options.filtered === true || said !== "public")) {
      set.set("cacheScope", encodeJson("private"));
    }
  }
  const edits: Edit[] = [];
  if (options.serverInfo !== undefined) {
    const info = new Map([[SERVER_INFO_KEY, options.serverInfo]]);
    const meta = value("_meta");
    if (meta === undefined) set.set("_meta", objectOf(info));
    else if (bytes[meta.start] === 0x7b) {
      const inside = membersOf(bytes, meta);
      if (!inside.some(({ key }) => key === SERVER_INFO_KEY))
        edits.push(...objectEdits(bytes, meta, inside, { set: info }));
    }
  }
  return sortEdits([...edits, ...objectEdits(bytes, result, members, { set })]);
}

const COMPLETE = new TextEncoder().encode('"resultType":"complete"');
const COMPLETE_AND = new TextEncoder().encode('"resultType":"complete",');

/** Whether the object in a span has no members. */
function isEmpty(bytes: Uint8Array, span: Span): boolean {
  let at = span.start + 1;
  while ((bytes[at] ?? 0) <= 0x20) at += 1;
  return bytes[at] === 0x7d;
}

function isTtl(raw: string): boolean {
  return /^(?:0|[1-9]\d*)(?:\.0+)?$/.test(raw) && Number.isSafeInteger(Number(raw));
}

/**
 * The edits of a session era server's error for a stateless client: -32002 is not to be sent there, a resource that is
 * not there is -32602. For -32042 (a URL must be visited first) see `urlRequests` in `round-trips.ts`.
 */
export function upgradeError(bytes: Uint8Array, envelope: Envelope): Edit[] {
  if (envelope.error === undefined || bytes[envelope.error.start] !== 0x7b) return [];
  const code = valueAt(membersOf(bytes, envelope.error), "code");
  if (code === undefined || !spanEquals(bytes, code, "-32002")) return [];
  return [{ ...code, bytes: encodeJson(INVALID_PARAMS) }];
}
