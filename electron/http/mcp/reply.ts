import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { partsLength } from "../../core/jsonrpc/splice.ts";
import type { Reply, SessionHandle } from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { COMMON_HEADERS } from "../headers.ts";
import { QUIET_PULSES } from "../timers.ts";
import { JOIN_BELOW, startEvents, writeComment, writeEvent } from "./events.ts";
import type { Accepts } from "./negotiation.ts";

/** Below this many waiting bytes a client counts as having caught up. */
const LOW_WATER = 1024 * 1024;

const JSON_HEADERS: readonly string[] = [
  ...COMMON_HEADERS,
  "Content-Type",
  "application/json",
  "Content-Length",
];

/**
 * The answer of one POSTed request (2025-11-25, Streamable HTTP, "Sending Messages to the Server"): one JSON body when
 * it comes soon, an event stream when something is to be said before it, or when it takes long.
 */
export class PostReply implements Reply, Exchange {
  readonly #res: ServerResponse;
  readonly #socket: Socket;
  readonly #accepts: Accepts;
  readonly #connections: Connections;
  #state: "waiting" | "streaming" | "done" = "waiting";
  #quietPulses = 0;
  #cancel: (() => void) | undefined;
  #lost = false;

  constructor(res: ServerResponse, socket: Socket, accepts: Accepts, connections: Connections) {
    this.#res = res;
    this.#socket = socket;
    this.#accepts = accepts;
    this.#connections = connections;
    connections.begin(socket, this);
  }

  /** Says what to call when the client's connection is lost before the answer. */
  onLost(cancel: () => void): void {
    if (this.#lost) cancel();
    else if (this.#state !== "done") this.#cancel = cancel;
  }

  send(parts: readonly Uint8Array[], session?: SessionHandle): void {
    const before = this.#finish();
    if (before === "done") return;
    if (before === "waiting" && this.#accepts.json) {
      this.#sendJson(parts, session);
      return;
    }
    if (before === "waiting") startEvents(this.#res, sessionHeader(session));
    writeEvent(this.#res, parts);
    this.#res.end();
  }

  get canStream(): boolean {
    return this.#accepts.events;
  }

  notify(parts: readonly Uint8Array[]): void {
    if (this.#state === "done" || !this.#accepts.events) return;
    this.#stream();
    this.#quietPulses = 0;
    writeEvent(this.#res, parts);
  }

  drop(): void {
    const before = this.#finish();
    if (before === "done") return;
    if (before === "waiting" && this.#accepts.events) startEvents(this.#res);
    else if (before === "waiting") this.#res.writeHead(202, [...COMMON_HEADERS, "Content-Length", "0"]);
    this.#res.end();
  }

  /** Ends it without writing anything: somebody else answers. */
  abandon(): void {
    this.#finish();
  }

  get pendingBytes(): number {
    if (this.#lost) return 0;
    return Math.max(this.#res.writableLength, this.#socket.writableLength);
  }

  onDrain(listener: () => void): void {
    const socket = this.#socket;
    if (this.pendingBytes < LOW_WATER || socket.destroyed) {
      process.nextTick(listener);
      return;
    }
    const look = (): void => {
      if (!socket.destroyed && this.pendingBytes >= LOW_WATER) return;
      socket.off("drain", look);
      socket.off("close", look);
      listener();
    };
    socket.on("drain", look);
    socket.on("close", look);
  }

  pulse(): void {
    this.#quietPulses += 1;
    if (this.#quietPulses < QUIET_PULSES || this.#state === "done" || !this.#accepts.events) return;
    this.#quietPulses = 0;
    this.#stream();
    writeComment(this.#res);
  }

  lost(): void {
    this.#lost = true;
    if (this.#state === "done") return;
    this.#state = "done";
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
  }

  closing(): void {
    // An answer under way goes on; the drain's limit ends the wait.
  }

  #finish(): "waiting" | "streaming" | "done" {
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
    startEvents(this.#res);
  }

  #sendJson(parts: readonly Uint8Array[], session: SessionHandle | undefined): void {
    const res = this.#res;
    const total = partsLength(parts);
    res.writeHead(200, [...JSON_HEADERS, String(total), ...sessionHeader(session)]);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) res.end(only);
    else if (total < JOIN_BELOW) res.end(Buffer.concat(parts, total));
    else {
      for (const part of parts) res.write(part);
      res.end();
    }
  }
}

function sessionHeader(session: SessionHandle | undefined): readonly string[] {
  return session === undefined ? [] : ["Mcp-Session-Id", session.id];
}
