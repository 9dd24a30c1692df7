import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { buildServer } from "../fixtures/conformance/build.ts";
import { LiveState } from "../fixtures/conformance/live-state.ts";

/** The conformance fixture as a server of 2024-11-05 on HTTP+SSE, which the SDK 2.x serves no more. */
export interface SseFixture extends AsyncDisposable {
  /** http://127.0.0.1:PORT/sse */
  readonly url: string;
  /** What became of each roots/list that it asked before any call: "answered" or the refusal. */
  readonly askedEarly: readonly string[];
}

/** Serves the fixture on the endpoint pair: GET /sse gives the stream, POST /messages?session= takes messages. */
export async function startSseFixture(): Promise<SseFixture> {
  const state = new LiveState();
  const pairs = new Map<string, EndpointPair>();
  const askedEarly: string[] = [];

  const open = async (response: ServerResponse): Promise<void> => {
    const id = randomUUID();
    const pair = new EndpointPair(response, `/messages?session=${id}`);
    pairs.set(id, pair);
    response.once("close", () => {
      pairs.delete(id);
      pair.onclose?.();
    });
    const server = buildServer(state, { era: "session", lasting: true });
    server.server.oninitialized = () => {
      server.server.request({ method: "roots/list" }).then(
        () => askedEarly.push("answered"),
        (error: unknown) => askedEarly.push(error instanceof Error ? error.message : String(error)),
      );
    };
    await server.connect(pair);
  };
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const pair = pairs.get(searchParams.get("session") ?? "");
    if (request.method === "GET" && pathname === "/sse") void open(response);
    else if (request.method === "POST" && pair !== undefined) void take(pair, request, response);
    else response.writeHead(404).end();
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`,
    askedEarly,
    [Symbol.asyncDispose]: async () => {
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

async function take(pair: EndpointPair, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = JSON.parse(await text(request)) as JSONRPCMessage;
  response.writeHead(202).end("Accepted");
  pair.onmessage?.(message);
}

/** One client's stream, as the SDK's transport. */
class EndpointPair implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #stream: ServerResponse;
  readonly #endpoint: string;

  constructor(stream: ServerResponse, endpoint: string) {
    this.#stream = stream;
    this.#endpoint = endpoint;
  }

  async start(): Promise<void> {
    this.#stream.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    this.#stream.write(`event: endpoint\ndata: ${this.#endpoint}\n\n`);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#stream.write(`event: message\ndata: ${JSON.stringify(aged(message))}\n\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
  }
}

/** The SDK 2.x says in both eras that a resource is missing with the later one's code; servers of that age did not. */
function aged(message: JSONRPCMessage): unknown {
  const { error } = message as { error?: { code: number; data?: { uri?: string } } };
  return error?.code === -32602 && error.data?.uri !== undefined
    ? { ...message, error: { ...error, code: -32002 } }
    : message;
}
