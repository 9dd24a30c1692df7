import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { decodeString, encodeJson, membersOf, textOf } from "../../jsonrpc/json.ts";
import { LATEST_SESSION_REVISION } from "./revisions.ts";

/** What a client says of itself in initialize; the JSON texts are kept raw. */
export interface ClientHello {
  readonly revision: string;
  readonly capabilities: string;
  readonly clientInfo: string;
}

/** Reads the params of an initialize request; undefined when protocolVersion, capabilities or clientInfo is missing. */
export function readClientHello(bytes: Uint8Array, envelope: Envelope): ClientHello | undefined {
  const member = (key: string, first: number): Span | undefined => {
    const span = envelope.paramsMembers.find((candidate) => candidate.key === key)?.value;
    return span !== undefined && bytes[span.start] === first ? span : undefined;
  };
  const revision = member("protocolVersion", 0x22);
  const capabilities = member("capabilities", 0x7b);
  const clientInfo = member("clientInfo", 0x7b);
  if (revision === undefined || capabilities === undefined || clientInfo === undefined) return undefined;
  return {
    revision: decodeString(bytes, revision),
    capabilities: textOf(bytes, capabilities),
    clientInfo: textOf(bytes, clientInfo),
  };
}

/** What a server says of itself in its initialize result. */
export interface ServerHello {
  readonly revision: string;
  readonly hasTools: boolean;
  /** Raw JSON text of serverInfo, and the decoded instructions. */
  readonly serverInfo: string | undefined;
  readonly instructions: string | undefined;
}

/** Reads an initialize result (raw JSON object); undefined when it carries no protocolVersion. */
export function readServerHello(result: Uint8Array): ServerHello | undefined {
  const members = membersOf(result, { start: 0, end: result.length });
  const span = (key: string, first: number): Span | undefined => {
    const value = members.find((candidate) => candidate.key === key)?.value;
    return value !== undefined && result[value.start] === first ? value : undefined;
  };
  const revision = span("protocolVersion", 0x22);
  if (revision === undefined) return undefined;
  const capabilities = span("capabilities", 0x7b);
  const serverInfo = span("serverInfo", 0x7b);
  const instructions = span("instructions", 0x22);
  return {
    revision: decodeString(result, revision),
    hasTools:
      capabilities !== undefined && membersOf(result, capabilities).some((member) => member.key === "tools"),
    serverInfo: serverInfo === undefined ? undefined : textOf(result, serverInfo),
    instructions: instructions === undefined ? undefined : decodeString(result, instructions),
  };
}

/** The request that the hub sends to a server first. */
export function initializeParams(version: string): Uint8Array {
  return encodeJson({
    protocolVersion: LATEST_SESSION_REVISION,
    capabilities: {},
    clientInfo: { name: "gatehouse", title: "Gatehouse", version },
  });
}

/** The hub's own initialize result, for all servers at once; with `server`, that server's claims as far as known. */
export function initializeResult(revision: string, version: string, server?: ServerHello): Uint8Array {
  return encodeJson({
    protocolVersion: revision,
    capabilities: { tools: { listChanged: true } },
    serverInfo:
      server?.serverInfo === undefined
        ? { name: "gatehouse", title: "Gatehouse", version }
        : (JSON.parse(server.serverInfo) as unknown),
    ...(server?.instructions === undefined ? {} : { instructions: server.instructions }),
  });
}
