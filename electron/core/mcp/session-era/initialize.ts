import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { decodeString, encodeJson, membersOf, textOf } from "../../jsonrpc/json.ts";
import { objectOf } from "../stateless-era/edits.ts";
import { withoutTasksExtension } from "../tasks/capabilities.ts";
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
  /** The names of its capabilities: "tools", "prompts", "resources", "logging", "completions" and so on. */
  readonly capabilities: ReadonlySet<string>;
  /** The same as raw JSON text. */
  readonly rawCapabilities: string;
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
    capabilities: new Set(
      capabilities === undefined ? [] : membersOf(result, capabilities).map((member) => member.key),
    ),
    rawCapabilities: capabilities === undefined ? "{}" : textOf(result, capabilities),
    serverInfo: serverInfo === undefined ? undefined : textOf(result, serverInfo),
    instructions: instructions === undefined ? undefined : decodeString(result, instructions),
  };
}

/**
 * What the hub declares to a server that several clients share: whatever one of them may be able to do. What the client
 * of a call cannot do, or what belongs to no one call, is refused when it is asked.
 */
const SHARED_CAPABILITIES = {
  roots: {},
  sampling: { context: {}, tools: {} },
  elicitation: { form: {}, url: {} },
};

/** The request that the hub sends to a server first; `capabilities` are the raw ones of the one client it is for. */
export function initializeParams(version: string, capabilities: string | undefined): Uint8Array {
  return objectOf(
    new Map([
      ["protocolVersion", encodeJson(LATEST_SESSION_REVISION)],
      [
        "capabilities",
        capabilities === undefined ? encodeJson(SHARED_CAPABILITIES) : encoder.encode(capabilities),
      ],
      ["clientInfo", encodeJson(hubInfo(version))],
    ]),
  );
}

/** What the hub offers for all servers at once: answers to initialize never wait to learn what they really have. */
export const UNION_CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/** What an initialize result says: of one server as far as it is known, else of the hub. */
export interface ServerOffer {
  /** The hub's own version. */
  readonly version: string;
  /** What the one server claims that is addressed. */
  readonly server: ServerHello | undefined;
  /** That server is of the stateless era, whose tasks a session's client knows nothing of. */
  readonly stateless: boolean;
  /** The tasks that the servers behind the hub can do between them; undefined: none. */
  readonly tasks: object | undefined;
}

/** The hub's own initialize result. What one server claims stays raw. */
export function initializeResult(
  revision: string,
  { version, server, stateless, tasks }: ServerOffer,
): Uint8Array {
  const raw = server === undefined ? undefined : encoder.encode(server.rawCapabilities);
  const capabilities =
    raw === undefined
      ? encodeJson(tasks === undefined ? UNION_CAPABILITIES : { ...UNION_CAPABILITIES, tasks })
      : stateless
        ? withoutTasksExtension(raw)
        : raw;
  const info = server?.serverInfo;
  return objectOf(
    new Map([
      ["protocolVersion", encodeJson(revision)],
      ["capabilities", capabilities],
      ["serverInfo", info === undefined ? encodeJson(hubInfo(version)) : encoder.encode(info)],
      ...(server?.instructions === undefined
        ? []
        : [["instructions", encodeJson(server.instructions)] as const]),
    ]),
  );
}

const hubInfo = (version: string): object => ({ name: "gatehouse", title: "Gatehouse", version });
const encoder = new TextEncoder();
