import { randomUUID } from "node:crypto";
import { type ListKind, listKindOf } from "../../../core/catalog/kinds.ts";
import type { Span } from "../../../core/jsonrpc/envelope.ts";
import { errorMessage, INVALID_PARAMS, resultMessage } from "../../../core/jsonrpc/errors.ts";
import { encodeJson } from "../../../core/jsonrpc/json.ts";
import { joinParts } from "../../../core/jsonrpc/splice.ts";
import { UNION_CAPABILITIES } from "../../../core/mcp/session-era/initialize.ts";
import { readTarget } from "../../../core/mcp/session-era/targets.ts";
import { statelessCapabilities } from "../../../core/mcp/stateless-era/capabilities.ts";
import { discoverFromInitialize, discoverResult } from "../../../core/mcp/stateless-era/discover.ts";
import { rawOf } from "../../../core/mcp/stateless-era/edits.ts";
import { checkParams } from "../../../core/mcp/stateless-era/headers.ts";
import type { RequestMeta } from "../../../core/mcp/stateless-era/meta.ts";
import { methodNotFound, missingCapability, type Refusal } from "../../../core/mcp/stateless-era/refusal.ts";
import { readRetry } from "../../../core/mcp/stateless-era/round-trips.ts";
import {
  hasTasksExtension,
  TASKS_REQUIRED,
  withTasksExtension,
} from "../../../core/mcp/tasks/capabilities.ts";
import type { CatalogService } from "../../catalog-service.ts";
import type { ClientActivity } from "../../client-activity.ts";
import type { Log } from "../../log.ts";
import type { Pins } from "../../pins/pins.ts";
import type { Call, Outcome } from "../../pipeline/call.ts";
import { findRoute } from "../../pipeline/route.ts";
import type { InboundMessage, Reply } from "../../ports/endpoint.ts";
import type { StoredSession } from "../../ports/storage.ts";
import type { ManagedServer } from "../../servers/managed-server.ts";
import type { ServerRegistry } from "../../servers/registry.ts";
import { Session, scopeKey } from "../../sessions.ts";
import { newCall } from "../relay.ts";
import { profileOf } from "../scopes.ts";
import { HeldCall, type HeldCallHost } from "./held-call.ts";
import type { Listeners } from "./listen.ts";
import { paramsHash, type RequestStates, STATE_LIFE_MS } from "./request-states.ts";
import { type RoundState, statelessCodec } from "./stateless-codec.ts";

export interface StatelessDeps {
  readonly version: string;
  readonly servers: ServerRegistry;
  readonly catalog: CatalogService;
  readonly listeners: Listeners;
  readonly pins: Pins;
  readonly states: RequestStates;
  readonly activity: ClientActivity;
  readonly run: (call: Call) => Outcome | Promise<Outcome>;
  readonly log: Log;
}

/** The relayed methods that exist in the stateless era; subscriptions go by listen streams there. */
const RELAYED = new Set(["tools/call", "prompts/get", "resources/read", "completion/complete"]);
/** Those of the tasks extension (SEP-2663). */
const TASKS: ReadonlySet<string> = new Set(["tasks/get", "tasks/update", "tasks/cancel"]);
/** For how long a client may keep a list, in milliseconds: changes are told on listen streams only. */
const TTL_MS = 2_000;
const nothing = (): void => {};

type MutableRound = { -readonly [K in keyof RoundState]: RoundState[K] };

/** The methods of the stateless era (2026-07-28): every request stands for itself, there is no session. */
export class StatelessEndpoint implements HeldCallHost {
  readonly #deps: StatelessDeps;
  /** Calls that go on while their client answers questions, by a random key in the request state. */
  readonly #held = new Map<string, HeldCall>();
  /** The states that stateless servers have given, by the random handle that stands for them in the hub's own. */
  readonly #upstreamStates = new Map<string, { readonly state: string; readonly expires: number }>();

  constructor(deps: StatelessDeps) {
    this.#deps = deps;
  }

  /** A request; returns what to call when the client's connection is lost, which here means cancelled. */
  request(message: InboundMessage, meta: RequestMeta, reply: Reply): () => void {
    const { envelope, bytes } = message;
    if (envelope.id === undefined) return nothing;
    const id = bytes.subarray(envelope.id.start, envelope.id.end);
    const { method } = envelope;
    this.#deps.activity.heard(message, meta);
    const kind = listKindOf(method);
    if (kind !== undefined) {
      void this.#list(kind, message, id, reply);
      return nothing;
    }
    if (RELAYED.has(method)) return this.#relay(message, meta, id, reply);
    if (method === "subscriptions/listen")
      return this.#deps.listeners.listen(
        message,
        requestSession(message, meta),
        this.#capabilities(message),
        id,
        reply,
      );
    if (TASKS.has(method) && hasTasksExtension(this.#capabilities(message))) {
      if (hasTasksExtension(rawOf(bytes, meta.clientCapabilities)))
        return this.#relay(message, meta, id, reply);
      refuseWith(reply, id, missingCapability(TASKS_REQUIRED, "tasks"));
    } else if (method === "server/discover") reply.send(resultMessage(id, this.#discover(message)));
    else refuseWith(reply, id, methodNotFound(method));
    return nothing;
  }

  #discover(message: InboundMessage): Uint8Array {
    const answer = { ttlMs: TTL_MS, cacheScope: "private" } as const;
    const server = this.#known(message);
    const raw = server?.catalog.parts.get("initialize");
    if (server?.hello !== undefined && raw !== undefined)
      return discoverFromInitialize(this.#deps.pins.initialize(server.name, raw, server.hello), answer);
    return discoverResult({
      ...answer,
      capabilities: this.#capabilities(message),
      serverInfo: encodeJson({ name: "gatehouse", title: "Gatehouse", version: this.#deps.version }),
    });
  }

  /** The one server that a scope addresses, if its catalogue is known. */
  #known({ scope }: InboundMessage): ManagedServer | undefined {
    const server = scope.kind === "server" ? this.#deps.servers.get(scope.name) : undefined;
    return server?.hello === undefined ? undefined : server;
  }

  /** What is offered at this address: raw capabilities of the stateless era. */
  #capabilities(message: InboundMessage): Uint8Array {
    const raw = this.#known(message)?.hello?.rawCapabilities;
    if (raw !== undefined) return statelessCapabilities(new TextEncoder().encode(raw));
    const { scope, client } = message;
    const hasTasks = this.#deps.catalog
      .servers(scope, profileOf(scope, client))
      .some((server) => server.catalog.tasksExtension);
    const union = statelessCapabilities(encodeJson(UNION_CAPABILITIES));
    return hasTasks ? withTasksExtension(union) : union;
  }

  async #list(kind: ListKind, message: InboundMessage, id: Buffer, reply: Reply): Promise<void> {
    if (message.envelope.paramsMembers.some((member) => member.key === "cursor"))
      return reply.send([
        errorMessage(id, INVALID_PARAMS, "the cursor is not valid: this list has one page"),
      ]);
    await this.#deps.catalog.ready(message.scope, profileOf(message.scope, message.client));
    if (message.client.revoked === true) return reply.drop();
    const view = this.#deps.catalog.view(message.scope, profileOf(message.scope, message.client));
    reply.send(resultMessage(id, joinParts([LIST_HEAD, view.results[kind].subarray(1)])));
  }

  #relay(message: InboundMessage, meta: RequestMeta, id: Buffer, reply: Reply): () => void {
    const { bytes, envelope } = message;
    const target = readTarget(bytes, envelope);
    if (typeof target === "string") return refuse(reply, id, target);
    const retry = readRetry(bytes, envelope);
    if (typeof retry === "string") return refuse(reply, id, retry);
    const state: MutableRound = {
      upstream: undefined,
      dropAnswers: false,
      wrap: (upstream) => this.#wrap(call, upstream),
    };
    const held = new HeldCall(this, bytes, meta.clientCapabilities);
    const codec = statelessCodec(envelope.method, TTL_MS, state);
    const call = newCall(message, requestSession(message, meta), target, id, held, codec, true);
    const wrong = this.#wrongHeaders(message, call);
    if (wrong !== undefined) {
      refuseWith(reply, id, wrong);
      return nothing;
    }
    if (retry?.state === undefined) return this.#start(held, call, reply);
    findRoute(call, this.#deps.catalog.view(call.scope, call.profile));
    const opened = this.#deps.states.open(retry.state, this.#binding(call));
    if (opened === "other_request") {
      // A retry that differs is a new call, and brings no answers with it.
      state.dropAnswers = true;
      return this.#start(held, call, reply);
    }
    const found = typeof opened === "string" ? undefined : this.#found(opened.upstream);
    if (found === undefined) return refuse(reply, id, "Invalid or expired requestState");
    if (found instanceof HeldCall) return found.resume(retry, bytes, id, reply);
    state.upstream = found;
    call.continues = true;
    return this.#start(held, call, reply);
  }

  /** What is wrong with the headers that repeat the called tool's arguments: at the door the tool was not known. */
  #wrongHeaders({ headers, bytes, envelope }: InboundMessage, call: Call): Refusal | undefined {
    if (headers === undefined || call.method !== "tools/call") return undefined;
    const params = this.#deps.catalog.repeatedArguments(call.scope, call.profile, call.target.value);
    return params.length === 0 ? undefined : checkParams(headers, bytes, envelope, params);
  }

  /** What a state leads back to: a call that is held, or the state of a stateless server. */
  #found(handle: string): HeldCall | string | undefined {
    return this.#held.get(handle) ?? this.#upstreamStates.get(handle)?.state;
  }

  /** The hub's own state for one that a stateless server has given: bound to this call, and nothing of it readable. */
  #wrap(call: Call, state: string): string {
    const now = Date.now();
    for (const [handle, { expires }] of this.#upstreamStates)
      if (expires <= now) this.#upstreamStates.delete(handle);
    findRoute(call, this.#deps.catalog.view(call.scope, call.profile));
    const handle = randomUUID();
    this.#upstreamStates.set(handle, { state, expires: now + STATE_LIFE_MS });
    return this.#deps.states.seal(this.#binding(call), handle);
  }

  /** HeldCallHost: only a call that asks something needs to be found again. */
  seal(held: HeldCall, call: Call): string {
    held.key ??= randomUUID();
    this.#held.set(held.key, held);
    return this.#deps.states.seal(this.#binding(call), held.key);
  }

  over(held: HeldCall): void {
    if (held.key !== undefined) this.#held.delete(held.key);
  }

  began(call: Call): void {
    this.#deps.activity.began(call);
  }

  ended(call: Call): void {
    this.#deps.activity.ended(call);
  }

  log(text: string): void {
    this.#deps.log("error", `a call failed inside the hub: ${text}`);
  }

  #start(held: HeldCall, call: Call, reply: Reply): () => void {
    call.session.onAsked = (asked, envelope, answer) => held.ask(asked, envelope, answer);
    return held.start(call, reply, this.#deps.run);
  }

  #binding(call: Call) {
    const { bytes, envelope } = call.original ?? call;
    return {
      client: call.client.id ?? "anonymous",
      method: call.method,
      server: `${scopeKey(call.scope)} ${call.route?.server ?? ""}`,
      subject: call.target.value,
      paramsHash: paramsHash(bytes, envelope),
    };
  }
}

const LIST_HEAD = new TextEncoder().encode(
  `{"resultType":"complete","ttlMs":${TTL_MS},"cacheScope":"private",`,
);

function refuseWith(reply: Reply, id: Uint8Array, { code, message, data, httpStatus }: Refusal): void {
  reply.send([errorMessage(id, code, message, data)], undefined, httpStatus);
}

function refuse(reply: Reply, id: Uint8Array, why: string): () => void {
  reply.send([errorMessage(id, INVALID_PARAMS, why)]);
  return nothing;
}

/** What stands for a client during one request: nothing of it is kept. */
function requestSession(message: InboundMessage, meta: RequestMeta): Session {
  const session = new Session("", new RequestCaller(message, meta));
  session.quiet = true;
  session.logLevel = meta.logLevel;
  return session;
}

/** Who asks, as its message says; the texts are made only when they are needed. */
class RequestCaller implements StoredSession {
  readonly idHash = "";
  readonly label = "";
  readonly createdAt = 0;
  readonly lastUsedAt = 0;
  readonly transport = "http";
  readonly #message: InboundMessage;
  readonly #meta: RequestMeta;

  constructor(message: InboundMessage, meta: RequestMeta) {
    this.#message = message;
    this.#meta = meta;
  }

  get clientId(): string | null {
    return this.#message.client.id;
  }

  get scope(): string {
    return scopeKey(this.#message.scope);
  }

  get project(): string | null {
    return this.#message.project ?? null;
  }

  get revision(): string {
    return this.#meta.version;
  }

  get capabilities(): string {
    return this.#text(this.#meta.clientCapabilities);
  }

  get clientInfo(): string {
    return this.#text(this.#meta.clientInfo);
  }

  #text(span: Span | undefined): string {
    return span === undefined ? "{}" : this.#message.bytes.toString("utf8", span.start, span.end);
  }
}
