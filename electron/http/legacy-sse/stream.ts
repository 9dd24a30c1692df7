import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type {
  ClientIdentity,
  McpEndpoint,
  Peer,
  Reply,
  Scope,
  SessionHandle,
  StreamSink,
} from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { onceDrained, pendingOf } from "../mcp/drain.ts";
import { eventOf, startEvents, writeComment, writePieces } from "../mcp/events.ts";
import { MOST_PENDING_BYTES } from "../mcp/stream.ts";
import { QUIET_PULSES } from "../timers.ts";

const MESSAGE = Buffer.from("event: message\n");

export interface LegacyStreamOptions {
  readonly res: ServerResponse;
  readonly socket: Socket;
  readonly peer: Peer;
  readonly client: ClientIdentity;
  readonly scope: Scope;
  readonly endpoint: McpEndpoint;
  readonly connections: Connections;
  /** Told once, when the stream is over. */
  readonly onClosed: (stream: LegacyStream) => void;
}

/**
 * One event stream of the HTTP+SSE transport (MCP 2024-11-05): everything that the client is told goes here, answers
 * too. Its session begins with the initialize that comes by it, and ends with it.
 */
export class LegacyStream implements StreamSink, Exchange {
  /** Names the stream in the address of its messages; nobody can guess it. */
  readonly id = randomBytes(24).toString("base64url");
  readonly #options: LegacyStreamOptions;
  readonly #cancels = new Set<() => void>();
  #session: SessionHandle | undefined;
  #initializing = false;
  #open = true;
  #closing = false;
  #underWay = 0;
  #quietPulses = 0;
  #detach: (() => void) | undefined;
  #stay: (() => void) | undefined;

  constructor(options: LegacyStreamOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get session(): SessionHandle | undefined {
    return this.#session;
  }

  /** Whether a message of this client to this scope may come by it. */
  belongsTo(client: ClientIdentity, scope: Scope): boolean {
    const own = this.#options;
    if (own.client.id !== client.id || own.scope.kind !== scope.kind) return false;
    return scope.kind === "all" || (own.scope.kind !== "all" && own.scope.name === scope.name);
  }

  /** Sends the first event, which names where messages are posted to. */
  start(messages: string): void {
    const { res, socket, connections } = this.#options;
    startEvents(res);
    res.write(`event: endpoint\ndata: ${messages}?sessionId=${this.id}\n\n`);
    connections.begin(socket, this);
    if (!this.#open) return;
    const { endpoint, client } = this.#options;
    this.#stay = endpoint.endWith(client, () => this.close());
  }

  /** The connection that the stream is. */
  get peer(): Peer {
    return this.#options.peer;
  }

  /** Whether an initialize may come by it: it has no session, and none is on its way. */
  get isFresh(): boolean {
    return this.#session === undefined && !this.#initializing;
  }

  /** The reply of a request: its answer and what comes before it are events of the stream. */
  reply(isInitialize: boolean): LegacyReply {
    this.#underWay += 1;
    if (isInitialize) this.#initializing = true;
    return new LegacyReply({
      write: (parts) => this.#write(parts),
      opened: (session) => this.#opened(session),
      cancels: this.#cancels,
      settled: () => {
        this.#underWay -= 1;
        if (isInitialize) this.#initializing = false;
        if (this.#closing && this.#underWay === 0) this.#end();
      },
      isOpen: () => this.#open,
      pending: () => (this.#open ? pendingOf(this.#options.res, this.#options.socket) : 0),
      onDrain: (pending, listener) => onceDrained(this.#options.socket, pending, listener),
    });
  }

  push(parts: readonly Uint8Array[]): void {
    if (!this.#open) return;
    if (this.#options.res.writableLength > MOST_PENDING_BYTES) this.#options.socket.destroy();
    else this.#write(parts);
  }

  /** The session is over: so is the stream. */
  close(): void {
    if (this.#leave()) this.#options.res.end();
  }

  pulse(): void {
    this.#quietPulses += 1;
    if (this.#quietPulses < QUIET_PULSES) return;
    this.#quietPulses = 0;
    writeComment(this.#options.res);
  }

  lost(): void {
    if (!this.#leave()) return;
    for (const cancel of [...this.#cancels]) cancel();
    this.#endSession();
  }

  closing(): void {
    this.#closing = true;
    if (this.#underWay === 0) this.#end();
  }

  #end(): void {
    if (!this.#leave()) return;
    this.#options.res.end();
    this.#endSession();
  }

  #endSession(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) this.#options.endpoint.endSession(session);
  }

  #opened(session: SessionHandle): void {
    this.#session = session;
    if (!this.#open) return this.#endSession();
    const dispose = session.attachStream(this);
    // What waited for the client may have been too much for it already.
    if (this.#open) this.#detach = dispose;
    else dispose();
  }

  #write(parts: readonly Uint8Array[]): void {
    if (!this.#open) return;
    this.#quietPulses = 0;
    writePieces(this.#options.res, eventOf(parts, MESSAGE));
  }

  #leave(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    const { connections, socket, onClosed } = this.#options;
    connections.end(socket, this);
    this.#detach?.();
    this.#detach = undefined;
    this.#stay?.();
    this.#stay = undefined;
    onClosed(this);
    return true;
  }
}

interface ReplySurroundings {
  readonly write: (parts: readonly Uint8Array[]) => void;
  readonly opened: (session: SessionHandle) => void;
  readonly cancels: Set<() => void>;
  readonly settled: () => void;
  readonly isOpen: () => boolean;
  readonly pending: () => number;
  readonly onDrain: (pending: () => number, listener: () => void) => void;
}

/** The reply of one request of a stream. */
export class LegacyReply implements Reply {
  readonly #stream: ReplySurroundings;
  #done = false;
  #cancel: (() => void) | undefined;

  constructor(stream: ReplySurroundings) {
    this.#stream = stream;
  }

  /** Says what to call when the stream is lost before the answer. */
  onLost(cancel: () => void): void {
    if (this.#done) return;
    if (!this.#stream.isOpen()) return cancel();
    this.#cancel = cancel;
    this.#stream.cancels.add(cancel);
  }

  send(parts: readonly Uint8Array[], session?: SessionHandle): void {
    if (!this.#settle()) return;
    // The answer comes first, then what waits for the session.
    this.#stream.write(parts);
    if (session !== undefined) this.#stream.opened(session);
    this.#stream.settled();
  }

  notify(parts: readonly Uint8Array[]): void {
    if (!this.#done) this.#stream.write(parts);
  }

  get canStream(): boolean {
    return !this.#done && this.#stream.isOpen();
  }

  get connected(): boolean {
    return this.#stream.isOpen();
  }

  drop(): void {
    if (this.#settle()) this.#stream.settled();
  }

  get pendingBytes(): number {
    return this.#stream.pending();
  }

  onDrain(listener: () => void): void {
    this.#stream.onDrain(this.#stream.pending, listener);
  }

  #settle(): boolean {
    if (this.#done) return false;
    this.#done = true;
    if (this.#cancel !== undefined) this.#stream.cancels.delete(this.#cancel);
    return true;
  }
}
