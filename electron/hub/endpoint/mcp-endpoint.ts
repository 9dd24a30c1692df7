import type { Config } from "../../../shared/model/config.ts";
import { profileShowsServer } from "../../core/catalog/visibility.ts";
import {
  errorMessage,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  resultMessage,
} from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson } from "../../core/jsonrpc/json.ts";
import { initializeResult, readClientHello } from "../../core/mcp/session-era/initialize.ts";
import { negotiateRevision } from "../../core/mcp/session-era/revisions.ts";
import type { CatalogService } from "../catalog-service.ts";
import type { Identities } from "../identities.ts";
import type { Call, Outcome } from "../pipeline/call.ts";
import type {
  ClientIdentity,
  InboundMessage,
  McpEndpoint,
  Reply,
  Scope,
  SessionHandle,
} from "../ports/endpoint.ts";
import type { ServerRegistry } from "../servers/registry.ts";
import { Session, type Sessions } from "../sessions.ts";

export interface McpEndpointDeps {
  readonly version: string;
  readonly config: () => Config;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly servers: ServerRegistry;
  readonly catalog: CatalogService;
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

const ANONYMOUS: ClientIdentity = { id: null, name: "anonymous", profile: null };
const nothing = (): void => {};
const emptyResult = encodeJson({});

/** The hub's side of /mcp: who may speak, and what each method of the session era does. */
export function createMcpEndpoint(deps: McpEndpointDeps): McpEndpoint {
  const { identities, sessions, config } = deps;
  return {
    authenticate: (token) => identities.authenticate(token),
    anonymous: () => (config().access.anonymous === "allow" ? ANONYMOUS : undefined),
    scopeExists: (scope) => scopeExists(scope, config()),
    session: (id, client, scope) =>
      allowedIn(scope, client, config()) ? sessions.find(id, client, scope) : undefined,
    endSession: (session) => sessions.end(asSession(session), "the session was ended"),
    request: (message, reply) => request(deps, message, reply),
    notification: (message) => {
      if (message.envelope.method !== "notifications/cancelled" || message.session === undefined) return;
      cancel(asSession(message.session), message);
    },
  };
}

function request(deps: McpEndpointDeps, message: InboundMessage, reply: Reply): () => void {
  const { envelope, bytes } = message;
  if (envelope.id === undefined) return nothing;
  const id = bytes.subarray(envelope.id.start, envelope.id.end);
  if (envelope.method === "tools/call") return callTool(deps, message, id, reply);
  switch (envelope.method) {
    case "initialize":
      initialize(deps, message, id, reply);
      break;
    case "ping":
      reply.send(resultMessage(id, emptyResult));
      break;
    case "tools/list":
      void listTools(deps, message, id, reply);
      break;
    default:
      reply.send([errorMessage(id, METHOD_NOT_FOUND, `Method not found: ${envelope.method.slice(0, 100)}`)]);
  }
  return nothing;
}

/** Never waits for a server. The answer leaves when the session is on disk: a session a client knows outlives the hub. */
function initialize(deps: McpEndpointDeps, message: InboundMessage, id: Buffer, reply: Reply): void {
  const hello = readClientHello(message.bytes, message.envelope);
  if (hello === undefined) {
    reply.send([
      errorMessage(id, INVALID_PARAMS, "initialize needs protocolVersion, capabilities and clientInfo"),
    ]);
    return;
  }
  if (!allowedIn(message.scope, message.client, deps.config())) {
    reply.send([
      errorMessage(
        id,
        INVALID_PARAMS,
        "this client may not use this address; its profile decides what it sees",
      ),
    ]);
    return;
  }
  const revision = negotiateRevision(hello.revision);
  const { scope } = message;
  const server = scope.kind === "server" ? deps.servers.get(scope.name)?.hello : undefined;
  deps.sessions.open(message.client, scope, hello, revision, (error, session) => {
    if (error === undefined)
      reply.send(resultMessage(id, initializeResult(revision, deps.version, server)), session);
    else reply.send([errorMessage(id, INTERNAL_ERROR, `the session could not be stored: ${error.message}`)]);
  });
}

async function listTools(
  deps: McpEndpointDeps,
  message: InboundMessage,
  id: Buffer,
  reply: Reply,
): Promise<void> {
  // Lists are never cut into pages (some clients ignore nextCursor), so no cursor can be valid.
  if (message.envelope.paramsMembers.some((member) => member.key === "cursor")) {
    reply.send([errorMessage(id, INVALID_PARAMS, "the cursor is not valid: this list has one page")]);
    return;
  }
  await deps.catalog.ready(message.scope);
  const view = deps.catalog.view(message.scope, profileOf(message.scope, message.client));
  reply.send(resultMessage(id, view.listResult));
}

function callTool(deps: McpEndpointDeps, message: InboundMessage, id: Buffer, reply: Reply): () => void {
  const { envelope, bytes, session: handle } = message;
  if (handle === undefined) return nothing;
  const session = asSession(handle);
  const name = envelope.paramsMembers.find((member) => member.key === "name")?.value;
  if (name === undefined || bytes[name.start] !== 0x22) {
    reply.send([
      errorMessage(id, INVALID_PARAMS, "tools/call needs the tool's name as a string in params.name"),
    ]);
    return nothing;
  }
  const requestedName = decodeString(bytes, name);
  const running = id.toString("latin1");
  if (session.running.has(running)) {
    reply.send([errorMessage(id, INVALID_REQUEST, "a request with this id is under way in this session")]);
    return nothing;
  }
  const call: Call = {
    client: message.client,
    session,
    scope: message.scope,
    profile: profileOf(message.scope, message.client),
    method: "tools/call",
    bytes,
    envelope,
    id,
    reply,
    receivedAt: message.receivedAt,
    startedAt: Date.now(),
    requestedName,
    route: undefined,
    server: undefined,
    rule: null,
    consentMs: 0,
    queuedAt: 0,
    sentAt: 0,
    answeredAt: 0,
    cancel: undefined,
  };
  session.running.set(running, { cancel: (reason) => call.cancel?.(reason) });
  const finish = (outcome: Outcome): void => {
    session.running.delete(running);
    if (outcome.parts === undefined) reply.drop();
    else {
      reply.send(outcome.parts);
      if (call.server !== undefined && reply.pendingBytes > 0) call.server.holdReading(reply);
    }
  };
  const outcome = deps.run(call);
  if (outcome instanceof Promise)
    outcome.then(finish, (error: unknown) => {
      deps.log(
        "error",
        `a call failed inside the hub: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      finish({
        status: "error",
        parts: [errorMessage(id, INTERNAL_ERROR, "the hub failed on this call; its log says more")],
        result: null,
        error: null,
      });
    });
  else finish(outcome);
  // A lost connection is no cancellation in the session era (MCP, Transports): the call goes on and is recorded.
  return nothing;
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

/** Which profile's eyes a scope is seen with: the client's own always rules. */
function profileOf(scope: Scope, client: ClientIdentity): string | null {
  return client.profile ?? (scope.kind === "profile" ? scope.name : null);
}

function scopeExists(scope: Scope, config: Config): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "profile":
      return Object.hasOwn(config.profiles, scope.name);
    case "server":
      return Object.hasOwn(config.mcpServers, scope.name) && config.mcpServers[scope.name]?.enabled === true;
  }
}

/** A client with a profile may not step out of it by choosing another address. */
function allowedIn(scope: Scope, client: ClientIdentity, config: Config): boolean {
  if (client.profile === null || scope.kind === "all") return true;
  if (scope.kind === "profile") return scope.name === client.profile;
  const profile = config.profiles[client.profile];
  return profile !== undefined && profileShowsServer(profile, scope.name);
}

function asSession(handle: SessionHandle): Session {
  if (handle instanceof Session) return handle;
  throw new TypeError("a session handle that is not the hub's own");
}
