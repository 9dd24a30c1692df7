import type { CallDetail, Payload } from "../../../../shared/model/call.ts";
import { member, parseJson, stringMember } from "../../../lib/json/parse.ts";

/** A JSON-RPC message of a call, put together again from what is recorded. */
export interface WireMessage {
  readonly from: "client" | "gatehouse";
  /** Raw JSON, payloads byte for byte; a payload that was not read whole ends in the middle. */
  readonly text: string;
  readonly truncated: boolean;
}

/** The client's messages of one call. */
export interface Wire {
  /** Which era of MCP the client spoke, as far as the record tells. */
  readonly era: string;
  readonly isStateless: boolean;
  readonly messages: readonly WireMessage[];
}

const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
/** In place of the request's id, which is not kept, and of payloads where settings leave them out. */
const NOT_RECORDED = '"(not recorded)"';
const UNKNOWN: Payload = { text: NOT_RECORDED, bytes: 0, truncated: false };
/** Every request of these has params. */
const HAS_PARAMS: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);

/** Whether a call's request had params, kept or not. */
export const hasParams = ({ method, requestBytes }: CallDetail): boolean =>
  requestBytes > 0 || HAS_PARAMS.has(method);

/**
 * Puts a call's messages together: request, and result or error. A cancelled call has no answer, and one that was not
 * recorded is left out. A result is recorded as its server gave it; a client of the stateless era gets it with a
 * `resultType` (MCP 2026-07-28, Results).
 */
export function wireOf(call: CallDetail): Wire {
  const method = JSON.stringify(call.method);
  const version = call.request === null ? undefined : versionIn(call.request);
  const params = call.request ?? (hasParams(call) ? UNKNOWN : null);
  const messages = [
    message("client", `{"jsonrpc":"2.0","id":${NOT_RECORDED},"method":${method}`, "params", params),
  ];
  const head = `{"jsonrpc":"2.0","id":${NOT_RECORDED}`;
  if (call.status !== "cancelled") {
    const result = call.result !== null && version !== undefined ? complete(call.result) : call.result;
    if (call.error !== null) messages.push(message("gatehouse", head, "error", call.error));
    else if (result !== null) messages.push(message("gatehouse", head, "result", result));
  }
  return { era: eraOf(call, version), isStateless: version !== undefined, messages };
}

/** A result with the `resultType` that Gatehouse puts in front for the stateless era; its bytes otherwise. */
function complete(result: Payload): Payload {
  try {
    const { root } = parseJson(result.text, result.truncated);
    if (root.kind !== "object" || member(root, "resultType") !== undefined) return result;
    const rest = result.text.trimStart().slice(1);
    const comma = /^\s*\}/.test(rest) ? "" : ",";
    return { ...result, text: `{"resultType":"complete"${comma}${rest}` };
  } catch {
    return result;
  }
}

function message(from: WireMessage["from"], head: string, key: string, payload: Payload | null): WireMessage {
  if (payload === null) return { from, text: `${head}}`, truncated: false };
  const { text, truncated } = payload;
  return { from, text: `${head},"${key}":${text}${truncated ? "" : "}"}`, truncated };
}

function eraOf({ session }: CallDetail, version: string | undefined): string {
  if (version !== undefined) return `the stateless era, ${version}`;
  return session === null
    ? "a client without a session"
    : "the era of sessions; its version was agreed on at initialize";
}

function versionIn({ text, truncated }: Payload): string | undefined {
  if (!text.includes(VERSION_KEY)) return undefined;
  try {
    return stringMember(member(parseJson(text, truncated).root, "_meta"), VERSION_KEY);
  } catch {
    return undefined;
  }
}
