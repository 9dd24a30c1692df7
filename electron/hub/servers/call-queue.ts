import type { OutboundRequest, RequestFailure, ServerConnection } from "./connection.ts";

/** A server that cannot take a call now, and why. */
export class ServerUnavailable extends Error {
  /** A stable code, for the client's error data and for docs. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A request that has been given to a server, wherever it is on its way. */
export interface Ticket {
  /** Takes it back: out of the queue, or by telling the server. Neither of its callbacks is called any more. */
  cancel(reason: string): void;
}

/** What the queue needs to know of its server. */
export interface QueueHost {
  /** The connection, if the server is ready for calls. */
  connection(): ServerConnection | undefined;
  /** Why a call need not wait for the server, or undefined when waiting makes sense. */
  refusal(): ServerUnavailable | undefined;
  /** Starts the server if it does not run. */
  need(): void;
}

interface Waiting {
  readonly request: OutboundRequest;
  readonly unavailable: (error: ServerUnavailable) => void;
  /** Set once it has been handed to a connection. */
  sent: { readonly connection: ServerConnection; readonly id: number } | undefined;
  cancelled: boolean;
  retried: boolean;
}

/** Requests that wait for a server to start; more are refused, so that one that never starts cannot eat the memory. */
const MAX_WAITING = 1_000;

/** The calls of one server that wait for it, and the rule for those whose instance died under them. */
export class CallQueue {
  readonly #host: QueueHost;
  #waiting: Waiting[] = [];

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /** Sends the request at once when the server is ready, else when it has started. */
  submit(request: OutboundRequest, unavailable: (error: ServerUnavailable) => void): Ticket {
    const waiting: Waiting = { request, unavailable, sent: undefined, cancelled: false, retried: false };
    this.#dispatch(waiting);
    return {
      cancel: (reason) => {
        waiting.cancelled = true;
        if (waiting.sent !== undefined) waiting.sent.connection.cancel(waiting.sent.id, reason);
        else this.#waiting = this.#waiting.filter((other) => other !== waiting);
      },
    };
  }

  /** The server has become ready: sends what waited, in order. */
  flush(connection: ServerConnection): void {
    for (const waiting of this.#takeAll()) if (!isWithdrawn(waiting)) this.#send(waiting, connection);
  }

  /** The server will not become ready soon. */
  fail(error: ServerUnavailable): void {
    for (const waiting of this.#takeAll()) waiting.unavailable(error);
  }

  #takeAll(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #dispatch(waiting: Waiting): void {
    const connection = this.#host.connection();
    if (connection !== undefined) return this.#send(waiting, connection);
    const refusal = this.#host.refusal();
    if (refusal !== undefined) return waiting.unavailable(refusal);
    if (this.#waiting.length >= MAX_WAITING)
      return waiting.unavailable(
        new ServerUnavailable("server_busy", "too many calls wait for the server to start"),
      );
    this.#waiting.push(waiting);
    this.#host.need();
  }

  #send(waiting: Waiting, connection: ServerConnection): void {
    const id = connection.send(waiting.request, (failure) => this.#lost(waiting, failure));
    waiting.sent = { connection, id };
  }

  /** A call whose server died: one that was surely never written goes to the next instance, once; any other fails. */
  #lost(waiting: Waiting, failure: RequestFailure): void {
    if (waiting.cancelled) return;
    if (failure.written || waiting.retried) return waiting.request.failed(failure);
    waiting.retried = true;
    waiting.sent = undefined;
    queueMicrotask(() => {
      if (!waiting.cancelled && !isWithdrawn(waiting)) this.#dispatch(waiting);
    });
  }
}

/** What was decided about a call may no longer stand once it has waited. */
const isWithdrawn = ({ request }: Waiting): boolean => request.withdrawn?.() ?? false;
