import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { elementsOf, encodeJson, membersOf, spanEquals } from "../../jsonrpc/json.ts";
import { joinParts, splice } from "../../jsonrpc/splice.ts";
import { type InputMethod, isInputMethod } from "./capabilities.ts";
import { objectEdits, objectOf, type ParamsChange, rawOf, sortEdits, valueAt, whole } from "./edits.ts";
import { stringAt } from "./meta.ts";

/** The requests whose result may ask for input (Multi Round-Trip Requests: Supported Requests). */
const ASKING: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);

/** Whether a method's result may be input_required. */
export function mayAsk(method: string): boolean {
  return ASKING.has(method);
}

/** One thing that a server asks of a client while it works on a request. */
export interface InputRequest {
  /** The server's name for it, unique in its result. */
  readonly key: string;
  readonly method: InputMethod;
  /** A raw JSON object; only roots/list may go without. */
  readonly params: Uint8Array | undefined;
}

/** What a server wants before it goes on; at least one of the two is there. */
export interface InputRequired {
  readonly requests: readonly InputRequest[];
  /** To be sent back as it is. */
  readonly state: string | undefined;
}

/** A whole input_required result for a stateless client. Throws RangeError when it would hold neither requests nor state. */
export function inputRequiredResult(input: InputRequired): Uint8Array {
  if (input.requests.length === 0 && input.state === undefined) {
    throw new RangeError("an input_required result needs input requests or a request state");
  }
  const requests = input.requests.map(({ key, method, params }) => {
    const request = new Map([["method", encodeJson(method)]]);
    if (params !== undefined) request.set("params", embedded(method, params));
    return [key, objectOf(request)] as const;
  });
  const result = new Map([["resultType", encodeJson("input_required")]]);
  if (requests.length > 0) result.set("inputRequests", objectOf(new Map(requests)));
  if (input.state !== undefined) result.set("requestState", encodeJson(input.state));
  return objectOf(result);
}

/**
 * The params of a session era server's request as a result embeds them: without what belongs to a request of its own
 * (progress token, task) and the id of a URL elicitation, which nobody would report as complete. The rest stays raw.
 */
function embedded(method: InputMethod, params: Uint8Array): Uint8Array {
  const members = membersOf(params, whole(params));
  const gone = new Set(["task", ...(method === "elicitation/create" ? ["elicitationId"] : [])]);
  const meta = valueAt(members, "_meta");
  const edits = [];
  if (meta !== undefined && params[meta.start] === 0x7b) {
    const inside = membersOf(params, meta);
    if (inside.every(({ key }) => VOLATILE_META.has(key))) gone.add("_meta");
    else edits.push(...objectEdits(params, meta, inside, { remove: (key) => VOLATILE_META.has(key) }));
  }
  edits.push(...objectEdits(params, whole(params), members, { remove: (key) => gone.has(key) }));
  return joinParts(splice(params, sortEdits(edits)));
}

const VOLATILE_META: ReadonlySet<string> = new Set(["progressToken", "io.modelcontextprotocol/related-task"]);

/** What a retry brings: raw results by key, and the state; both may be missing. */
export interface Retry {
  readonly responses: ReadonlyMap<string, Span>;
  readonly state: string | undefined;
}

/**
 * Reads the retry members of a stateless client's request. Undefined when it has neither: a first request. A text says
 * what is malformed (-32602).
 */
export function readRetry(bytes: Uint8Array, envelope: Envelope): Retry | undefined | string {
  const value = (key: string): Span | undefined => valueAt(envelope.paramsMembers, key);
  const responses = value("inputResponses");
  const stateSpan = value("requestState");
  if (responses === undefined && stateSpan === undefined) return undefined;
  if (responses !== undefined && bytes[responses.start] !== 0x7b) return "inputResponses must be an object";
  const state = stateSpan === undefined ? undefined : stringAt(bytes, stateSpan);
  if (stateSpan !== undefined && state === undefined) return "requestState must be a string";
  const members = responses === undefined ? [] : membersOf(bytes, responses);
  return { responses: new Map(members.map((member) => [member.key, member.value])), state };
}

/**
 * Whether a raw value is an answer to what was asked, as far as the session era requires members: an action, a message
 * with role, content and model, a list of roots. One that is not counts as missing and is asked for again.
 */
export function isAnswer(method: InputMethod, bytes: Uint8Array, span: Span): boolean {
  if (bytes[span.start] !== 0x7b) return false;
  const members = membersOf(bytes, span);
  const value = (key: string): Span | undefined => valueAt(members, key);
  const isText = (key: string): boolean => bytes[value(key)?.start ?? -1] === 0x22;
  if (method === "roots/list") return bytes[value("roots")?.start ?? -1] === 0x5b;
  if (method === "sampling/createMessage") {
    return isText("role") && isText("model") && value("content") !== undefined;
  }
  const action = value("action");
  return action !== undefined && ["accept", "decline", "cancel"].includes(stringAt(bytes, action) ?? "");
}

/** Reads a stateless server's input_required result (raw JSON object); a text says what is malformed about it. */
export function readInputRequired(result: Uint8Array): InputRequired | string {
  const members = membersOf(result, whole(result));
  const value = (key: string): Span | undefined => valueAt(members, key);
  const stateSpan = value("requestState");
  const state = stateSpan === undefined ? undefined : stringAt(result, stateSpan);
  if (stateSpan !== undefined && state === undefined) return "its requestState is no string";
  const span = value("inputRequests");
  if (span !== undefined && result[span.start] !== 0x7b) return "its inputRequests are no object";
  const requests: InputRequest[] = [];
  for (const member of span === undefined ? [] : membersOf(result, span)) {
    const request = readInputRequest(result, member.key, member.value);
    if (request === undefined)
      return `its input request ${JSON.stringify(member.key.slice(0, 60))} is none that the revision defines`;
    requests.push(request);
  }
  if (new Set(requests.map(({ key }) => key)).size < requests.length)
    return "two of its input requests have the same key";
  if (requests.length === 0 && state === undefined) return "it has neither inputRequests nor requestState";
  return { requests, state };
}

function readInputRequest(result: Uint8Array, key: string, span: Span): InputRequest | undefined {
  if (result[span.start] !== 0x7b) return undefined;
  const members = membersOf(result, span);
  const value = (name: string): Span | undefined => valueAt(members, name);
  const methodSpan = value("method");
  const method = methodSpan === undefined ? undefined : stringAt(result, methodSpan);
  const params = value("params");
  if (method === undefined || !isInputMethod(method)) return undefined;
  const isObject = params !== undefined && result[params.start] === 0x7b;
  if (!isObject && (params !== undefined || method !== "roots/list")) return undefined;
  return { key, method, params: params === undefined ? undefined : rawOf(result, params) };
}

/**
 * The raw params with which a session client is asked what a stateless server wants. `elicitationId` is for a URL, which
 * has to have one there; a fresh random text. Undefined params stay out of the message.
 */
export function sessionParams(request: InputRequest, elicitationId: string): Uint8Array | undefined {
  const { method, params } = request;
  if (method !== "elicitation/create" || params === undefined) return params;
  const members = membersOf(params, whole(params));
  const mode = valueAt(members, "mode");
  if (mode === undefined || !spanEquals(params, mode, '"url"')) return params;
  if (members.some((member) => member.key === "elicitationId")) return params;
  const set = new Map([["elicitationId", encodeJson(elicitationId)]]);
  return joinParts(splice(params, objectEdits(params, whole(params), members, { set })));
}

/**
 * What the retry of a request to a stateless server has beyond the first: the raw results by key and the state of the
 * last answer, never an earlier one's. The id must be a new one.
 */
export function retryChange(
  answers: ReadonlyMap<string, Uint8Array>,
  state: string | undefined,
): ParamsChange {
  const set = new Map<string, Uint8Array>();
  const remove = new Set<string>();
  if (answers.size > 0) set.set("inputResponses", objectOf(answers));
  else remove.add("inputResponses");
  if (state !== undefined) set.set("requestState", encodeJson(state));
  else remove.add("requestState");
  return { set, remove };
}

/**
 * The URLs that a session era server wants visited first, from its -32042 error, which the stateless era has no more: as
 * input requests, after whose answers the call is sent again. Empty for any other error.
 */
export function urlRequests(bytes: Uint8Array, envelope: Envelope): InputRequest[] {
  const error = envelope.error === undefined ? undefined : objectAt(bytes, envelope.error);
  const code = error?.get("code");
  const data = error?.get("data");
  if (code === undefined || data === undefined || !spanEquals(bytes, code, "-32042")) return [];
  const list = objectAt(bytes, data)?.get("elicitations");
  if (list === undefined || bytes[list.start] !== 0x5b) return [];
  return elementsOf(bytes, list)
    .filter((span) => bytes[objectAt(bytes, span)?.get("url")?.start ?? -1] === 0x22)
    .map((span, i) => ({ key: `url-${i + 1}`, method: "elicitation/create", params: rawOf(bytes, span) }));
}

function objectAt(bytes: Uint8Array, span: Span): Map<string, Span> | undefined {
  if (bytes[span.start] !== 0x7b) return undefined;
  return new Map(membersOf(bytes, span).map((member) => [member.key, member.value]));
}
