/**
 * Tasks on the wire, in both shapes: those of the session era (MCP 2025-11-25, Tasks: `params.task`, `result.task`,
 * tasks/result) and those of the stateless era's extension (`io.modelcontextprotocol/tasks`, SEP-2663: `resultType`
 * "task", tasks/update).
 */
import type { Envelope, Member, Span } from "../../jsonrpc/envelope.ts";
import { elementsOf, encodeJson, membersOf, textOf } from "../../jsonrpc/json.ts";
import { type Edit, joinParts } from "../../jsonrpc/splice.ts";
import { objectOf, valueAt } from "../stateless-era/edits.ts";
import { stringAt } from "../stateless-era/meta.ts";

/** The member of `_meta` that names the task which a message of the session era belongs to (Tasks: Related Task Metadata). */
const RELATED_TASK_KEY = "io.modelcontextprotocol/related-task";

/** A task's id in a message. */
export interface TaskId {
  readonly id: string;
  readonly span: Span;
}

/** The id of the task that a tools/call was answered with, in either era's shape; undefined for any other result. */
export function createdTask(bytes: Uint8Array, result: Span | undefined): TaskId | undefined {
  if (result === undefined || bytes[result.start] !== 0x7b) return undefined;
  const members = membersOf(bytes, result);
  return idIn(bytes, members) ?? idIn(bytes, objectAt(bytes, valueAt(members, "task")));
}

/** The task that a message with these `_meta` members belongs to (session era). */
export function relatedTask(bytes: Uint8Array, metaMembers: readonly Member[]): TaskId | undefined {
  return idIn(bytes, objectAt(bytes, valueAt(metaMembers, RELATED_TASK_KEY)));
}

/** The task that the params of a notification are the state of. */
export function notedTask(bytes: Uint8Array, envelope: Envelope): TaskId | undefined {
  return idIn(bytes, envelope.paramsMembers);
}

/**
 * The edits that call a task otherwise wherever an object (a result, params, an entry of a list) names it: as its own
 * member, as that of `task`, and in `_meta`.
 */
export function renameTask(bytes: Uint8Array, object: Span | undefined, from: string, to: string): Edit[] {
  const members = objectAt(bytes, object);
  const meta = objectAt(bytes, valueAt(members, "_meta"));
  const places = [
    idIn(bytes, members),
    idIn(bytes, objectAt(bytes, valueAt(members, "task"))),
    relatedTask(bytes, meta),
  ];
  return places
    .filter((place) => place?.id === from)
    .map((place) => ({ ...(place as TaskId).span, bytes: encodeJson(to) }))
    .sort((a, b) => a.start - b.start);
}

/** The states in which a task stays. */
export const TERMINAL_STATES: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

/** A task's state as far as the one who waits for it needs it; spans are of raw JSON in the message. */
export interface TaskState {
  readonly status: string;
  /** How long to wait before asking again, in milliseconds; undefined where the server does not say. */
  readonly pollMs: number | undefined;
  readonly message: string | undefined;
  readonly result: Span | undefined;
  readonly error: Span | undefined;
}

/** Reads a tasks/get result, or what a tools/call was answered with, in either era's shape; undefined when it is none. */
export function readTaskState(bytes: Uint8Array, result: Span | undefined): TaskState | undefined {
  const whole = objectAt(bytes, result);
  const members = idIn(bytes, whole) === undefined ? objectAt(bytes, valueAt(whole, "task")) : whole;
  const status = textAt(bytes, members, "status");
  if (status === undefined) return undefined;
  const poll = valueAt(members, "pollIntervalMs") ?? valueAt(members, "pollInterval");
  const pollMs = poll === undefined ? Number.NaN : Number(textOf(bytes, poll));
  return {
    status,
    pollMs: Number.isFinite(pollMs) && pollMs >= 0 ? pollMs : undefined,
    message: textAt(bytes, members, "statusMessage"),
    result: objectSpan(bytes, valueAt(members, "result")),
    error: objectSpan(bytes, valueAt(members, "error")),
  };
}

/** The entries of a tasks/list result, each with its id, and the cursor of the next page as raw JSON. */
export function readTaskList(
  bytes: Uint8Array,
  result: Span,
): { readonly tasks: readonly (TaskId & { readonly entry: Span })[]; readonly cursor: Span | undefined } {
  const members = membersOf(bytes, result);
  const list = valueAt(members, "tasks");
  const entries = list !== undefined && bytes[list.start] === 0x5b ? elementsOf(bytes, list) : [];
  const cursor = valueAt(members, "nextCursor");
  return {
    tasks: entries.flatMap((entry) => {
      const task = idIn(bytes, objectAt(bytes, entry));
      return task === undefined ? [] : [{ ...task, entry }];
    }),
    cursor: cursor !== undefined && bytes[cursor.start] === 0x22 ? cursor : undefined,
  };
}

/** A whole tasks/list result of raw tasks. */
export function taskList(tasks: readonly Uint8Array[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = tasks.flatMap((task, i) => (i === 0 ? [task] : [encoder.encode(","), task]));
  return objectOf(new Map([["tasks", joinParts([encoder.encode("["), ...parts, encoder.encode("]")])]]));
}

function idIn(bytes: Uint8Array, members: readonly Member[]): TaskId | undefined {
  const span = valueAt(members, "taskId");
  const id = span === undefined ? undefined : stringAt(bytes, span);
  return span === undefined || id === undefined ? undefined : { id, span };
}

function objectSpan(bytes: Uint8Array, span: Span | undefined): Span | undefined {
  return span !== undefined && bytes[span.start] === 0x7b ? span : undefined;
}

function objectAt(bytes: Uint8Array, span: Span | undefined): readonly Member[] {
  const object = objectSpan(bytes, span);
  return object === undefined ? [] : membersOf(bytes, object);
}

function textAt(bytes: Uint8Array, members: readonly Member[], key: string): string | undefined {
  const span = valueAt(members, key);
  return span === undefined ? undefined : stringAt(bytes, span);
}
