import type { Envelope, Span } from "../../jsonrpc/envelope.ts";
import { elementsOf, encodeJson, membersOf, textOf } from "../../jsonrpc/json.ts";
import { type Edit, joinParts } from "../../jsonrpc/splice.ts";
import { hasTasksExtension } from "../tasks/capabilities.ts";
import { objectOf, paramsEdits, valueAt } from "./edits.ts";
import { metaSpan, SUBSCRIPTION_ID_KEY, stringAt } from "./meta.ts";

/** What a client wants to hear of, outside of any request (Subscriptions: Notification Filter). */
export interface ListenFilter {
  readonly toolsListChanged: boolean;
  readonly promptsListChanged: boolean;
  readonly resourcesListChanged: boolean;
  /** URIs, in order, each once. */
  readonly resourceSubscriptions: readonly string[];
  /** Ids of tasks, in order, each once (the tasks extension, SEP-2663: Task Status Notifications). */
  readonly taskIds: readonly string[];
}

export const HEARS_NOTHING: ListenFilter = {
  toolsListChanged: false,
  promptsListChanged: false,
  resourcesListChanged: false,
  resourceSubscriptions: [],
  taskIds: [],
};

/** The notifications that reach a client on a listen stream only, by the filter's member that asks for them. */
const KINDS = {
  "notifications/tools/list_changed": "toolsListChanged",
  "notifications/prompts/list_changed": "promptsListChanged",
  "notifications/resources/list_changed": "resourcesListChanged",
  "notifications/resources/updated": "resourceSubscriptions",
  "notifications/tasks": "taskIds",
} as const;

const FLAGS = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"] as const;

/** Reads the filter of a subscriptions/listen request, or of an acknowledgement; a text says what is malformed (-32602). */
export function readFilter(bytes: Uint8Array, envelope: Envelope): ListenFilter | string {
  const span = valueAt(envelope.paramsMembers, "notifications");
  if (span === undefined || bytes[span.start] !== 0x7b) return "params.notifications must be an object";
  const members = new Map(membersOf(bytes, span).map((member) => [member.key, member.value]));
  const flags = new Map<string, boolean>();
  for (const flag of FLAGS) {
    const value = members.get(flag);
    const raw = value === undefined ? "false" : textOf(bytes, value);
    if (raw !== "true" && raw !== "false") return `params.notifications.${flag} must be true or false`;
    flags.set(flag, raw === "true");
  }
  const lists = new Map<string, string[]>();
  for (const name of ["resourceSubscriptions", "taskIds"]) {
    const list = members.get(name);
    const texts = list === undefined ? [] : strings(bytes, list);
    if (texts === undefined) return `params.notifications.${name} must be a list of strings`;
    lists.set(name, [...new Set(texts)]);
  }
  return {
    toolsListChanged: flags.get("toolsListChanged") === true,
    promptsListChanged: flags.get("promptsListChanged") === true,
    resourcesListChanged: flags.get("resourcesListChanged") === true,
    resourceSubscriptions: lists.get("resourceSubscriptions") ?? [],
    taskIds: lists.get("taskIds") ?? [],
  };
}

function strings(bytes: Uint8Array, span: Span): string[] | undefined {
  if (bytes[span.start] !== 0x5b) return undefined;
  const texts = elementsOf(bytes, span).map((element) => stringAt(bytes, element));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** What of a filter can be honoured under the server's capabilities (a raw JSON object) as they were advertised. */
export function honoured(filter: ListenFilter, capabilities: Uint8Array): ListenFilter {
  const offered = new Map(
    membersOf(capabilities, { start: 0, end: capabilities.length }).map((member) => [
      member.key,
      member.value,
    ]),
  );
  const offers = (part: string, what: string): boolean => {
    const span = offered.get(part);
    if (span === undefined || capabilities[span.start] !== 0x7b) return false;
    return membersOf(capabilities, span).some(
      (member) => member.key === what && textOf(capabilities, member.value) === "true",
    );
  };
  return {
    toolsListChanged: filter.toolsListChanged && offers("tools", "listChanged"),
    promptsListChanged: filter.promptsListChanged && offers("prompts", "listChanged"),
    resourcesListChanged: filter.resourcesListChanged && offers("resources", "listChanged"),
    resourceSubscriptions: offers("resources", "subscribe") ? filter.resourceSubscriptions : [],
    taskIds: filter.taskIds.length > 0 && hasTasksExtension(capabilities) ? filter.taskIds : [],
  };
}

/** Everything that at least one of the filters wants: what the hub itself listens to at a server that many share. */
export function unionOf(filters: Iterable<ListenFilter>): ListenFilter {
  const all = [...filters];
  return {
    toolsListChanged: all.some((filter) => filter.toolsListChanged),
    promptsListChanged: all.some((filter) => filter.promptsListChanged),
    resourcesListChanged: all.some((filter) => filter.resourcesListChanged),
    resourceSubscriptions: [...new Set(all.flatMap((filter) => filter.resourceSubscriptions))],
    taskIds: [...new Set(all.flatMap((filter) => filter.taskIds))],
  };
}

/** Whether a notification travels on listen streams only, and never on a request's own. */
function isListened(method: string): boolean {
  return Object.hasOwn(KINDS, method);
}

/**
 * Whether a listener wants a notification. `uri` is that of a resources/updated: a resource below one that was subscribed
 * to counts (resources/updated may name a part of it). Of notifications/tasks it is the task's id.
 */
export function wants(filter: ListenFilter, method: string, uri?: string): boolean {
  if (!isListened(method)) return false;
  const kind = KINDS[method as keyof typeof KINDS];
  if (kind === "taskIds") return uri !== undefined && filter.taskIds.includes(uri);
  if (kind !== "resourceSubscriptions") return filter[kind];
  return (
    uri !== undefined &&
    filter.resourceSubscriptions.some(
      (own) => uri === own || uri.startsWith(own.endsWith("/") ? own : `${own}/`),
    )
  );
}

/** The raw filter, with only what is wanted in it. */
function rawFilter(filter: ListenFilter): Uint8Array {
  const members = new Map(
    FLAGS.filter((flag) => filter[flag]).map((flag) => [flag as string, encodeJson(true)]),
  );
  if (filter.resourceSubscriptions.length > 0) {
    members.set("resourceSubscriptions", encodeJson(filter.resourceSubscriptions));
  }
  if (filter.taskIds.length > 0) members.set("taskIds", encodeJson(filter.taskIds));
  return objectOf(members);
}

/** The whole raw params of the hub's own subscriptions/listen, without `_meta`. */
export function listenParams(filter: ListenFilter): Uint8Array {
  return objectOf(new Map([["notifications", rawFilter(filter)]]));
}

const encoder = new TextEncoder();

/** The first message of a listen stream: what is honoured. `id` is the raw id of the listen request, the subscription's id. */
export function acknowledgement(id: Uint8Array, filter: ListenFilter): Uint8Array {
  return joinParts([
    encoder.encode('{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":'),
    objectOf(new Map([[SUBSCRIPTION_ID_KEY, id]])),
    encoder.encode(',"notifications":'),
    rawFilter(filter),
    encoder.encode("}}"),
  ]);
}

/** The raw result that ends a listen stream from the server's side (Subscriptions: Graceful Closure). `id` is raw. */
export function closingResult(id: Uint8Array): Uint8Array {
  return objectOf(
    new Map([
      ["resultType", encodeJson("complete")],
      ["_meta", objectOf(new Map([[SUBSCRIPTION_ID_KEY, id]]))],
    ]),
  );
}

/** The edits that tag a notification, of a server of either era, with the id of the stream that it goes out on. */
export function tagEdits(bytes: Uint8Array, envelope: Envelope, id: Uint8Array): Edit[] {
  return paramsEdits(bytes, envelope, { metaSet: new Map([[SUBSCRIPTION_ID_KEY, id]]) });
}

/** The raw id of the subscription that a stateless server's notification belongs to, as on stdio one channel carries all. */
export function subscriptionOf(envelope: Envelope): Span | undefined {
  return metaSpan(envelope, SUBSCRIPTION_ID_KEY);
}
