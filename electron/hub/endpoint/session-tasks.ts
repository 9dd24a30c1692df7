import {
  errorMessage,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  METHOD_NOT_FOUND,
  resultMessage,
} from "../../core/jsonrpc/errors.ts";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import { readTarget, type Target } from "../../core/mcp/session-era/targets.ts";
import { tasksOfAll } from "../../core/mcp/tasks/capabilities.ts";
import { taskList } from "../../core/mcp/tasks/messages.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { Call } from "../pipeline/call.ts";
import { sessionCodec } from "../pipeline/codec.ts";
import type { ClientIdentity, InboundMessage, Reply, Scope } from "../ports/endpoint.ts";
import type { Session } from "../sessions.ts";
import { listTasks } from "../tasks/list-tasks.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { newCall, type RelayDeps, relay } from "./relay.ts";
import { profileOf } from "./scopes.ts";

export interface SessionTasksDeps extends RelayDeps {
  readonly catalog: CatalogService;
  readonly tasks: Tasks;
}

/** The tasks that a session's client can be offered at an address: what the servers there can do between them. */
export function tasksOffered(
  catalog: CatalogService,
  scope: Scope,
  client: ClientIdentity,
): object | undefined {
  const servers = catalog.servers(scope, profileOf(scope, client));
  return tasksOfAll(servers.flatMap(({ catalog: { sessionTasks } }) => sessionTasks ?? []));
}

const RELAYED: ReadonlySet<string> = new Set(["tasks/get", "tasks/result", "tasks/cancel"]);

/** tasks/get, tasks/result, tasks/cancel and tasks/list of a session's client (MCP 2025-11-25, Tasks). */
export function sessionTaskRequest(
  deps: SessionTasksDeps,
  message: InboundMessage,
  session: Session,
  id: Buffer,
  reply: Reply,
): void {
  const { method } = message.envelope;
  const known = RELAYED.has(method) || method === "tasks/list";
  if (!known || tasksOffered(deps.catalog, message.scope, message.client) === undefined)
    reply.send([errorMessage(id, METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 100)}`)]);
  else if (method === "tasks/list") void list(deps, message, session, id, reply);
  else relay(deps, message, session, id, reply);
}

async function list(
  { tasks, run, log }: SessionTasksDeps,
  message: InboundMessage,
  session: Session,
  id: Buffer,
  reply: Reply,
): Promise<void> {
  // As the other lists, it is never cut into pages: no cursor can be valid.
  if (message.envelope.paramsMembers.some(({ key }) => key === "cursor"))
    return reply.send([errorMessage(id, INVALID_PARAMS, "the cursor is not valid: this list has one page")]);
  const codec = sessionCodec(session, "tasks/list");
  const further = (bytes: Buffer): Call => {
    const envelope = scanMessage(bytes);
    const target = readTarget(bytes, envelope);
    const inner = { ...message, bytes, envelope };
    return newCall(
      inner,
      session,
      typeof target === "string" ? EVERY_TASK : target,
      id,
      silent(reply),
      codec,
    );
  };
  try {
    const found = await listTasks({ tasks, run, newCall: further }, further(message.bytes));
    if ("status" in found) reply.send(found.parts ?? [errorMessage(id, INTERNAL_ERROR, "there is no list")]);
    else reply.send(resultMessage(id, taskList(found)));
  } catch (error) {
    log(
      "error",
      `tasks could not be listed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    reply.send([errorMessage(id, INTERNAL_ERROR, "the hub failed on this call; its log says more")]);
  }
}

/** What tasks/list is about: nothing that has a name. */
const EVERY_TASK: Target = { space: "tasks", value: "", span: { start: 0, end: 0 } };

/** The reply of a call whose answer is not the client's yet. */
const silent = (reply: Reply): Reply => ({
  send: () => {},
  notify: () => {},
  drop: () => {},
  canStream: false,
  get connected() {
    return reply.connected;
  },
  get pendingBytes() {
    return reply.pendingBytes;
  },
  onDrain: (listener) => reply.onDrain(listener),
});
