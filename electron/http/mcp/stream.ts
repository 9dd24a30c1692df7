import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SessionHandle, StreamSink } from "../../hub/ports/endpoint.ts";
import type { Connections, Exchange } from "../connections.ts";
import { QUIET_PULSES } from "../timers.ts";
import { type EventLogs, type LoggedStream, type StreamOwner, wantsPriming } from "./event-log.ts";
import { startEvents, writeComment, writePieces } from "./events.ts";

/** A client that lets more than this wait for it loses its stream; it may come back. */
export const MOST_PENDING_BYTES = 16 * 1024 * 1024;

/**
 * One GET stream of a session (2025-11-25, Streamable HTTP, "Listening for Messages from the Server"), on one
 * connection after the other while its client comes back with Last-Event-ID.
 */
class SessionStream implements StreamSink, Exchange, StreamOwner {
  readonly #session: SessionHandle;
  readonly #connections: Connections;
  readonly #logged: LoggedStream;
  #res: ServerResponse;
  #socket: Socket;
  #open = false;
  #quietPulses = 0;
  #detach: (() => void) | undefined;

  constructor(
    res: ServerResponse,
    socket: Socket,
    session: SessionHandle,
    connections: Connections,
    logs: EventLogs,
  ) {
    this.#res = res;
    this.#socket = socket;
    this.#session = session;
    this.#connections = connections;
    this.#logged = logs.open(session, this);
  }

  /** Starts with a comment, so that the client has its headers at once. */
  start(): void {
    startEvents(this.#res);
    writeComment(this.#res);
    if (wantsPriming(this.#session)) this.#res.write(this.#logged.prime());
    this.#attach();
  }

  resume(res: ServerResponse, socket: Socket): void {
    // The client knows better than this side that an earlier connection is gone.
    if (this.#leave()) this.#socket.destroy();
    this.#res = res;
    this.#socket = socket;
    this.#attach();
  }

  push(parts: readonly Uint8Array[]): void {
    if (!this.#open) return;
    const event = this.#logged.next(parts);
    if (this.#res.writableLength > MOST_PENDING_BYTES) {
      this.#leave();
      this.#socket.destroy();
      return;
    }
    this.#quietPulses = 0;
    writePieces(this.#res, event);
  }

  close(): void {
    if (this.#leave()) this.#res.end();
  }

  pulse(): void {
    this.#quietPulses += 1;
    if (this.#quietPulses < QUIET_PULSES) return;
    this.#quietPulses = 0;
    writeComment(this.#res);
  }

  lost(): void {
    this.#leave();
  }

  closing(): void {
    this.close();
  }

  #attach(): void {
    this.#open = true;
    this.#logged.connected = true;
    this.#quietPulses = 0;
    this.#connections.begin(this.#socket, this);
    if (!this.#open) return;
    const dispose = this.#session.attachStream(this);
    // The session may have closed the stream while it was being attached.
    if (this.#open) this.#detach = dispose;
    else dispose();
  }

  #leave(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#logged.connected = false;
    this.#connections.end(this.#socket, this);
    this.#detach?.();
    this.#detach = undefined;
    return true;
  }
}

/** Opens a new GET stream of a session. */
export function openStream(
  res: ServerResponse,
  socket: Socket,
  session: SessionHandle,
  connections: Connections,
  logs: EventLogs,
): void {
  new SessionStream(res, socket, session, connections, logs).start();
}
