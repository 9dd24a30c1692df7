import { LIST_KINDS, LISTS, type ListKind } from "../../core/catalog/kinds.ts";
import { encodeJson, membersOf } from "../../core/jsonrpc/json.ts";
import {
  initializeParams,
  readServerHello,
  type ServerHello,
} from "../../core/mcp/session-era/initialize.ts";
import { isSessionRevision } from "../../core/mcp/session-era/revisions.ts";
import type { ServerConnection } from "./connection.ts";

const MAX_PAGES = 1_000;

/**
 * The session era's opening: initialize, then notifications/initialized (MCP, Lifecycle). Rejects with a sentence when
 * the server answers with an error or with a revision that the hub does not speak.
 */
export async function handshake(
  connection: ServerConnection,
  version: string,
  capabilities: string | undefined,
): Promise<{ hello: ServerHello; raw: Uint8Array }> {
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
  return { hello, raw };
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
