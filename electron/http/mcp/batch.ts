/**
 * Batches of JSON-RPC messages, which revision 2025-03-26 alone has (2025-03-26, Streamable HTTP, "Sending Messages to
 * the Server"; JSON-RPC 2.0, section 6). The members are scanned each on its own, as the bytes that came.
 */
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { errorMessage, INTERNAL_ERROR, INVALID_REQUEST } from "../../core/jsonrpc/errors.ts";
import { elementsOf } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import type { InboundMessage, McpEndpoint, Reply } from "../../hub/ports/endpoint.ts";
import type { Refusal } from "./refusal.ts";
import type { PostReply } from "./reply.ts";
import { unfitBatch } from "./verdicts.ts";

/** The only revision with batches. */
export const BATCH_REVISION = "2025-03-26";
const MOST_MESSAGES = 50;

const OPEN = Buffer.from("[");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("]");

/** A message of a batch, or the error message that answers what is none. */
type Member = { readonly bytes: Buffer; readonly envelope: Envelope } | { readonly error: Uint8Array };

/** Whether a body is a JSON array, by its first character. */
export function isBatch(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return false;
}

/** What a batch holds. `bytes` have been checked to be a JSON array. */
export interface Batch {
  readonly members: readonly Member[];
  /** How many of them are to be answered. */
  readonly answers: number;
  /** Whether anything in it can be done. */
  readonly fit: boolean;
}

/** Takes a batch apart. A member that is no message, or that repeats an id, is answered by an error; the rest goes on. */
export function readBatch(bytes: Buffer): Batch | Refusal {
  const spans = elementsOf(bytes, { start: 0, end: bytes.length }, MOST_MESSAGES + 1);
  if (spans.length === 0) return unfitBatch("the batch is empty");
  if (spans.length > MOST_MESSAGES)
    return unfitBatch(`a batch holds ${String(MOST_MESSAGES)} messages at most; send the rest in another`);
  const ids = new Set<string>();
  const members = spans.map(({ start, end }) => readMember(bytes.subarray(start, end), ids));
  const begins = members.some((member) => "envelope" in member && member.envelope.method === "initialize");
  if (begins) return unfitBatch("initialize must not be part of a batch; send it alone");
  return {
    members,
    answers: members.filter((member) => "error" in member || member.envelope.kind === "request").length,
    fit: members.some((member) => "envelope" in member),
  };
}

/** Runs what a batch holds, in its order; `base` says for whom. `reply` is undefined when nothing is to be answered. */
export function runBatch(
  batch: Batch,
  base: Omit<InboundMessage, "bytes" | "envelope">,
  endpoint: McpEndpoint,
  reply: PostReply | undefined,
  fault: (error: unknown) => void,
): void {
  const answers =
    reply === undefined ? undefined : new BatchReply(reply, batch.answers, batch.fit ? 200 : 400);
  const cancels: (() => void)[] = [];
  reply?.onLost(() => {
    for (const cancel of cancels) cancel();
  });
  for (const member of batch.members) {
    if ("error" in member) {
      answers?.member().send([member.error]);
      continue;
    }
    const message: InboundMessage = { ...base, ...member };
    if (member.envelope.kind !== "request") {
      endpoint.notification(message);
      continue;
    }
    if (answers === undefined) continue;
    const part = answers.member();
    try {
      cancels.push(endpoint.request(message, part));
    } catch (error) {
      fault(error);
      part.send([errorMessage(idOf(member.bytes, member.envelope), INTERNAL_ERROR, FAILED)]);
    }
  }
}

const FAILED = "the hub failed to handle this message; its log says why";

function readMember(bytes: Buffer, ids: Set<string>): Member {
  let envelope: Envelope;
  try {
    envelope = scanMessage(bytes, { duplicates: "deep" });
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    const id = error.id === undefined ? null : bytes.subarray(error.id.start, error.id.end);
    return {
      error: errorMessage(id, error.code, error.batch ? "a batch must not hold another" : error.message),
    };
  }
  if (envelope.kind !== "request") return { bytes, envelope };
  const id = idOf(bytes, envelope);
  const key = id.toString("latin1");
  if (ids.has(key))
    return { error: errorMessage(id, INVALID_REQUEST, "this id stands in the batch more than once") };
  ids.add(key);
  return { bytes, envelope };
}

function idOf(bytes: Buffer, envelope: Envelope): Buffer {
  return bytes.subarray(envelope.id?.start ?? 0, envelope.id?.end ?? 0);
}

/**
 * The answers of a batch as one: a JSON array when all of them come before anything else is to be said, else an event
 * stream with one message an event.
 */
class BatchReply {
  readonly #reply: PostReply;
  readonly #status: number;
  #open: number;
  #collected: (readonly Uint8Array[])[] = [];

  constructor(reply: PostReply, count: number, status: number) {
    this.#reply = reply;
    this.#open = count;
    this.#status = status;
    reply.onStream = () => {
      const collected = this.#collected;
      this.#collected = [];
      for (const parts of collected) reply.notify(parts);
    };
  }

  /** The reply of one of its requests. */
  member(): Reply {
    const reply = this.#reply;
    let settled = false;
    const settle = (parts: readonly Uint8Array[] | undefined): void => {
      if (settled) return;
      settled = true;
      this.#settle(parts);
    };
    return {
      send: (parts) => settle(parts),
      drop: () => settle(undefined),
      notify: (parts) => {
        if (!settled) reply.notify(parts);
      },
      get canStream() {
        return reply.canStream;
      },
      get connected() {
        return reply.connected;
      },
      get pendingBytes() {
        return reply.pendingBytes;
      },
      onDrain: (listener) => reply.onDrain(listener),
    };
  }

  #settle(parts: readonly Uint8Array[] | undefined): void {
    const reply = this.#reply;
    this.#open -= 1;
    if (this.#open > 0) {
      if (parts === undefined) return;
      if (reply.isStream || !reply.takesJson) reply.notify(parts);
      else this.#collected.push(parts);
      return;
    }
    if (parts !== undefined && (reply.isStream || !reply.takesJson)) reply.send(parts);
    else {
      if (parts !== undefined) this.#collected.push(parts);
      if (this.#collected.length === 0) reply.drop();
      else reply.send(arrayOf(this.#collected), undefined, this.#status);
    }
  }
}

function arrayOf(messages: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  return [OPEN, ...messages.flatMap((parts, index) => (index === 0 ? parts : [COMMA, ...parts])), CLOSE];
}
