import type { Envelope, Member, Span } from "../../jsonrpc/envelope.ts";
import { RESOURCE_NOT_FOUND } from "../../jsonrpc/errors.ts";
import { elementsOf, encodeJson, membersOf, spanEquals, textOf } from "../../jsonrpc/json.ts";
import { type Edit, joinParts } from "../../jsonrpc/splice.ts";
import {
  objectEdits,
  objectOf,
  type ParamsChange,
  paramsEdits,
  rawOf,
  removal,
  sortEdits,
  valueAt,
} from "./edits.ts";
import { REQUEST_META_KEYS, SUBSCRIPTION_ID_KEY, stringAt } from "./meta.ts";
import { needsWrap, wrapSchema } from "./output-schema.ts";

const encoder = new TextEncoder();

/**
 * What of a stateless client's request a session era server is not sent: who asks it knows from initialize, and the
 * answers of a round trip go to its own requests. All else, other `_meta` members too, stays raw.
 */
export const DOWNGRADED_REQUEST: ParamsChange = {
  remove: new Set(["inputResponses", "requestState"]),
  metaRemove: REQUEST_META_KEYS,
};

/** The edits of `DOWNGRADED_REQUEST`, cheaply where nothing but who asks is to go. */
export function downgradeRequest(bytes: Uint8Array, envelope: Envelope): Edit[] {
  const { params, paramsMembers, metaMembers } = envelope;
  let meta = -1;
  for (let i = 0; i < paramsMembers.length; i++) {
    const key = paramsMembers[i]?.key;
    if (key === "_meta") meta = i;
    else if (key === "inputResponses" || key === "requestState")
      return paramsEdits(bytes, envelope, DOWNGRADED_REQUEST);
  }
  if (params === undefined || meta === -1) return [];
  for (const { key } of metaMembers)
    if (!REQUEST_META_KEYS.has(key)) return paramsEdits(bytes, envelope, DOWNGRADED_REQUEST);
  return [removal(bytes, params, paramsMembers, meta, meta)];
}

/** The edits that take a listen stream's tag off a stateless server's notification. The rest of it is the same in both eras. */
export function downgradeNotification(bytes: Uint8Array, envelope: Envelope): Edit[] {
  return paramsEdits(bytes, envelope, { metaRemove: new Set([SUBSCRIPTION_ID_KEY]) });
}

/**
 * The edits that make a stateless server's complete result one for a session era client; undefined when the result is
 * of a type that such a client cannot be given (input_required, see `round-trips.ts`, or an extension's).
 * - `resultType` goes: it is the era's framing, and the 1.x SDK refuses an empty result that has any member.
 * - `ttlMs`, `cacheScope`, `_meta` and all unknown members stay: session era results are open.
 * - tools/list: output schemas whose root is no object are wrapped, see `downgradeTool`.
 * - tools/call: a structured result that is no object, or of a tool whose output schema was wrapped (`wrapped`), becomes
 *   `{"result": …}`; where there is no text content, its JSON is added as such.
 */
export function downgradeResult(
  method: string,
  bytes: Uint8Array,
  envelope: Envelope,
  wrapped = false,
): Edit[] | undefined {
  if (envelope.resultType !== undefined && envelope.resultType !== "complete") return undefined;
  const result = envelope.result;
  if (result === undefined || bytes[result.start] !== 0x7b) return [];
  const members = membersOf(bytes, result);
  const set = new Map<string, Uint8Array>();
  const inside: Edit[] = [];
  const tools = valueAt(members, "tools");
  if (method === "tools/list" && tools !== undefined && bytes[tools.start] === 0x5b) {
    for (const tool of elementsOf(bytes, tools)) inside.push(...downgradeTool(bytes, tool));
  }
  const structured = valueAt(members, "structuredContent");
  if (method === "tools/call" && structured !== undefined) {
    const isObject = bytes[structured.start] === 0x7b;
    if (!isObject || wrapped) {
      set.set("structuredContent", objectOf(new Map([["result", rawOf(bytes, structured)]])));
    }
    if (!isObject) inside.push(...textFallback(bytes, members, structured, set));
  }
  const change = { set, remove: (key: string) => key === "resultType" };
  return sortEdits([...inside, ...objectEdits(bytes, result, members, change)]);
}

/** The edits of one tool's definition for a session era client: its output schema is wrapped where it must be. */
function downgradeTool(bytes: Uint8Array, tool: Span): Edit[] {
  if (bytes[tool.start] !== 0x7b) return [];
  const schema = valueAt(membersOf(bytes, tool), "outputSchema");
  if (schema === undefined || !needsWrap(bytes, schema)) return [];
  return [{ ...schema, bytes: wrapSchema(bytes, schema) }];
}

function textFallback(
  bytes: Uint8Array,
  members: readonly Member[],
  structured: Span,
  set: Map<string, Uint8Array>,
): Edit[] {
  const block = { type: "text", text: textOf(bytes, structured) };
  const content = valueAt(members, "content");
  if (content === undefined || bytes[content.start] !== 0x5b) {
    set.set("content", encodeJson([block]));
    return [];
  }
  const blocks = elementsOf(bytes, content);
  const hasText = blocks.some((span) => {
    const type = bytes[span.start] === 0x7b ? valueAt(membersOf(bytes, span), "type") : undefined;
    return type !== undefined && stringAt(bytes, type) === "text";
  });
  if (hasText) return [];
  const last = blocks.at(-1)?.end;
  if (last === undefined) return [{ ...content, bytes: encodeJson([block]) }];
  return [{ start: last, end: last, bytes: joinParts([encoder.encode(","), encodeJson(block)]) }];
}

/**
 * The edits of a stateless server's error for a session era client: a resource that is not there is -32002 there. It is
 * told from other invalid params of resources/read by the URI in its data, which the spec's error has. Other errors,
 * code, message and data, are the same in both eras.
 */
export function downgradeError(method: string, bytes: Uint8Array, envelope: Envelope): Edit[] {
  if (method !== "resources/read" || envelope.error === undefined || bytes[envelope.error.start] !== 0x7b)
    return [];
  const members = membersOf(bytes, envelope.error);
  const code = valueAt(members, "code");
  const data = valueAt(members, "data");
  if (code === undefined || !spanEquals(bytes, code, "-32602")) return [];
  if (data === undefined || bytes[data.start] !== 0x7b) return [];
  const uri = valueAt(membersOf(bytes, data), "uri");
  if (uri === undefined || bytes[uri.start] !== 0x22) return [];
  return [{ ...code, bytes: encodeJson(RESOURCE_NOT_FOUND) }];
}
