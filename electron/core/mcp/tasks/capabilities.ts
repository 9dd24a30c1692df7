import type { Member, Span } from "../../jsonrpc/envelope.ts";
import { encodeJson, membersOf } from "../../jsonrpc/json.ts";
import { joinParts, splice } from "../../jsonrpc/splice.ts";
import { objectEdits, objectOf, rawOf, sortEdits, valueAt, whole } from "../stateless-era/edits.ts";
import { stringAt } from "../stateless-era/meta.ts";

/** The identifier of the stateless era's tasks extension (SEP-2663). */
const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What a stateless client lacks that speaks of tasks without having declared them, in the shape of ClientCapabilities. */
export const TASKS_REQUIRED = { extensions: { [TASKS_EXTENSION]: {} } };

/** What a server of the session era declares of tasks (MCP 2025-11-25, Tasks: Server Capabilities). */
export interface SessionTasks {
  readonly list: boolean;
  readonly cancel: boolean;
  /** tools/call may be augmented; without it no task ever comes to be. */
  readonly call: boolean;
}

/** Reads `tasks` of raw capabilities; undefined where there is none. */
export function sessionTasks(raw: Uint8Array): SessionTasks | undefined {
  const tasks = membersAt(raw, whole(raw), "tasks");
  if (tasks === undefined) return undefined;
  const at = (members: readonly Member[] | undefined, key: string): Span | undefined =>
    members === undefined ? undefined : objectSpan(raw, valueAt(members, key));
  const requests = at(tasks, "requests");
  const tools = requests === undefined ? undefined : at(membersOf(raw, requests), "tools");
  return {
    list: at(tasks, "list") !== undefined,
    cancel: at(tasks, "cancel") !== undefined,
    call: tools !== undefined && at(membersOf(raw, tools), "call") !== undefined,
  };
}

/** The capability of a hub in front of several servers: what at least one of them can do; undefined: none has tasks. */
export function tasksOfAll(servers: readonly SessionTasks[]): object | undefined {
  if (!servers.some(({ call }) => call)) return undefined;
  return {
    ...(servers.some(({ list }) => list) && { list: {} }),
    ...(servers.some(({ cancel }) => cancel) && { cancel: {} }),
    requests: { tools: { call: {} } },
  };
}

/** Whether raw capabilities, of a client or a server, declare the tasks extension. */
export function hasTasksExtension(raw: Uint8Array): boolean {
  const extensions = membersAt(raw, whole(raw), "extensions");
  return extensions !== undefined && objectSpan(raw, valueAt(extensions, TASKS_EXTENSION)) !== undefined;
}

/** Raw capabilities with the tasks extension declared; the rest stays raw. */
export function withTasksExtension(raw: Uint8Array): Uint8Array {
  if (hasTasksExtension(raw)) return raw;
  const members = membersOf(raw, whole(raw));
  const own = objectSpan(raw, valueAt(members, "extensions"));
  const set = new Map([[TASKS_EXTENSION, encodeJson({})]]);
  const edits =
    own === undefined
      ? objectEdits(raw, whole(raw), members, { set: new Map([["extensions", objectOf(set)]]) })
      : objectEdits(raw, own, membersOf(raw, own), { set });
  return joinParts(splice(raw, sortEdits(edits)));
}

/** Raw capabilities of a stateless server as a session's client can use them: it knows nothing of the extension. */
export function withoutTasksExtension(raw: Uint8Array): Uint8Array {
  const members = membersOf(raw, whole(raw));
  const extensions = objectSpan(raw, valueAt(members, "extensions"));
  if (extensions === undefined) return raw;
  const inside = membersOf(raw, extensions);
  if (!inside.some(({ key }) => key === TASKS_EXTENSION)) return raw;
  const edits =
    inside.length === 1
      ? objectEdits(raw, whole(raw), members, { remove: (key) => key === "extensions" })
      : objectEdits(raw, extensions, inside, { remove: (key) => key === TASKS_EXTENSION });
  return joinParts(splice(raw, sortEdits(edits)));
}

/** Whether a tool (its raw definition) can be called as a task alone (Tasks: Tool-Level Negotiation). */
export function requiresTask(raw: Uint8Array, members: readonly Member[]): boolean {
  const execution = objectSpan(raw, valueAt(members, "execution"));
  const support = execution === undefined ? undefined : valueAt(membersOf(raw, execution), "taskSupport");
  return support !== undefined && stringAt(raw, support) === "required";
}

function membersAt(raw: Uint8Array, object: Span, key: string): readonly Member[] | undefined {
  if (raw[object.start] !== 0x7b) return undefined;
  const span = objectSpan(raw, valueAt(membersOf(raw, object), key));
  return span === undefined ? undefined : membersOf(raw, span);
}

function objectSpan(bytes: Uint8Array, span: Span | undefined): Span | undefined {
  return span !== undefined && bytes[span.start] === 0x7b ? span : undefined;
}

/** The raw value of a member of a raw object, for those who put capabilities together. */
export function rawMember(raw: Uint8Array, key: string): Uint8Array | undefined {
  const span = valueAt(membersOf(raw, whole(raw)), key);
  return span === undefined ? undefined : rawOf(raw, span);
}
