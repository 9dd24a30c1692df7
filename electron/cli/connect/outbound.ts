import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { elementsOf } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { headersFor } from "../../core/mcp/stateless-era/headers.ts";
import { metaSpan, PROTOCOL_VERSION_KEY, revisionAt } from "../../core/mcp/stateless-era/meta.ts";

export type OutboundKind = "initialize" | "listen" | "request" | "notification";

/** One message (or batch) of the client on its way, until all that is to be answered of it is. */
export class Outbound {
  readonly bytes: Uint8Array;
  readonly kind: OutboundKind;
  /** The stateless era's headers; undefined in the session era. */
  readonly stateless: Readonly<Record<string, string>> | undefined;
  /** Raw ids of requests that are not answered yet, by their text. */
  readonly open = new Map<string, Uint8Array>();
  /** Those of all its requests. */
  readonly ids: string[] = [];
  readonly control = new AbortController();
  /** When to give up finding a hub for it. */
  readonly until: number;
  /** It may have left this process. */
  written = false;
  /** Resolves when all of it has left, or nothing more will. */
  readonly flushed: Promise<void>;
  readonly #markFlushed: () => void;
  #released = false;

  constructor(
    bytes: Uint8Array,
    kind: OutboundKind,
    stateless: Readonly<Record<string, string>> | undefined,
    until: number,
  ) {
    this.bytes = bytes;
    this.kind = kind;
    this.stateless = stateless;
    this.until = until;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.flushed = promise;
    this.#markFlushed = resolve;
  }

  /** All of it has left, or never will; true the first time. */
  release(): boolean {
    if (this.#released) return false;
    this.#released = true;
    this.#markFlushed();
    return true;
  }

  /** Notes a request of it that is to be answered. */
  expect(id: Uint8Array): void {
    this.ids.push(textOf(id));
    this.open.set(textOf(id), id);
  }

  /** Takes an answer of the hub into account, if these bytes are one. */
  settle(bytes: Uint8Array): void {
    try {
      const { kind, id } = scanMessage(bytes);
      if ((kind === "result" || kind === "error") && id !== undefined)
        this.open.delete(textOf(bytes.subarray(id.start, id.end)));
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      // A batch of answers: all of them.
      if (error.batch) this.open.clear();
    }
  }
}

/** A raw id as a key. */
export const textOf = (id: Uint8Array): string => Buffer.from(id).toString("latin1");

/** What a client's message is, for the way it takes. `version`: the stateless revision that the client spoke last. */
export function outboundOf(
  bytes: Uint8Array,
  envelope: Envelope,
  until: number,
  version: string | undefined,
): Outbound {
  const claim = metaSpan(envelope, PROTOCOL_VERSION_KEY);
  const claimed = claim === undefined ? undefined : revisionAt(bytes, claim);
  const spoken = claimed ?? (envelope.kind === "notification" ? version : undefined);
  const isStateless = claim !== undefined || spoken !== undefined;
  const headers = spoken === undefined ? {} : headersFor(bytes, envelope, { version: spoken });
  const outbound = new Outbound(bytes, kindOf(envelope), isStateless ? headers : undefined, until);
  if (envelope.kind === "request" && envelope.id !== undefined)
    outbound.expect(bytes.subarray(envelope.id.start, envelope.id.end));
  return outbound;
}

function kindOf(envelope: Envelope): OutboundKind {
  if (envelope.kind !== "request") return "notification";
  if (envelope.method === "initialize") return "initialize";
  return envelope.method === "subscriptions/listen" ? "listen" : "request";
}

/** A batch (2025-03-26): passed on whole, with the ids of its requests. */
export function batchOf(bytes: Uint8Array, until: number): Outbound {
  const outbound = new Outbound(bytes, "request", undefined, until);
  for (const { start, end } of elementsOf(bytes, { start: 0, end: bytes.length })) {
    const member = bytes.subarray(start, end);
    try {
      const { kind, id } = scanMessage(member);
      if (kind === "request" && id !== undefined) outbound.expect(member.subarray(id.start, id.end));
    } catch (error) {
      // The hub answers it, without an id that anybody could wait for.
      if (!(error instanceof ScanError)) throw error;
    }
  }
  return outbound;
}
