import type { Envelope, Span } from "../../core/jsonrpc/envelope.ts";
import { resultMessage } from "../../core/jsonrpc/errors.ts";
import { decodeString, encodeJson, membersOf, textOf } from "../../core/jsonrpc/json.ts";
import { PendingRequests, type Unasked } from "../../core/jsonrpc/pending.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import {
  blankLineBreaks,
  type Edit,
  hasLineBreak,
  joinParts,
  orderEdits,
  splice,
} from "../../core/jsonrpc/splice.ts";
import { downgradeNotification } from "../../core/mcp/stateless-era/downgrade.ts";
import { paramsEdits } from "../../core/mcp/stateless-era/edits.ts";
import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import {
  type ListenFilter,
  listenParams,
  readFilter,
  subscriptionOf,
} from "../../core/mcp/stateless-era/listen.ts";
import { upgradedRequest } from "../../core/mcp/stateless-era/upgrade.ts";
import { noteOf } from "../pipeline/call-events.ts";
import type { Transport, TransportEnd } from "../ports/upstream.ts";
import { hubAsker, SESSION_ERA, type ServerEra } from "./era.ts";

/** Why a request got no answer from its server. */
export interface RequestFailure {
  readonly end: TransportEnd;
  /** Bytes of the request may have reached the server: it must not be sent again. */
  readonly written: boolean;
}

/** One request on its way to a server. The message is spliced, never parsed and written anew. */
export interface OutboundRequest {
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
  /** Changes besides the id and the progress token, such as the tool's own name, for a server of this era; undefined: it is not to be sent after all, and has been answered. */
  edits(era: ServerEra): readonly Edit[] | undefined;
  /** The arguments that a stateless server over HTTP wants as headers too. */
  readonly mirrored?: readonly HeaderParam[];
  /** Asked right before the write when it had to wait for its server; true: it has been settled and must not be sent. */
  withdrawn?(): boolean;
  /** performance.now() when it was handed to the transport; set by the connection. */
  sentAt: number;
  /** The id that it was sent with; set by the connection. */
  sentAs: number;
  answered(bytes: Buffer, envelope: Envelope, era: ServerEra): void;
  /** A progress notification of this request, its token mapped back. */
  progressed(parts: readonly Uint8Array[], note: string | null): void;
  failed(failure: RequestFailure): void;
  /** Set by who takes the answer when progress goes on after it: the request has become a task of the server. */
  progressedAfter?: ((parts: readonly Uint8Array[]) => void) | undefined;
}

/** What a connection reports besides answers. */
export interface ConnectionEvents {
  noise(text: string): void;
  /** One of its lists has changed; what came with it is not told apart. */
  listChanged(): void;
  /** A request of the server for a client; `answer` takes the whole response. */
  asked(bytes: Buffer, envelope: Envelope, answer: (parts: readonly Uint8Array[]) => void): void;
  /** An answer came that nobody waits for; it is delivered to nobody. */
  unasked(kind: Unasked): void;
  /** Any other notification. */
  told(bytes: Buffer, envelope: Envelope): void;
}

/** A listen stream of a stateless server. */
export interface Listening {
  /** Resolves with what the server has agreed to tell; never, when it does not say. */
  readonly acknowledged: Promise<ListenFilter>;
  /** Settles when the server has ended the stream. */
  readonly done: Promise<void>;
  cancel(): void;
}

interface Answered {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
}

interface Lasting {
  readonly progressToken: Uint8Array;
  readonly progressed: (parts: readonly Uint8Array[]) => void;
}

/** Most tasks of one connection whose progress is told. */
const MAX_LASTING = 1_000;

interface Entry {
  readonly request: OutboundRequest;
  readonly lost: (failure: RequestFailure) => void;
  /** Raw JSON of the client's own progress token, or undefined. */
  readonly progressToken: Uint8Array | undefined;
  written: boolean;
}

const jsonrpc = new TextEncoder().encode('{"jsonrpc":"2.0","method":');
const commaParams = new TextEncoder().encode(',"params":');
const closing = new TextEncoder().encode("}");
const emptyObject = new TextEncoder().encode("{}");

/**
 * JSON-RPC to one running server over its transport: mints ids, so that any number of clients share one child,
 * maps progress tokens both ways, and answers what the server asks of the hub itself.
 */
export class ServerConnection {
  readonly #transport: Transport;
  readonly #events: ConnectionEvents;
  readonly #pending = new PendingRequests<Entry>();
  /** Where the progress of requests goes that have become tasks, by the raw token that the server knows. */
  readonly #lasting = new Map<string, Lasting>();
  /** The open listen streams by their id, and what takes their acknowledgement. */
  readonly #listening = new Map<string, (held: ListenFilter) => void>();
  /** Which era the server speaks; until the handshake has found out, requests carry what they were given. */
  era: ServerEra = SESSION_ERA;

  constructor(transport: Transport, events: ConnectionEvents) {
    this.#transport = transport;
    this.#events = events;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /**
   * Sends a request; its outcome comes by exactly one of `answered` and `lost`, which is `failed` unless the caller
   * wants to look first. Returns the id; 0 for one that takes itself back, which has no other outcome.
   */
  send(request: OutboundRequest, lost = (failure: RequestFailure): void => request.failed(failure)): number {
    const { envelope } = request;
    const own = request.edits(this.era);
    if (own === undefined) return 0;
    const progress = envelope.metaMembers.find((member) => member.key === "progressToken")?.value;
    const entry: Entry = {
      request,
      lost,
      progressToken: progress === undefined ? undefined : request.bytes.slice(progress.start, progress.end),
      written: false,
    };
    const id = this.#pending.add(entry);
    const idBytes = encodeJson(id);
    const edits: Edit[] = [...own];
    if (envelope.id !== undefined) edits.push({ ...envelope.id, bytes: idBytes });
    if (progress !== undefined) edits.push({ ...progress, bytes: idBytes });
    orderEdits(edits);
    const parts = splice(request.bytes, edits);
    request.sentAt = performance.now();
    request.sentAs = id;
    // Until the transport says otherwise the bytes may be on their way: a call is repeated only when it surely never left.
    entry.written = true;
    // What is put in may be a client's raw text too: its answers to a server's questions, its capabilities.
    const isBroken =
      envelope.hasLineBreak || edits.some(({ bytes }) => bytes.length > 0 && hasLineBreak(bytes));
    const onLine = isBroken ? parts.map(blankLineBreaks) : parts;
    const written = (error: Error | undefined): void => {
      if (error !== undefined) entry.written = false;
    };
    this.#transport.send(onLine, written, request.mirrored);
    return id;
  }

  /** Opens a stream on which a stateless server tells of changes. What comes on a cancelled one is not heard. */
  listen(filter: ListenFilter): Listening {
    const acknowledged = Promise.withResolvers<ListenFilter>();
    const { id, answered } = this.#exchange("subscriptions/listen", listenParams(filter));
    const key = String(id);
    this.#listening.set(key, acknowledged.resolve);
    const done = answered
      .then(({ bytes, envelope }) => {
        if (envelope.kind === "error") throw new Error(rpcErrorText("subscriptions/listen", bytes, envelope));
      })
      .finally(() => this.#listening.delete(key));
    return {
      acknowledged: acknowledged.promise,
      done,
      cancel: () => {
        this.#listening.delete(key);
        this.#cancel(id, "no longer wanted", "expected");
      },
    };
  }

  /** Asks something of the server on the hub's own behalf. Rejects with the RPC error's message or the transport's end. */
  async ask(method: string, params: Uint8Array): Promise<{ bytes: Buffer; result: Span }> {
    const { bytes, envelope } = await this.exchange(method, params);
    if (envelope.result === undefined) throw new Error(rpcErrorText(method, bytes, envelope));
    return { bytes, result: envelope.result };
  }

  /** The same, resolving with whatever the answer is. Rejects only with the transport's end. */
  exchange(method: string, params: Uint8Array): Promise<Answered> {
    return this.#exchange(method, params).answered;
  }

  #exchange(method: string, params: Uint8Array): { id: number; answered: Promise<Answered> } {
    const bytes = Buffer.concat([
      encodeJson({ jsonrpc: "2.0", id: 0, method }).subarray(0, -1),
      commaParams,
      params,
      closing,
    ]);
    const scanned = scanMessage(bytes);
    let id = 0;
    const answered = new Promise<Answered>((resolve, reject) => {
      id = this.send({
        bytes,
        envelope: scanned,
        edits: (era) =>
          era.kind === "stateless" ? paramsEdits(bytes, scanned, upgradedRequest(hubAsker(era.version))) : [],
        sentAt: 0,
        sentAs: 0,
        answered: (answer, envelope) => resolve({ bytes: answer, envelope }),
        progressed: () => {},
        failed: ({ end }) => reject(new Error(end.message)),
      });
    });
    return { id, answered };
  }

  notify(method: string, params: Uint8Array = emptyObject): void {
    this.#transport.send([jsonrpc, encodeJson(method), commaParams, params, closing]);
  }

  /** Sends a whole message as it is. */
  tell(parts: readonly Uint8Array[]): void {
    this.#transport.send(parts.map(blankLineBreaks));
  }

  /**
   * Tells the server that a request is no longer wanted, and forgets it: a late answer is dropped and told as `unasked`.
   * On HTTP in the stateless era the transport makes the end of the request's stream of it.
   */
  cancel(id: number, reason: string): void {
    this.#cancel(id, reason, "late");
  }

  #cancel(id: number, reason: string, then: "late" | "expected"): void {
    if (this.#pending.giveUp(id, then) === undefined) return;
    this.notify("notifications/cancelled", encodeJson({ requestId: id, reason }));
  }

  /** Tells the transport which revision was negotiated. */
  adopt(revision: string): void {
    this.#transport.adopt?.(revision);
  }

  /** Takes one message from the transport, with its envelope if the transport has scanned it. */
  receive(bytes: Buffer, scanned?: Envelope): void {
    let envelope: Envelope;
    try {
      envelope = scanned ?? scanMessage(bytes);
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      this.#events.noise(bytes.toString("utf8", 0, 2_000));
      return;
    }
    switch (envelope.kind) {
      case "result":
      case "error":
        return this.#answer(bytes, envelope);
      case "notification":
        return this.#notification(bytes, envelope);
      case "request":
        return this.#request(bytes, envelope);
    }
  }

  /** The transport has ended: every request under way fails at once. */
  closed(end: TransportEnd): void {
    for (const entry of this.#pending.drain()) entry.lost({ end, written: entry.written });
  }

  #answer(bytes: Buffer, envelope: Envelope): void {
    const entry = envelope.id === undefined ? undefined : this.#pending.takeRaw(bytes, envelope.id);
    if (entry === undefined) this.#events.unasked(this.#pending.judge(bytes, envelope.id));
    else {
      entry.request.answered(bytes, envelope, this.era);
      if (entry.request.progressedAfter !== undefined) this.#last(bytes, envelope, entry);
    }
  }

  /** A task's progress token stays good while the task lives, which the hub is not always told; the oldest go first. */
  #last(bytes: Buffer, { id }: Envelope, { progressToken, request }: Entry): void {
    const { progressedAfter } = request;
    if (id === undefined || progressToken === undefined || progressedAfter === undefined) return;
    this.#lasting.set(textOf(bytes, id), { progressToken, progressed: progressedAfter });
    for (const [oldest] of this.#lasting) {
      if (this.#lasting.size <= MAX_LASTING) break;
      this.#lasting.delete(oldest);
    }
  }

  #notification(bytes: Buffer, envelope: Envelope): void {
    switch (envelope.method) {
      case "notifications/progress": {
        const token = envelope.paramsMembers.find((member) => member.key === "progressToken")?.value;
        const entry = token === undefined ? undefined : this.#pending.peekRaw(bytes, token);
        if (token === undefined) return;
        if (entry?.progressToken !== undefined)
          entry.request.progressed(
            splice(bytes, [{ ...token, bytes: entry.progressToken }]),
            noteOf(bytes, envelope),
          );
        else if (this.#lasting.size > 0) {
          const lasting = this.#lasting.get(textOf(bytes, token));
          lasting?.progressed(splice(bytes, [{ ...token, bytes: lasting.progressToken }]));
        }
        return;
      }
      case "notifications/tools/list_changed":
      case "notifications/prompts/list_changed":
      case "notifications/resources/list_changed":
        if (this.#isHeard(bytes, envelope)) this.#events.listChanged();
        return;
      case "notifications/subscriptions/acknowledged":
        return this.#acknowledged(bytes, envelope);
      default:
        this.#told(bytes, envelope);
        return;
    }
  }

  /** On a listen stream of the stateless era a notification carries the stream's tag, which is the hub's own matter. */
  #told(bytes: Buffer, envelope: Envelope): void {
    if (this.era.kind === "session") return this.#events.told(bytes, envelope);
    if (!this.#isHeard(bytes, envelope)) return;
    const plain = Buffer.from(joinParts(splice(bytes, downgradeNotification(bytes, envelope))));
    this.#events.told(plain, scanMessage(plain));
  }

  #acknowledged(bytes: Buffer, envelope: Envelope): void {
    const stream = subscriptionOf(envelope);
    const filter = readFilter(bytes, envelope);
    if (stream !== undefined && typeof filter !== "string")
      this.#listening.get(streamKey(bytes, stream))?.(filter);
  }

  /** What comes on a listen stream that another has taken the place of comes on that other too. */
  #isHeard(bytes: Buffer, envelope: Envelope): boolean {
    const stream = subscriptionOf(envelope);
    return stream === undefined || this.#listening.has(streamKey(bytes, stream));
  }

  #request(bytes: Buffer, envelope: Envelope): void {
    if (envelope.id === undefined) return;
    const id = bytes.subarray(envelope.id.start, envelope.id.end);
    if (envelope.method === "ping") this.#transport.send(resultMessage(id, emptyObject));
    else
      this.#events.asked(bytes, envelope, (parts) => void this.#transport.send(parts.map(blankLineBreaks)));
  }
}

/** A stream's id as the hub minted it, whether or not the server has made a string of the number. */
const streamKey = (bytes: Uint8Array, id: Span): string => textOf(bytes, id).replaceAll('"', "");

function rpcErrorText(method: string, bytes: Buffer, envelope: Envelope): string {
  const message =
    envelope.error === undefined
      ? undefined
      : membersOf(bytes, envelope.error).find((member) => member.key === "message")?.value;
  const said =
    message !== undefined && bytes[message.start] === 0x22
      ? decodeString(bytes, message).slice(0, 500)
      : "an error";
  return `${method} was answered with: ${said}`;
}
