import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { errorMessage, SERVER_UNAVAILABLE } from "../../core/jsonrpc/errors.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import type { TransportEnd, TransportEvents } from "../../hub/ports/upstream.ts";
import type { Clock } from "../clock.ts";
import { Gate } from "./content.ts";
import { readInbound } from "./inbound.ts";
import { Outgoing, rawId } from "./outgoing.ts";

/** Bytes under way to the server above which `send` returns false; below half of it `drained` is called. */
const HIGH_WATER = 1024 * 1024;
/** How long a server may go on with a cancelled request before its connection is given up, in milliseconds. */
const AFTER_CANCEL_MS = 5_000;

export interface LinkDependencies {
  readonly clock: Clock;
  /** In [0, 1): spreads reconnections. */
  readonly random: () => number;
}

/** What an end says; the rest of TransportEnd belongs to processes. */
export type End = Pick<TransportEnd, "code" | "message" | "wwwAuthenticate">;

/**
 * The hub's side of a remote server, whatever carries the messages: who waits for which answer, what has not left yet,
 * every timer, and the one end.
 */
export class Link {
  readonly gate = new Gate();
  readonly random: () => number;
  readonly #events: TransportEvents;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  readonly #timers = new Set<() => void>();
  readonly #outgoing = new Set<Outgoing>();
  readonly #waiting = new Map<string, Outgoing>();
  #stage: "open" | "halted" | "closed" = "open";
  #bytes = 0;
  #full = false;

  constructor(events: TransportEvents, deps: LinkDependencies) {
    this.#events = events;
    this.#clock = deps.clock;
    this.random = deps.random;
    queueMicrotask(() => this.live && events.opened({ pid: null }));
  }

  /** Messages still flow. */
  get live(): boolean {
    return this.#stage === "open";
  }

  /** Aborts when nothing is to go on any more. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Calls `action` once after a time unless the link ends before; returns a disposer. */
  after(milliseconds: number, action: () => void): () => void {
    const dispose = (): void => {
      cancel();
      this.#timers.delete(dispose);
    };
    const cancel = this.#clock.after(milliseconds, () => {
      this.#timers.delete(dispose);
      action();
    });
    this.#timers.add(dispose);
    return dispose;
  }

  /** Resolves after a time, or as soon as the link ends or `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.live || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.signal.removeEventListener("abort", wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const cancel = this.after(milliseconds, wake);
      this.signal.addEventListener("abort", wake);
      signal?.addEventListener("abort", wake);
    });
  }

  /**
   * Takes a message, as `Transport.send` does, and has `carry` bring it to the server and read what is answered. A
   * cancellation that the server need not hear of is not carried. False while so much is under way that it should wait.
   */
  send(
    carry: (outgoing: Outgoing) => Promise<void>,
    parts: readonly Uint8Array[],
    written?: (error: Error | undefined) => void,
    mirrored?: readonly HeaderParam[],
  ): boolean {
    const outgoing = this.#accept(parts, written, mirrored);
    if (outgoing === undefined) return true;
    if (this.#takeBack(outgoing)) this.#forget(outgoing);
    else void carry(outgoing).finally(() => this.#forget(outgoing));
    return !this.#full;
  }

  /** Nothing more of what the server says is read. */
  pause(): void {
    if (this.live) this.gate.shut();
  }

  resume(): void {
    this.gate.open();
  }

  /** Takes a message to be sent; undefined when it cannot go out, which its sender has then been told. */
  #accept(
    parts: readonly Uint8Array[],
    written?: (error: Error | undefined) => void,
    mirrored: readonly HeaderParam[] = [],
  ): Outgoing | undefined {
    const refuse = (why: string): undefined => {
      if (written !== undefined) queueMicrotask(() => written(new Error(why)));
      return undefined;
    };
    if (!this.live) return refuse("the connection to the server has ended");
    let outgoing: Outgoing;
    try {
      outgoing = new Outgoing(Buffer.concat(parts), written, (bytes) => this.#release(bytes), mirrored);
    } catch (error) {
      if (error instanceof ScanError) return refuse(`no JSON-RPC message: ${error.message}`);
      throw error;
    }
    this.#bytes += outgoing.bytes.length;
    if (this.#bytes > HIGH_WATER) this.#full = true;
    this.#outgoing.add(outgoing);
    if (outgoing.id !== undefined) this.#waiting.set(outgoing.id, outgoing);
    outgoing.onDone(() => {
      if (outgoing.id !== undefined && this.#waiting.get(outgoing.id) === outgoing)
        this.#waiting.delete(outgoing.id);
    });
    return outgoing;
  }

  /**
   * A cancellation: the request it names gets no answer any more. True when the server need not hear of it: that
   * request never reached it, or is of the stateless era, whose cancellation is the end of the request's stream. Else
   * what is left of it is ended a little later.
   */
  #takeBack(outgoing: Outgoing): boolean {
    const id = outgoing.cancels;
    const named = id === undefined ? undefined : this.#waiting.get(id);
    if (named === undefined) return false;
    named.finish();
    const isTold = named.reached && !named.isStateless;
    if (isTold) this.after(AFTER_CANCEL_MS, () => named.controller.abort());
    else named.controller.abort();
    return !isTold;
  }

  /** Nothing more is under way for a message. */
  #forget(outgoing: Outgoing): void {
    this.#outgoing.delete(outgoing);
    outgoing.settle();
    outgoing.markJudged();
  }

  /** Messages that the server has neither taken nor refused yet. */
  unjudged(): Outgoing[] {
    return [...this.#outgoing].filter((outgoing) => !outgoing.judged);
  }

  /** Requests that wait for an answer. */
  get inFlight(): number {
    return this.#waiting.size;
  }

  /** Takes what the server sent: one message, a batch, or noise. */
  deliver(bytes: Uint8Array): void {
    if (!this.live) return;
    readInbound(bytes, {
      message: (message, envelope) => this.#message(message, envelope),
      noise: (text) => this.live && this.#events.noise(text),
    });
  }

  /** Answers a request in the server's stead with an error, unless it is answered or given up already. */
  fail(outgoing: Outgoing, text: string, code: string, details: Record<string, unknown> = {}): void {
    if (!this.live || outgoing.done || outgoing.id === undefined) return;
    outgoing.settle();
    const id = Buffer.from(outgoing.id, "latin1");
    const message = Buffer.from(errorMessage(id, SERVER_UNAVAILABLE, text, { code, ...details }));
    this.#message(message, scanMessage(message));
  }

  /** A line for the server's log. */
  note(text: string): void {
    if (this.live) this.#events.stderr(text);
  }

  /** Ends all that is under way, and tells nobody yet. */
  halt(): void {
    if (this.#stage !== "open") return;
    this.#stage = "halted";
    for (const dispose of [...this.#timers]) dispose();
    this.gate.open();
    // Before the requests' own ends: what never reached the server may be sent to the next instance.
    for (const outgoing of this.#outgoing)
      outgoing.settle(outgoing.reached ? undefined : new Error("the connection ended before it was sent"));
    this.#ended.abort();
    for (const outgoing of this.#outgoing) outgoing.controller.abort();
  }

  /** The end, once. */
  close(end: End): void {
    this.halt();
    if (this.#stage === "closed") return;
    this.#stage = "closed";
    this.#events.closed({ ...end, exitCode: null, signal: null, stderrTail: [] });
  }

  #message(bytes: Buffer, envelope: Envelope): void {
    if (!this.live) return;
    if (envelope.kind === "result" || envelope.kind === "error") {
      const id = rawId(bytes, envelope);
      const outgoing = id === undefined ? undefined : this.#waiting.get(id);
      outgoing?.settle();
      outgoing?.finish();
    }
    this.#events.message(bytes, envelope);
  }

  #release(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#full || this.#bytes > HIGH_WATER / 2) return;
    this.#full = false;
    if (this.live) this.#events.drained();
  }
}
