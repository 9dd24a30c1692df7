/** Reading answers no faster than the client takes them. */
import type { IncomingMessage } from "node:http";
import { SseParser } from "../../core/sse/parser.ts";

/** Resolves when more may be read; undefined when it may be at once. */
export type Passage = () => Promise<void> | undefined;

/** The whole content of an answer. Rejects when the connection breaks. */
export async function readWhole(response: IncomingMessage, passage: Passage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await eachChunk(response, passage, (chunk) => chunks.push(chunk));
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Where an event stream was left, over any number of connections. */
export interface StreamPosition {
  lastEventId: string;
  /** The pause that the hub asks for before a reconnection, in milliseconds. */
  retryMs: number | undefined;
}

/** Reads events to the end of the stream, and keeps the position. Rejects when the connection breaks. */
export async function readEvents(
  response: IncomingMessage,
  passage: Passage,
  position: StreamPosition,
  onMessage: (data: Uint8Array) => void,
): Promise<void> {
  const parser = new SseParser({
    lastEventId: position.lastEventId,
    maxBytes: Number.POSITIVE_INFINITY,
    onEvent: (type, data) => {
      position.lastEventId = parser.lastEventId;
      if (type === "message") onMessage(data);
    },
    onRetry: (milliseconds) => {
      position.retryMs = milliseconds;
    },
    onTooLong: () => {},
  });
  await eachChunk(response, passage, (chunk) => {
    parser.push(chunk);
    position.lastEventId = parser.lastEventId;
  });
}

async function eachChunk(
  response: IncomingMessage,
  passage: Passage,
  take: (chunk: Buffer) => void,
): Promise<void> {
  for await (const chunk of response) {
    take(chunk as Buffer);
    await passage();
  }
}
