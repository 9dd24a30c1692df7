import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { errorMessage, TOO_LARGE } from "../../core/jsonrpc/errors.ts";
import { partsLength } from "../../core/jsonrpc/splice.ts";
import type { Reply, SessionHandle } from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { COMMON_HEADERS } from "../headers.ts";
import { QUIET_PULSES } from "../timers.ts";
import { onceDrained, pendingOf } from "./drain.ts";
import { type EventLogs, type LoggedStream, type StreamOwner, wantsPriming } from "./event-log.ts";
import { eventOf, JOIN_BELOW, startEvents, writeComment, writePieces } from "./events.ts";
import type { Accepts } from "./negotiation.ts";

const JSON_HEADERS: readonly string[] = [
  ...COMMON_HEADERS,
  "Content-Type",
  "application/json",
  "Content-Length",
];

/** "detached": a stream that its client may come back to. */
type State = "waiting" | "streaming" | "detached" | "done";

const NOT_KEPT =
  "the connection was lost while a large answer was sent, and the hub keeps none of this size: ask again";

/** What was asked, and where the events of its answer are kept when that is a stream; both eras' messages fit. */
export interface ReplyOrigin {
  readonly logs: EventLogs;
  /** Undefined where a lost stream is not gone on with: for initialize, and in the stateless era. */
  readonly session: SessionHandle | undefined;
  /** The request; undefined for a batch. */
  readonly request: { readonly bytes: Uint8Array; readonly envelope: Envelope } | undefined;
}

/**
 * The answer of one POST (2025-11-25, Streamable HTTP, "Sending Messages to the Server"): one JSON body when it comes
 * soon, an event stream when something is to be said before it, or when it takes long. A stream whose connection is
 * lost goes on without one, if the client can come back for the rest ("Resumability and Redelivery").
 */
export class PostReply implements Reply, Exchange, StreamOwner {
  #res: ServerResponse;
  #socket: Socket;
  readonly #accepts: Accepts;
  readonly #connections: Connections;
  readonly #origin: ReplyOrigin | undefined;
  #state: State = "waiting";
  #logged: LoggedStream | undefined;
  #quietPulses = 0;
  #cancel: (() => void) | undefined;
  #lost = false;
  /** Told when the answer has become a stream, before anything is sent on it. */
  onStream: (() => void) | undefined;

  constructor(
    res: ServerResponse,
    socket: Socket,
    accepts: Accepts,
    connections: Connections,
    origin?: ReplyOrigin,
  ) {
    this.#res = res;
    this.#socket = socket;
    this.#accepts = accepts;
    this.#connections = connections;
    this.#origin = origin;
    connections.begin(socket, this);
  }

  /** Says what to call when the client's connection is lost before the answer. */
  onLost(cancel: () => void): void {
    if (this.#state !== "done") this.#cancel = cancel;
    else if (this.#lost) cancel();
  }

  send(parts: readonly Uint8Array[], session?: SessionHandle, status = 200): void {
    const before = this.#finish();
    if (before === "done") return;
    if (before === "waiting" && this.#accepts.json) {
      this.#sendJson(parts, session, status);
      return;
    }
    if (before === "waiting") this.#start(sessionHeader(session));
    this.#write(parts, before !== "detached", true);
    this.#logged?.finish();
    if (before !== "detached") this.#res.end();
  }

  get canStream(): boolean {
    return this.#accepts.events && this.#state !== "done";
  }

  get connected(): boolean {
    return !this.#lost;
  }

  /** Whether the client takes a plain JSON answer. */
  get takesJson(): boolean {
    return this.#accepts.json;
  }

  /** Whether it is an event stream already. */
  get isStream(): boolean {
    return this.#state === "streaming" || this.#state === "detached";
  }

  notify(parts: readonly Uint8Array[]): void {
    if (this.#state === "done" || !this.#accepts.events) return;
    this.#stream();
    this.#quietPulses = 0;
    this.#write(parts, this.#state !== "detached", false);
  }

  drop(): void {
    const before = this.#finish();
    if (before === "done") return;
    if (before === "waiting" && this.#accepts.events) startEvents(this.#res);
    else if (before === "waiting") this.#res.writeHead(202, [...COMMON_HEADERS, "Content-Length", "0"]);
    this.#logged?.finish();
    if (before !== "detached") this.#res.end();
  }

  /** Ends it without writing anything: somebody else answers. */
  abandon(): void {
    this.#finish();
    this.#logged?.finish();
  }

  get pendingBytes(): number {
    return this.#lost ? 0 : pendingOf(this.#res, this.#socket);
  }

  onDrain(listener: () => void): void {
    onceDrained(this.#socket, () => this.pendingBytes, listener);
  }

  pulse(): void {
    this.#quietPulses += 1;
    if (this.#quietPulses < QUIET_PULSES || this.#state === "done" || !this.#accepts.events) return;
    this.#quietPulses = 0;
    this.#stream();
    writeComment(this.#res);
  }

  resume(res: ServerResponse, socket: Socket): void {
    if (this.#state !== "streaming" && this.#state !== "detached") {
      res.end();
      return;
    }
    if (this.#state === "streaming") {
      // The client knows better than this side that the connection is gone.
      this.#connections.end(this.#socket, this);
      this.#socket.destroy();
    }
    this.#res = res;
    this.#socket = socket;
    this.#state = "streaming";
    this.#lost = false;
    this.#quietPulses = 0;
    if (this.#logged !== undefined) this.#logged.connected = true;
    this.#connections.begin(socket, this);
  }

  lost(): void {
    this.#lost = true;
    if (this.#state === "done") return;
    if (this.#logged?.resumable === true) {
      this.#state = "detached";
      this.#logged.connected = false;
      return;
    }
    this.#logged?.finish();
    this.#state = "done";
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
  }

  closing(): void {
    // An answer under way goes on; the drain's limit ends the wait.
  }

  #finish(): State {
    const before = this.#state;
    if (before === "done") return before;
    this.#state = "done";
    this.#cancel = undefined;
    this.#connections.end(this.#socket, this);
    return before;
  }

  #stream(): void {
    if (this.#state !== "waiting") return;
    this.#state = "streaming";
    this.#start();
    this.onStream?.();
  }

  #start(extra?: readonly string[]): void {
    startEvents(this.#res, extra);
    const { logs, session } = this.#origin ?? {};
    if (logs === undefined || session === undefined) return;
    this.#logged = logs.open(session, this);
    if (wantsPriming(session)) this.#res.write(this.#logged.prime());
  }

  #write(parts: readonly Uint8Array[], connected: boolean, isAnswer: boolean): void {
    const id = isAnswer ? this.#rawId() : undefined;
    const instead = id === undefined ? undefined : () => errorMessage(id, TOO_LARGE, NOT_KEPT);
    const event = this.#logged === undefined ? eventOf(parts) : this.#logged.next(parts, instead);
    if (connected) writePieces(this.#res, event);
  }

  #rawId(): Uint8Array | undefined {
    const request = this.#origin?.request;
    const id = request?.envelope.id;
    return id === undefined ? undefined : request?.bytes.subarray(id.start, id.end);
  }

  #sendJson(parts: readonly Uint8Array[], session: SessionHandle | undefined, status: number): void {
    const res = this.#res;
    const total = partsLength(parts);
    res.writeHead(status, [...JSON_HEADERS, String(total), ...sessionHeader(session)]);
    const [only] = parts;
    // As Latin-1 text, a byte a character, head and body leave in one piece: the fastest way that node:http has.
    if (total < JOIN_BELOW) res.end(Buffer.concat(parts, total).toString("latin1"), "latin1");
    else if (parts.length === 1 && only !== undefined) res.end(only);
    else {
      for (const part of parts) res.write(part);
      res.end();
    }
  }
}

function sessionHeader(session: SessionHandle | undefined): readonly string[] {
  return session === undefined ? [] : ["Mcp-Session-Id", session.id];
}
