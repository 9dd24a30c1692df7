import type { Config } from "../../../shared/model/config.ts";
import { type ListKind, listKindOf } from "../../core/catalog/kinds.ts";
import { errorMessage, INVALID_PARAMS, METHOD_NOT_FOUND, resultMessage } from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson } from "../../core/jsonrpc/json.ts";
import { isLogLevel } from "../../core/mcp/log-levels.ts";
import { isRelayed } from "../../core/mcp/session-era/targets.ts";
import type { CatalogService } from "../catalog-service.ts";
import { type ClientActivity, claimOf } from "../client-activity.ts";
import { ANONYMOUS, type Identities } from "../identities.ts";
import type { Log } from "../log.ts";
import type { Pins } from "../pins/pins.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import type { InboundMessage, McpEndpoint, Reply, SessionHandle } from "../ports/endpoint.ts";
import type { ServerRegistry } from "../servers/registry.ts";
import { Session, type Sessions } from "../sessions.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { openSession } from "./open-session.ts";
import type { Projects } from "./projects.ts";
import { relay } from "./relay.ts";
import { allowedIn, profileOf, scopeExists } from "./scopes.ts";
import type { ServerMessages } from "./server-messages.ts";
import { sessionTaskRequest, tasksOffered } from "./session-tasks.ts";
import type { StatelessEndpoint } from "./stateless/stateless-endpoint.ts";

export interface McpEndpointDeps {
  readonly version: string;
  readonly config: () => Config;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly activity: ClientActivity;
  readonly servers: ServerRegistry;
  readonly catalog: CatalogService;
  readonly serverMessages: ServerMessages;
  readonly pins: Pins;
  readonly projects: Projects;
  readonly stateless: StatelessEndpoint;
  readonly tasks: Tasks;
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  readonly log: Log;
}

// A lost connection is no cancellation in the session era (MCP, Transports): the call goes on and is recorded.
const nothing = (): void => {};
const NOT_ALLOWED_HERE = "this client may not use this address; its profile decides what it sees";
/** After these a client can be asked for its roots, as it has just become ready, or has others now. */
const ROOTS_CAN_BE_ASKED: ReadonlySet<string> = new Set([
  "notifications/initialized",
  "notifications/roots/list_changed",
]);
const emptyResult = encodeJson({});

/** The hub's side of /mcp: who may speak, and what each method of the session era does. */
export function createMcpEndpoint(deps: McpEndpointDeps): McpEndpoint {
  const { identities, sessions, config } = deps;
  return {
    authenticate: (token, host, scope) => identities.authenticate(token, host, scope),
    anonymous: () => (config().access.anonymous === "allow" ? ANONYMOUS : undefined),
    // What a client may not use is to it as if it did not exist.
    scopeExists: (scope, client) => scopeExists(scope, config()) && allowedIn(scope, client, config()),
    endWith: (client, end) => identities.endWith(client, end),
    session: (id, client, scope) =>
      allowedIn(scope, client, config()) ? sessions.find(id, client, scope) : undefined,
    endSession: (session) => sessions.end(asSession(session), "the session was ended"),
    request: (message, reply) => {
      if (message.meta !== undefined) {
        if (allowedIn(message.scope, message.client, config()))
          return deps.stateless.request(message, message.meta, reply);
        const id = message.envelope.id;
        reply.send([
          errorMessage(
            id === undefined ? null : message.bytes.subarray(id.start, id.end),
            INVALID_PARAMS,
            NOT_ALLOWED_HERE,
          ),
        ]);
        return nothing;
      }
      request(deps, message, reply);
      return nothing;
    },
    notification(message) {
      const { session: handle, envelope } = message;
      if (handle === undefined) return;
      const session = asSession(handle);
      if (envelope.kind === "result" || envelope.kind === "error")
        deps.serverMessages.answered(session, message.bytes, envelope);
      else if (envelope.method === "notifications/cancelled") cancel(session, message);
      else {
        if (message.project !== undefined) deps.projects.named(session, message.project);
        if (ROOTS_CAN_BE_ASKED.has(envelope.method)) deps.projects.learn(session);
        deps.serverMessages.toldByClient(session, message.bytes, envelope);
      }
    },
  };
}

function request(deps: McpEndpointDeps, message: InboundMessage, reply: Reply): void {
  const { envelope, bytes } = message;
  if (envelope.id === undefined) return;
  const id = bytes.subarray(envelope.id.start, envelope.id.end);
  if (envelope.method === "initialize") return initialize(deps, message, id, reply);
  if (message.session === undefined) return;
  const session = asSession(message.session);
  if (message.peer !== undefined) session.peer = message.peer;
  if (message.project !== undefined) deps.projects.named(session, message.project);
  if (envelope.method.startsWith("tasks/")) return sessionTaskRequest(deps, message, session, id, reply);
  if (isRelayed(envelope.method)) return relay(deps, message, session, id, reply);
  const kind = listKindOf(envelope.method);
  if (kind !== undefined) return void list(deps, kind, message, id, reply);
  switch (envelope.method) {
    case "ping":
      return reply.send(resultMessage(id, emptyResult));
    case "logging/setLevel":
      return setLevel(deps, session, message, id, reply);
    default:
      reply.send([errorMessage(id, METHOD_NOT_FOUND, `Method not found: ${envelope.method.slice(0, 100)}`)]);
  }
}

function initialize(deps: McpEndpointDeps, message: InboundMessage, id: Buffer, reply: Reply): void {
  const { scope, client } = message;
  if (!allowedIn(scope, client, deps.config())) {
    return reply.send([errorMessage(id, INVALID_PARAMS, NOT_ALLOWED_HERE)]);
  }
  const server = scope.kind === "server" ? deps.servers.get(scope.name) : undefined;
  const offer = {
    version: deps.version,
    server: server?.hello === undefined ? undefined : deps.pins.hello(server.name, server.hello),
    stateless: server?.era?.kind === "stateless",
    tasks: tasksOffered(deps.catalog, scope, client),
  };
  deps.catalog.hears(scope, profileOf(scope, client));
  openSession(deps.sessions, offer, message, id, reply);
  const info = message.envelope.paramsMembers.find((member) => member.key === "clientInfo")?.value;
  if (info !== undefined)
    deps.identities.claims(client.id, claimOf(message.bytes.toString("utf8", info.start, info.end)));
}

async function list(
  deps: McpEndpointDeps,
  kind: ListKind,
  message: InboundMessage,
  id: Buffer,
  reply: Reply,
): Promise<void> {
  // Lists are never cut into pages (some clients ignore nextCursor), so no cursor can be valid.
  if (message.envelope.paramsMembers.some((member) => member.key === "cursor"))
    return reply.send([errorMessage(id, INVALID_PARAMS, "the cursor is not valid: this list has one page")]);
  await deps.catalog.ready(message.scope, profileOf(message.scope, message.client));
  if (message.client.revoked === true) return reply.drop();
  const view = deps.catalog.view(message.scope, profileOf(message.scope, message.client));
  reply.send(resultMessage(id, view.results[kind]));
}

function setLevel(
  deps: McpEndpointDeps,
  session: Session,
  message: InboundMessage,
  id: Buffer,
  reply: Reply,
): void {
  const span = message.envelope.paramsMembers.find((member) => member.key === "level")?.value;
  const level =
    span !== undefined && message.bytes[span.start] === 0x22 ? decodeString(message.bytes, span) : "";
  if (!isLogLevel(level))
    return reply.send([errorMessage(id, INVALID_PARAMS, "params.level is no log level of MCP")]);
  session.logLevel = level;
  void deps.serverMessages.levelsChanged().then(() => reply.send(resultMessage(id, emptyResult)));
}

function cancel(session: Session, message: InboundMessage): void {
  const { bytes, envelope } = message;
  const target = envelope.paramsMembers.find((member) => member.key === "requestId")?.value;
  if (target === undefined) return;
  const reason = envelope.paramsMembers.find((member) => member.key === "reason")?.value;
  const text =
    reason !== undefined && bytes[reason.start] === 0x22
      ? decodeString(bytes, reason).slice(0, 500)
      : "cancelled by the client";
  session.running.get(bytes.toString("latin1", target.start, target.end))?.cancel(text);
}

function asSession(handle: SessionHandle): Session {
  if (handle instanceof Session) return handle;
  throw new TypeError("a session handle that is not the hub's own");
}
