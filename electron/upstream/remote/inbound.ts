import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import { elementsOf } from "../../core/jsonrpc/json.ts";
import { ScanError, scanMessage } from "../../core/jsonrpc/scan.ts";
import { classifyLine } from "../stdio/classify-line.ts";

const OPENING_BRACKET = 0x5b;
const MAX_NOISE = 2_000;

/** Takes what a server sent: a message with its envelope, or text that is none. */
export interface InboundSink {
  message(bytes: Buffer, envelope: Envelope): void;
  noise(text: string): void;
}

/** Reads the content of an answer or of an event: one message, or a batch of them (MCP 2025-03-26 only). */
export function readInbound(bytes: Uint8Array, sink: InboundSink): void {
  const kind = classifyLine(bytes);
  if (kind === undefined) return;
  if ("noise" in kind) return sink.noise(kind.noise);
  const { message } = kind;
  try {
    const at = message.findIndex((byte) => byte > 0x20);
    if (message[at] !== OPENING_BRACKET) return readOne(message, sink);
    for (const { start, end } of elementsOf(message, { start: 0, end: message.length }))
      readOne(message.subarray(start, end), sink);
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    sink.noise(message.toString("utf8", 0, MAX_NOISE));
  }
}

function readOne(bytes: Buffer, sink: InboundSink): void {
  let envelope: Envelope;
  try {
    envelope = scanMessage(bytes);
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return sink.noise(bytes.toString("utf8", 0, MAX_NOISE));
  }
  sink.message(bytes, envelope);
}
