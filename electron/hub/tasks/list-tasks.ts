import { encodeJson } from "../../core/jsonrpc/json.ts";
import { joinParts, splice } from "../../core/jsonrpc/splice.ts";
import { rawOf } from "../../core/mcp/stateless-era/edits.ts";
import { readTaskList, renameTask } from "../../core/mcp/tasks/messages.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { OwnedTask } from "./task-book.ts";
import type { Tasks } from "./tasks.ts";

/** Pages of one server's list that are read at most. */
const MAX_PAGES = 100;

/** What lists tasks: the book, the pipeline, and how a further call of the same client is made. */
export interface ListTasks {
  readonly tasks: Tasks;
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  /** A call of the asking client for a server, from a whole JSON-RPC message. */
  readonly newCall: (message: Buffer) => Call;
}

/** The raw tasks of the caller, of all servers that it sees; or the outcome that says why there is no list. */
export async function listTasks(deps: ListTasks, call: Call): Promise<readonly Uint8Array[] | Outcome> {
  const byServer = new Map<ManagedServer, OwnedTask[]>();
  for (const task of deps.tasks.visible(call)) {
    const server = deps.tasks.serverOf(task);
    if (server === undefined) continue;
    const own = byServer.get(server);
    if (own === undefined) byServer.set(server, [task]);
    else own.push(task);
  }
  const lists = await Promise.all(
    [...byServer].map(([server, own]) =>
      server.catalog.sessionTasks?.list === true ? listed(deps, server, own) : asked(deps, own),
    ),
  );
  const found = lists.flatMap((list) => ("status" in list ? [] : list));
  // One server that fails does not hide the tasks of the others; all of them that fail are a failure.
  const failed = lists.find((list): list is Outcome => "status" in list);
  return failed !== undefined && found.length === 0 ? failed : found;
}

/** A server that lists tasks: its whole list, cut to those of the caller. */
async function listed(
  { run, newCall }: ListTasks,
  server: ManagedServer,
  own: readonly OwnedTask[],
): Promise<readonly Uint8Array[] | Outcome> {
  const known = new Map(own.map((task) => [task.ownId, task]));
  const found: Uint8Array[] = [];
  let cursor: Uint8Array | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const call = newCall(message("tasks/list", cursor === undefined ? [] : ['"cursor":', cursor]));
    call.server = server;
    call.ownKey = call.target.value;
    const tool = own[0]?.tool;
    if (tool === undefined) break;
    call.route = { ...tool, key: "", exposed: "" };
    const outcome = await run(call);
    if (outcome.status !== "ok" || outcome.result === null) return outcome;
    const { result } = outcome;
    const read = readTaskList(result, { start: 0, end: result.length });
    for (const { id, entry } of read.tasks) {
      const task = known.get(id);
      if (task !== undefined) found.push(renamed(rawOf(result, entry), task));
    }
    if (read.cursor === undefined) break;
    cursor = rawOf(result, read.cursor);
  }
  return found;
}

/** A server that lists none: each task is asked for. */
async function asked(
  { run, newCall }: ListTasks,
  own: readonly OwnedTask[],
): Promise<readonly Uint8Array[] | Outcome> {
  const outcomes = await Promise.all(
    own.map(async (task) => {
      const call = newCall(message("tasks/get", ['"taskId":', encodeJson(task.id)]));
      return { task, outcome: await run(call) };
    }),
  );
  return outcomes.flatMap(({ task, outcome }) =>
    outcome.status === "ok" && outcome.result !== null ? [renamed(outcome.result, task)] : [],
  );
}

function renamed(raw: Uint8Array, { ownId, id }: OwnedTask): Uint8Array {
  return ownId === id
    ? raw
    : joinParts(splice(raw, renameTask(raw, { start: 0, end: raw.length }, ownId, id)));
}

const encoder = new TextEncoder();

function message(method: string, params: readonly (string | Uint8Array)[]): Buffer {
  const parts = ['{"jsonrpc":"2.0","id":0,"method":', encodeJson(method), ',"params":{', ...params, "}}"];
  return Buffer.from(
    joinParts(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part))),
  );
}
