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
  readonly messages: readonly WireMessage[];
}

const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
/** In place of the request's id, which is not kept. */
const ID = '"(not recorded)"';

/** Puts a call's messages together: request, and result or error. A cancelled call has no answer. */
export function wireOf(call: CallDetail): Wire {
  const method = JSON.stringify(call.method);
  const messages: WireMessage[] = [
    message("client", `{"jsonrpc":"2.0","id":${ID},"method":${method}`, "params", call.request),
  ];
  const answer = call.error ?? call.result;
  if (answer !== null && call.status !== "cancelled")
    messages.push(
      message("gatehouse", `{"jsonrpc":"2.0","id":${ID}`, call.error === null ? "result" : "error", answer),
    );
  return { era: eraOf(call), messages };
}

function message(from: WireMessage["from"], head: string, key: string, payload: Payload | null): WireMessage {
  if (payload === null) return { from, text: `${head}}`, truncated: false };
  const { text, truncated } = payload;
  return { from, text: `${head},"${key}":${text}${truncated ? "" : "}"}`, truncated };
}

function eraOf({ request, session }: CallDetail): string {
  const version = request === null ? undefined : versionIn(request);
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
