import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { spanEquals } from "../../core/jsonrpc/json.ts";
import { scanMessage } from "../../core/jsonrpc/scan.ts";
import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import { headersFor } from "../../core/mcp/stateless-era/headers.ts";
import { metaSpan, PROTOCOL_VERSION_KEY, stringAt } from "../../core/mcp/stateless-era/meta.ts";

/** One message on its way to a remote server, and what has become of it. */
export class Outgoing {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  /** The raw id of a request; undefined on everything else. */
  readonly id: string | undefined;
  /** Ends what is under way for this message: its POST, and the stream of its answer. */
  readonly controller = new AbortController();
  /** Bytes of it may have reached the server. */
  reached = false;
  /** All of it was handed to the operating system. */
  flushed = false;
  /** Its answer was given to the hub, or is no longer wanted. */
  done = false;
  readonly #written: ((error: Error | undefined) => void) | undefined;
  readonly #release: (bytes: number) => void;
  readonly #mirrored: readonly HeaderParam[];
  #settled = false;
  #released = false;
  #onDone: (() => void)[] = [];
  readonly #judged = Promise.withResolvers<void>();
  #isJudged = false;

  /** Throws ScanError when the bytes are no JSON-RPC message. `release` gives back the bytes' share of the send buffer. */
  constructor(
    bytes: Buffer,
    written: ((error: Error | undefined) => void) | undefined,
    release: (bytes: number) => void,
    mirrored: readonly HeaderParam[] = [],
  ) {
    this.#mirrored = mirrored;
    this.bytes = bytes;
    this.envelope = scanMessage(bytes);
    this.id = this.envelope.kind === "request" ? rawId(bytes, this.envelope) : undefined;
    this.#written = written;
    this.#release = release;
  }

  /** What a request of the stateless era says in headers too (2026-07-28, Streamable HTTP); none in the session era. */
  get headers(): Record<string, string> {
    const version = metaSpan(this.envelope, PROTOCOL_VERSION_KEY);
    const text = version === undefined ? undefined : stringAt(this.bytes, version);
    if (text === undefined) return {};
    const headers = headersFor(this.bytes, this.envelope, { version: text, params: this.#mirrored });
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** A request of the stateless era, which is taken back by closing its stream (2026-07-28, Cancellation). */
  get isStateless(): boolean {
    return metaSpan(this.envelope, PROTOCOL_VERSION_KEY) !== undefined;
  }

  get method(): string {
    return this.envelope.method;
  }

  /** The raw id that a notifications/cancelled names. */
  get cancels(): string | undefined {
    if (this.method !== "notifications/cancelled") return undefined;
    const span = this.envelope.paramsMembers.find((member) => member.key === "requestId")?.value;
    return span === undefined ? undefined : this.bytes.toString("latin1", span.start, span.end);
  }

  /** Whether a raw id token is this request's. */
  hasId(bytes: Uint8Array, envelope: Envelope): boolean {
    return this.id !== undefined && envelope.id !== undefined && spanEquals(bytes, envelope.id, this.id);
  }

  onDone(action: () => void): void {
    if (this.done) action();
    else this.#onDone.push(action);
  }

  finish(): void {
    this.done = true;
    const actions = this.#onDone;
    this.#onDone = [];
    for (const action of actions) action();
  }

  /** The server has taken or refused it, or never will. */
  get judged(): boolean {
    return this.#isJudged;
  }

  /** Resolves when `judged` becomes true. */
  get judgement(): Promise<void> {
    return this.#judged.promise;
  }

  markJudged(): void {
    this.#isJudged = true;
    this.#judged.resolve();
  }

  markFlushed(): void {
    this.flushed = true;
    this.#free();
  }

  /** Tells the sender, once, whether the message went out; an error means that it surely never did. */
  settle(error?: Error): void {
    this.#free();
    if (this.#settled) return;
    this.#settled = true;
    this.#written?.(error);
  }

  #free(): void {
    if (this.#released) return;
    this.#released = true;
    this.#release(this.bytes.length);
  }
}

/** The raw id token of a message; ids are compared byte by byte. */
export function rawId(bytes: Buffer, envelope: Envelope): string | undefined {
  return envelope.id === undefined ? undefined : bytes.toString("latin1", envelope.id.start, envelope.id.end);
}
