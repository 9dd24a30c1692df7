import { LIST_KINDS, LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import { encodeJson, membersOf } from "../../core/jsonrpc/json.ts";
import {
  initializeParams,
  readServerHello,
  type ServerHello,
} from "../../core/mcp/session-era/initialize.ts";
import { isSessionRevision, LATEST_SESSION_REVISION } from "../../core/mcp/session-era/revisions.ts";
import { initializeFromDiscover } from "../../core/mcp/stateless-era/discover.ts";
import { objectOf } from "../../core/mcp/stateless-era/edits.ts";
import {
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  PROTOCOL_VERSION_KEY,
  STATELESS_REVISIONS,
} from "../../core/mcp/stateless-era/meta.ts";
import { judgeProbe } from "../../core/mcp/stateless-era/probe.ts";
import { within } from "../within.ts";
import type { ServerConnection } from "./connection.ts";
import { hubAsker, SESSION_ERA, type ServerEra } from "./era.ts";

const MAX_PAGES = 1_000;

/** How long the answer to the first probe is waited for before initialize is sent as well, in milliseconds. */
const PROBE_MS = 1_500;
/** The same over HTTP, where every request gets an answer: one that comes late is worth waiting for. */
const PROBE_HTTP_MS = 10_000;

/** What a server says of itself, in the form of an initialize result whichever era it speaks. */
export interface Greeting {
  readonly hello: ServerHello;
  readonly raw: Uint8Array;
  readonly era: ServerEra;
}

export interface HandshakeOptions {
  readonly version: string;
  /** The raw capabilities of the one client that the instance is for. */
  readonly capabilities: string | undefined;
  /** The era that the server spoke before; undefined: not known, find out. */
  readonly known: ServerEra | undefined;
  /** The server is reached over Streamable HTTP. */
  readonly overHttp?: boolean;
}

/**
 * Finds out which era the server speaks, on this one connection, and opens the conversation. A server whose era is not
 * known is asked with server/discover first (2026-07-28, Backward Compatibility); whatever is not surely stateless, or
 * does not answer in time, gets initialize. Rejects with a sentence when no common revision is found.
 */
export async function handshake(connection: ServerConnection, options: HandshakeOptions): Promise<Greeting> {
  if (options.known?.kind === "session") return openSession(connection, options);
  const probing = probe(connection, STATELESS_REVISIONS[0]);
  const first = await within(options.overHttp ? PROBE_HTTP_MS : PROBE_MS, probing);
  if (first !== undefined) return first ?? openSession(connection, options);
  // A slow server: both questions are out, and the stateless answer, if there is one, came first.
  const opening = openSession(connection, options);
  const late = await Promise.race([probing, opening]);
  return late ?? opening;
}

/** Asks a server whether it is stateless; null when it is not. Rejects when it is and shares no revision with the hub. */
async function probe(connection: ServerConnection, revision: string, asked = 1): Promise<Greeting | null> {
  const asker = hubAsker(revision);
  const params = objectOf(
    new Map([
      [
        "_meta",
        objectOf(
          new Map([
            [PROTOCOL_VERSION_KEY, encodeJson(revision)],
            [CLIENT_CAPABILITIES_KEY, asker.capabilities],
            [CLIENT_INFO_KEY, asker.clientInfo ?? encodeJson({})],
          ]),
        ),
      ],
    ]),
  );
  const { bytes, envelope } = await connection.exchange("server/discover", params);
  const verdict = judgeProbe(bytes, envelope);
  if (verdict.era === "session") return null;
  if (verdict.era === "none")
    throw new Error(
      `the server speaks MCP ${verdict.supported.join(", ").slice(0, 80)}, which this version of Gatehouse does not`,
    );
  if (verdict.era === "again")
    // One that refuses the very version that it offers is asked again, once: it is stateless all the same.
    return verdict.version === revision && asked > 1 ? null : probe(connection, verdict.version, asked + 1);
  if (envelope.result === undefined) return null;
  const era: ServerEra = { kind: "stateless", version: verdict.version };
  const result = Uint8Array.prototype.slice.call(bytes, envelope.result.start, envelope.result.end);
  const raw = initializeFromDiscover(
    result,
    LATEST_SESSION_REVISION,
    encodeJson({ name: "unknown", version: "0" }),
  );
  const hello = readServerHello(raw);
  if (hello === undefined) return null;
  connection.era = era;
  return { hello, raw, era };
}

/** The session era's opening: initialize, then notifications/initialized (MCP, Lifecycle). */
async function openSession(
  connection: ServerConnection,
  { version, capabilities }: HandshakeOptions,
): Promise<Greeting> {
  const answer = await connection.ask("initialize", initializeParams(version, capabilities));
  const raw = Uint8Array.prototype.slice.call(answer.bytes, answer.result.start, answer.result.end);
  const hello = readServerHello(raw);
  if (hello === undefined) throw new Error("initialize was answered without a protocolVersion");
  if (!isSessionRevision(hello.revision))
    throw new Error(
      `the server speaks MCP ${hello.revision.slice(0, 40)}, which this version of Gatehouse does not`,
    );
  connection.adopt(hello.revision);
  connection.notify("notifications/initialized");
  return { hello, raw, era: SESSION_ERA };
}

/** Reads every list that the server's capabilities name; a list that fails fails all, with the reason. */
export async function readLists(
  connection: ServerConnection,
  capabilities: ReadonlySet<string>,
): Promise<Map<ListKind, Uint8Array>> {
  const lists = new Map<ListKind, Uint8Array>();
  for (const kind of LIST_KINDS) {
    if (!capabilities.has(LISTS[kind].capability)) continue;
    try {
      lists.set(kind, await readWholeList(connection, kind));
    } catch (error) {
      // Many servers with resources have no templates and say "method not found".
      if (kind !== "templates") throw error;
    }
  }
  return lists;
}

/** Reads a list page by page; returns one raw JSON array. */
async function readWholeList(connection: ServerConnection, kind: ListKind): Promise<Uint8Array> {
  const { method, member } = LISTS[kind];
  const pieces: Uint8Array[] = [];
  let params: Uint8Array = encodeJson({});
  for (let page = 0; page < MAX_PAGES; page++) {
    const { bytes, result } = await connection.ask(method, params);
    const members = membersOf(bytes, result);
    const list = members.find((candidate) => candidate.key === member)?.value;
    if (list === undefined || bytes[list.start] !== 0x5b)
      throw new Error(`${method} was answered without an array of ${member}`);
    const inner = bytes.subarray(list.start + 1, list.end - 1);
    if (inner.toString("utf8").trim() !== "") pieces.push(inner);
    const cursor = members.find((candidate) => candidate.key === "nextCursor")?.value;
    if (cursor === undefined || bytes[cursor.start] !== 0x22)
      return Buffer.concat([
        open,
        ...pieces.flatMap((piece, index) => (index === 0 ? [piece] : [comma, piece])),
        close,
      ]);
    params = Buffer.concat([cursorHead, bytes.subarray(cursor.start, cursor.end), cursorTail]);
  }
  throw new Error(`${method} has more than ${MAX_PAGES} pages`);
}

const open = encodeJson([]).subarray(0, 1);
const close = encodeJson([]).subarray(1);
const comma = new TextEncoder().encode(",");
const cursorHead = new TextEncoder().encode('{"cursor":');
const cursorTail = new TextEncoder().encode("}");
