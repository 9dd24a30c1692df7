import { membersOf } from "../../core/jsonrpc/json.ts";
import { rawOf, whole } from "../../core/mcp/stateless-era/edits.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * An entry of an HTTP Archive that `har.ts` wrote as a line of a JSONL export; payloads keep their digits. Throws an Error
 * whose sentence says why it is none.
 */
export function lineOfHarEntry(entry: unknown): string {
  const summary = memberOf(entry, "_gatehouse");
  if (typeof summary !== "object" || summary === null)
    throw new Error("it is no call of a Gatehouse export: _gatehouse is missing");
  const request = memberOf(memberOf(memberOf(entry, "request"), "postData"), "text");
  const answer = memberOf(memberOf(memberOf(entry, "response"), "content"), "text");
  const payloads = [
    `"request":${payloadOf(request, "params")}`,
    `"result":${payloadOf(answer, "result")}`,
    `"error":${payloadOf(answer, "error")}`,
  ];
  return `${JSON.stringify(summary).slice(0, -1)},${payloads.join(",")}}`;
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

/** A member of a JSON-RPC message, as the text it is; null where it has none, or is no JSON any more. */
function payloadOf(message: unknown, key: string): string {
  if (typeof message !== "string") return "null";
  try {
    JSON.parse(message);
    const bytes = encoder.encode(message);
    const found = membersOf(bytes, whole(bytes)).findLast((member) => member.key === key);
    return found === undefined
      ? "null"
      : decoder.decode(rawOf(bytes, found.value)).replaceAll(/[\r\n]/g, " ");
  } catch {
    return "null";
  }
}
