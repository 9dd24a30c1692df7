import { createHash, randomBytes } from "node:crypto";
import { UnderWayByKey } from "../core/collections/under-way.ts";
import type { Envelope } from "../core/jsonrpc/envelope.ts";
import { partsLength } from "../core/jsonrpc/splice.ts";
import type { LogLevel } from "../core/mcp/log-levels.ts";
import type { ClientHello } from "../core/mcp/session-era/initialize.ts";
import type { ClientIdentity, Peer, Scope, SessionHandle, StreamSink } from "./ports/endpoint.ts";
import type { SessionStore, StoredSession } from "./ports/storage.ts";

/** Sessions nobody has used for this long are forgotten, in milliseconds. */
const IDLE_LIMIT_MS = 7 * 24 * 3_600_000;
/** Most sessions kept; the longest unused goes first. Clients that never send DELETE would pile them up. */
const MAX_SESSIONS = 5_000;
/** Messages kept for a session without an open stream; the oldest goes first. */
const MAX_UNSENT = 100;
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** How often a session's last use is written down, in milliseconds. */
const TOUCH_EVERY_MS = 60_000;

/** A running request of a session, as far as cancellation is concerned. */
export interface Cancellable {
  cancel(reason: string): void;
}

/** A request of a server for a client, and where the whole JSON-RPC response goes. */
export type ServerAsk = (
  bytes: Buffer,
  envelope: Envelope,
  answer: (parts: readonly Uint8Array[]) => void,
) => void;

/** One client session. Its id is a capability: it is never stored or shown, its label is. */
export class Session implements SessionHandle {
  readonly id: string;
  stored: StoredSession;
  /** The connection that it was last used by. */
  peer: Peer | undefined;
  /** Made when the first is opened: a stateless request, which is a session of its own, never has any. */
  #streams: Set<StreamSink> | undefined;
  /** What found no open stream yet. */
  #unsent: (readonly Uint8Array[])[] | undefined;
  #unsentBytes = 0;
  /** Takes what servers ask of this client, where that is not sent as it comes (the stateless era). */
  onAsked: ServerAsk | undefined;
  /** Its call waits for the client's answers to what was asked; it is not what asks now (the stateless era). */
  waiting = false;
  /** Without a level of its own it gets no log messages (the stateless era). */
  quiet = false;
  /** The level of log messages it asked for; undefined when it never did. */
  logLevel: LogLevel | undefined;
  #running: UnderWayByKey<string, Cancellable> | undefined;
  lastUsedAt: number;
  touchedAt: number;
  #ended = false;

  constructor(id: string, stored: StoredSession) {
    this.id = id;
    this.stored = stored;
    this.lastUsedAt = stored.lastUsedAt;
    this.touchedAt = stored.lastUsedAt;
  }

  get revision(): string {
    return this.stored.revision;
  }

  /** Requests under way, by the raw JSON of their id. */
  get running(): UnderWayByKey<string, Cancellable> {
    this.#running ??= new UnderWayByKey();
    return this.#running;
  }

  /** How many requests are under way. */
  get runningCount(): number {
    return this.#running === undefined ? 0 : this.#running.size;
  }

  /** The client's project folder; null while it is not known. */
  get project(): string | null {
    return this.stored.project;
  }

  attachStream(sink: StreamSink): () => void {
    if (this.#ended) {
      sink.close();
      return () => {};
    }
    this.#streams ??= new Set();
    const streams = this.#streams.add(sink);
    const unsent = this.#unsent ?? [];
    this.#unsent = undefined;
    this.#unsentBytes = 0;
    for (const parts of unsent) sink.push(parts);
    return () => streams.delete(sink);
  }

  /**
   * Sends a message on one of the session's open streams (a message goes to one only), or on the next that is opened.
   * The newest stream is the one whose client is there most likely: of a lost connection nothing may be known yet.
   */
  push(parts: readonly Uint8Array[]): void {
    const sink = [...(this.#streams ?? [])].at(-1);
    if (sink !== undefined) return sink.push(parts);
    this.#unsent ??= [];
    this.#unsent.push(parts);
    this.#unsentBytes += partsLength(parts);
    while (this.#unsent.length > MAX_UNSENT || this.#unsentBytes > MAX_UNSENT_BYTES) {
      const oldest = this.#unsent.shift();
      if (oldest === undefined) break;
      this.#unsentBytes -= partsLength(oldest);
    }
  }

  /** Ends what hangs on the session: its streams, and its requests under way. */
  end(reason: string): void {
    this.#ended = true;
    for (const { value } of this.#running?.all() ?? []) value.cancel(reason);
    const streams = [...(this.#streams ?? [])];
    this.#streams?.clear();
    for (const sink of streams) sink.close();
  }
}

/** Names a scope for the store; a session belongs to the scope it was opened on. */
export function scopeKey(scope: Scope): string {
  return scope.kind === "all" ? "all" : `${scope.kind}:${scope.name}`;
}

/** The scope that `scopeKey` has named. */
export function scopeOf(key: string): Scope {
  const colon = key.indexOf(":");
  const kind = key.slice(0, colon);
  return kind === "server" || kind === "profile" ? { kind, name: key.slice(colon + 1) } : { kind: "all" };
}

/** How a session comes about, besides what its client says in initialize. */
export interface Opening {
  readonly client: ClientIdentity;
  readonly scope: Scope;
  readonly peer?: Peer | undefined;
  readonly project?: string | undefined;
}

/** The sessions of all clients: kept on disk, so that they go on after the hub's restart. */
export class Sessions {
  readonly #store: SessionStore;
  /** Told when a session is over. */
  onEnded: (session: Session) => void = () => {};
  readonly #live = new Map<string, Session>();
  /** Sessions of an earlier run that nobody has come back to yet, by the hash of their id. */
  readonly #dormant = new Map<string, StoredSession>();

  constructor(store: SessionStore, now: number) {
    this.#store = store;
    for (const stored of store.all()) {
      if (now - stored.lastUsedAt > IDLE_LIMIT_MS) store.remove(stored.idHash);
      else this.#dormant.set(stored.idHash, stored);
    }
  }

  /** Opens a session; `committed` is called when it will survive the hub's death. */
  open(
    { client, scope, peer, project }: Opening,
    hello: ClientHello,
    revision: string,
    committed: (error: Error | undefined, session: Session) => void,
  ): void {
    const id = randomBytes(24).toString("base64url");
    const idHash = hashOf(id);
    const now = Date.now();
    const stored: StoredSession = {
      idHash,
      label: `s-${idHash.slice(0, 8)}`,
      clientId: client.id,
      scope: scopeKey(scope),
      revision,
      capabilities: hello.capabilities,
      clientInfo: hello.clientInfo,
      transport: peer?.transport ?? "http",
      project: project ?? null,
      createdAt: now,
      lastUsedAt: now,
    };
    const session = new Session(id, stored);
    session.peer = peer;
    this.#live.set(id, session);
    this.#evict();
    this.#store.put(stored, (error) => committed(error, session));
  }

  /** The session with this id if it belongs to this client and scope. */
  find(id: string, client: ClientIdentity, scope: Scope): Session | undefined {
    const session = this.#live.get(id) ?? this.#wake(id);
    if (session === undefined || session.stored.clientId !== client.id) return undefined;
    if (session.stored.scope !== scopeKey(scope)) return undefined;
    const now = Date.now();
    session.lastUsedAt = now;
    if (now - session.touchedAt > TOUCH_EVERY_MS) {
      session.touchedAt = now;
      this.#store.touch(session.stored.idHash, now);
    }
    return session;
  }

  /** The client's project folder has become known, or is another now. */
  setProject(session: Session, project: string | null): void {
    if (session.stored.project === project) return;
    session.stored = { ...session.stored, project };
    this.#store.setProject(session.stored.idHash, project);
  }

  end(session: Session, reason: string): void {
    this.#live.delete(session.id);
    this.#store.remove(session.stored.idHash);
    session.end(reason);
    this.onEnded(session);
  }

  /** Ends every session of a client. */
  endAllOf(clientId: string, reason: string): void {
    for (const session of this.of(clientId)) this.end(session, reason);
    for (const stored of [...this.#dormant.values()]) {
      if (stored.clientId !== clientId) continue;
      this.#dormant.delete(stored.idHash);
      this.#store.remove(stored.idHash);
    }
  }

  /** How many live. */
  get count(): number {
    return this.#live.size;
  }

  /** Whether a client without an identity has a live session. */
  get hasAnonymous(): boolean {
    for (const session of this.#live.values()) if (session.stored.clientId === null) return true;
    return false;
  }

  countOf(clientId: string): number {
    let count = 0;
    for (const session of this.#live.values()) if (session.stored.clientId === clientId) count += 1;
    return count;
  }

  /** Who hears what is for a session: itself, or when it is over another of the same client on the same scope. */
  hearerFor(session: Session): Session | undefined {
    if (this.#live.get(session.id) === session) return session;
    const { clientId, scope } = session.stored;
    if (clientId === null) return undefined;
    return [...this.#live.values()].findLast(
      ({ stored }) => stored.clientId === clientId && stored.scope === scope,
    );
  }

  /** The live sessions of a client. */
  of(clientId: string): Session[] {
    return [...this.#live.values()].filter((session) => session.stored.clientId === clientId);
  }

  live(): Iterable<Session> {
    return this.#live.values();
  }

  #wake(id: string): Session | undefined {
    if (this.#dormant.size === 0) return undefined;
    const stored = this.#dormant.get(hashOf(id));
    if (stored === undefined) return undefined;
    this.#dormant.delete(stored.idHash);
    const session = new Session(id, stored);
    this.#live.set(id, session);
    return session;
  }

  #evict(): void {
    if (this.#live.size <= MAX_SESSIONS) return;
    let oldest: Session | undefined;
    for (const session of this.#live.values()) {
      if (session.runningCount > 0) continue;
      if (oldest === undefined || session.lastUsedAt < oldest.lastUsedAt) oldest = session;
    }
    if (oldest !== undefined) this.end(oldest, "too many sessions");
  }
}

function hashOf(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}
