/**
 * What the event streams of sessions have sent, for clients that come back with Last-Event-ID (2025-11-25, Streamable
 * HTTP, "Resumability and Redelivery"). Kept in memory, bounded for a session and in all; the oldest goes first. Ids
 * are `STREAM-NUMBER`, and STREAM begins with a tag of this run, so that ids of an earlier run are unknown.
 */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SessionHandle } from "../../hub/ports/endpoint.ts";
import { type EventPieces, eventOf } from "./events.ts";

/** Most events, and bytes of events, that are kept for one session. */
const MOST_EVENTS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
/** Most bytes that are kept for all sessions together; the session that was silent longest loses its events first. */
const MOST_TOTAL_BYTES = 32 * 1024 * 1024;
/** What an event costs beside its bytes, about. */
const EVENT_OVERHEAD = 128;
/** Streams that a session remembers; those without a connection are forgotten first. */
const MOST_STREAMS = 128;
/** How long a client waits before it comes back: long enough for the hub to be restarted, in milliseconds. */
const RETRY_MS = 2_000;
/** From this revision on clients understand an event without data, which gives them an id to come back with. */
const PRIMED_SINCE = "2025-11-25";

/** Who writes a stream, and can go on with it on another connection. */
export interface StreamOwner {
  /** The response has been started, and what was missed has been written. */
  resume(res: ServerResponse, socket: Socket): void;
}

/** A stream that a client asks to go on with. */
export interface Resumption {
  /** The events that it has missed. */
  readonly missed: readonly Uint8Array[];
  /** Undefined when the stream has ended. */
  readonly owner: StreamOwner | undefined;
}

interface KeptEvent {
  readonly stream: LoggedStream;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** One event stream of a session, as the log knows it. */
export class LoggedStream {
  readonly #log: SessionLog;
  readonly #name: string;
  #last = 0;
  /** Undefined when it has ended. */
  owner: StreamOwner | undefined;
  /** Whether a connection carries it now. */
  connected = true;
  /** Whether the client may know an id of it: without one it cannot come back. */
  resumable = false;

  constructor(log: SessionLog, name: string, owner: StreamOwner) {
    this.#log = log;
    this.#name = name;
    this.owner = owner;
  }

  /** The first event, without data: an id to come back with, and after which pause. */
  prime(): Buffer {
    this.resumable = true;
    return Buffer.from(`id: ${this.#name}-0\nretry: ${String(RETRY_MS)}\ndata: \n\n`);
  }

  /**
   * The next message as an event with its id; it is kept. Of one that is too large to be kept `instead` is, if given:
   * whoever comes back gets that.
   */
  next(parts: readonly Uint8Array[], instead?: () => Uint8Array): EventPieces {
    this.#last += 1;
    this.resumable = true;
    const head = Buffer.from(`id: ${this.#name}-${String(this.#last)}\n`);
    const event = eventOf(parts, head);
    if (event.total + EVENT_OVERHEAD <= MOST_BYTES) {
      const bytes = Buffer.concat(event.pieces, event.total);
      this.#log.keep({ stream: this, number: this.#last, bytes });
      return { pieces: [bytes], total: event.total };
    }
    if (instead !== undefined) {
      const { pieces, total } = eventOf([instead()], head);
      this.#log.keep({ stream: this, number: this.#last, bytes: Buffer.concat(pieces, total) });
    }
    return event;
  }

  /** Nothing more will be sent on it; what was sent can still be asked for. */
  finish(): void {
    this.connected = false;
    this.owner = undefined;
  }
}

/** Events of all sessions together: who wrote last, and how much there is. */
interface Shelf {
  bytes: number;
  readonly byLastUse: Set<SessionLog>;
}

class SessionLog {
  readonly #shelf: Shelf;
  readonly #streams = new Map<string, LoggedStream>();
  #events: KeptEvent[] = [];
  #bytes = 0;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  open(name: string, owner: StreamOwner): LoggedStream {
    if (this.#streams.size >= MOST_STREAMS) this.#forgetOneStream();
    const stream = new LoggedStream(this, name, owner);
    this.#streams.set(name, stream);
    return stream;
  }

  keep(event: KeptEvent): void {
    this.#events.push(event);
    this.#grow(event.bytes.length + EVENT_OVERHEAD);
    while (this.#events.length > MOST_EVENTS || this.#bytes > MOST_BYTES) {
      const oldest = this.#events.shift();
      if (oldest === undefined) break;
      this.#grow(-(oldest.bytes.length + EVENT_OVERHEAD));
    }
    const { byLastUse } = this.#shelf;
    byLastUse.delete(this);
    byLastUse.add(this);
    for (const log of byLastUse) {
      if (this.#shelf.bytes <= MOST_TOTAL_BYTES) break;
      log.clear();
    }
  }

  find(name: string, after: number): Resumption | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined) return undefined;
    const missed = this.#events.filter((event) => event.stream === stream && event.number > after);
    return { missed: missed.map((event) => event.bytes), owner: stream.owner };
  }

  clear(): void {
    this.#events = [];
    this.#grow(-this.#bytes);
    this.#shelf.byLastUse.delete(this);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#shelf.bytes += bytes;
  }

  #forgetOneStream(): void {
    for (const [name, stream] of this.#streams) {
      if (stream.connected) continue;
      this.#streams.delete(name);
      return;
    }
  }
}

/** The event logs of all sessions. A session that is never answered by a stream has none. */
export class EventLogs {
  readonly #run = randomBytes(4).toString("hex");
  readonly #logs = new WeakMap<SessionHandle, SessionLog>();
  readonly #shelf: Shelf = { bytes: 0, byLastUse: new Set() };
  #lastStream = 0;

  /** Begins a stream of a session. */
  open(session: SessionHandle, owner: StreamOwner): LoggedStream {
    let log = this.#logs.get(session);
    if (log === undefined) {
      log = new SessionLog(this.#shelf);
      this.#logs.set(session, log);
    }
    this.#lastStream += 1;
    return log.open(`${this.#run}.${this.#lastStream.toString(36)}`, owner);
  }

  /** The stream of this session that sent the event with this id, and what it sent since; undefined when unknown. */
  find(session: SessionHandle, lastEventId: string): Resumption | undefined {
    const match = /^([0-9a-f]{8}\.[0-9a-z]{1,11})-(\d{1,15})$/.exec(lastEventId);
    if (match === null) return undefined;
    return this.#logs.get(session)?.find(match[1] ?? "", Number(match[2]));
  }

  /** The session is over. */
  forget(session: SessionHandle): void {
    this.#logs.get(session)?.clear();
    this.#logs.delete(session);
  }
}

/** Whether the session's client is to be given an id before the first message. */
export function wantsPriming(session: SessionHandle): boolean {
  return session.revision >= PRIMED_SINCE;
}
