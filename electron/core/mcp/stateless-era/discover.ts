import type { Member, Span } from "../../jsonrpc/envelope.ts";
import { elementsOf, encodeJson, membersOf } from "../../jsonrpc/json.ts";
import { joinParts, splice } from "../../jsonrpc/splice.ts";
import { statelessCapabilities } from "./capabilities.ts";
import { objectEdits, objectOf, rawOf, sortEdits, valueAt, whole } from "./edits.ts";
import { isImplementation, SERVER_INFO_KEY, STATELESS_REVISIONS, stringAt } from "./meta.ts";

/** What a stateless server says of itself; the spans are of raw JSON objects in the result. */
export interface Discovery {
  readonly supportedVersions: readonly string[];
  readonly capabilities: Span;
  readonly instructions: string | undefined;
  readonly serverInfo: Span | undefined;
  /** Milliseconds; 0 where it is absent, negative or no number (Caching). */
  readonly ttlMs: number;
  /** "private" where it is absent or unknown. */
  readonly cacheScope: "public" | "private";
}

/** Reads a server/discover result (raw JSON); undefined when it is none: no list of versions, or no capabilities. */
export function readDiscovery(result: Uint8Array): Discovery | undefined {
  if (result[0] !== 0x7b) return undefined;
  const members = membersOf(result, whole(result));
  const versions = valueAt(members, "supportedVersions");
  const capabilities = valueAt(members, "capabilities");
  if (versions === undefined || result[versions.start] !== 0x5b) return undefined;
  if (capabilities === undefined || result[capabilities.start] !== 0x7b) return undefined;
  const supportedVersions = elementsOf(result, versions).map((span) => stringAt(result, span));
  if (!supportedVersions.every((version) => version !== undefined)) return undefined;
  const instructions = valueAt(members, "instructions");
  const ttl = valueAt(members, "ttlMs");
  const scope = valueAt(members, "cacheScope");
  return {
    supportedVersions,
    capabilities,
    instructions: instructions === undefined ? undefined : stringAt(result, instructions),
    serverInfo: serverInfoOf(result, members),
    ttlMs: ttl === undefined ? 0 : positive(result, ttl),
    cacheScope: scope !== undefined && stringAt(result, scope) === "public" ? "public" : "private",
  };
}

/** What a server/discover result says. `capabilities` and `serverInfo` are raw JSON objects. */
export interface DiscoverAnswer {
  readonly supportedVersions?: readonly string[];
  readonly capabilities: Uint8Array;
  readonly serverInfo: Uint8Array;
  readonly instructions?: string | undefined;
  readonly ttlMs: number;
  /** "private" wherever what a client sees is filtered for it. */
  readonly cacheScope: "public" | "private";
}

/** A whole server/discover result. */
export function discoverResult(answer: DiscoverAnswer): Uint8Array {
  return objectOf(
    new Map([
      ["resultType", encodeJson("complete")],
      ["supportedVersions", encodeJson(answer.supportedVersions ?? STATELESS_REVISIONS)],
      ["capabilities", answer.capabilities],
      ...(answer.instructions === undefined
        ? []
        : [["instructions", encodeJson(answer.instructions)] as const]),
      ["ttlMs", encodeJson(answer.ttlMs)],
      ["cacheScope", encodeJson(answer.cacheScope)],
      ["_meta", objectOf(new Map([[SERVER_INFO_KEY, answer.serverInfo]]))],
    ]),
  );
}

/**
 * A session era server's initialize result (raw JSON object) as a discover result: `serverInfo` moves into `_meta`, tasks
 * of the session era are not claimed, unknown members stay.
 */
export function discoverFromInitialize(
  result: Uint8Array,
  answer: Pick<DiscoverAnswer, "supportedVersions" | "ttlMs" | "cacheScope">,
): Uint8Array {
  const members = membersOf(result, whole(result));
  const serverInfo = valueAt(members, "serverInfo");
  const capabilities = valueAt(members, "capabilities");
  const hasCapabilities = capabilities !== undefined && result[capabilities.start] === 0x7b;
  const set = new Map([
    ["resultType", encodeJson("complete")],
    ["supportedVersions", encodeJson(answer.supportedVersions ?? STATELESS_REVISIONS)],
    ["ttlMs", encodeJson(answer.ttlMs)],
    ["cacheScope", encodeJson(answer.cacheScope)],
    ["capabilities", hasCapabilities ? statelessCapabilities(rawOf(result, capabilities)) : encodeJson({})],
  ]);
  if (serverInfo !== undefined) {
    set.set("_meta", withMeta(result, members, new Map([[SERVER_INFO_KEY, rawOf(result, serverInfo)]])));
  }
  const gone = new Set(["protocolVersion", "serverInfo"]);
  return changed(result, members, set, gone);
}

/**
 * A stateless server's discover result (raw JSON object) as an initialize result of `revision`. `serverInfo` is required
 * there: `fallback`, a raw Implementation, stands in for a server that does not say who it is. Unknown members stay.
 */
export function initializeFromDiscover(
  result: Uint8Array,
  revision: string,
  fallback: Uint8Array,
): Uint8Array {
  const members = membersOf(result, whole(result));
  const serverInfo = serverInfoOf(result, members);
  const valid = serverInfo !== undefined && isImplementation(result, serverInfo);
  const set = new Map([
    ["protocolVersion", encodeJson(revision)],
    ["serverInfo", valid ? rawOf(result, serverInfo) : fallback],
  ]);
  const gone = new Set(["resultType", "supportedVersions", "ttlMs", "cacheScope"]);
  return changed(result, members, set, gone);
}

function serverInfoOf(result: Uint8Array, members: readonly Member[]): Span | undefined {
  const meta = valueAt(members, "_meta");
  if (meta === undefined || result[meta.start] !== 0x7b) return undefined;
  const info = valueAt(membersOf(result, meta), SERVER_INFO_KEY);
  return info !== undefined && result[info.start] === 0x7b ? info : undefined;
}

function withMeta(
  result: Uint8Array,
  members: readonly Member[],
  set: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const meta = valueAt(members, "_meta");
  if (meta === undefined || result[meta.start] !== 0x7b) return objectOf(set);
  const raw = rawOf(result, meta);
  return joinParts(splice(raw, sortEdits(objectEdits(raw, whole(raw), membersOf(raw, whole(raw)), { set }))));
}

function changed(
  result: Uint8Array,
  members: readonly Member[],
  set: ReadonlyMap<string, Uint8Array>,
  gone: ReadonlySet<string>,
): Uint8Array {
  const edits = objectEdits(result, whole(result), members, { set, remove: (key) => gone.has(key) });
  return joinParts(splice(result, sortEdits(edits)));
}

function positive(bytes: Uint8Array, span: Span): number {
  const value = Number(new TextDecoder().decode(rawOf(bytes, span)));
  return Number.isFinite(value) && value > 0 ? value : 0;
}
