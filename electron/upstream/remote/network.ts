/**
 * HTTP/1.1 to one server's origin: keep-alive connections of its own, the environment's proxies, the system's
 * authorities. It follows no redirect, sets no limit on how long an answer may take, and knows whether anything of a
 * request can have reached the server.
 */
import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import type { SecureContext, TLSSocket } from "node:tls";
import type { Clock } from "../clock.ts";
import { contentOf } from "./decode.ts";
import { proxyVariables } from "./proxy.ts";

/** What failed before an answer came. */
export class NetworkError extends Error {
  /** The system's, TLS's or Node's code: "ECONNREFUSED", "CERT_HAS_EXPIRED". */
  readonly code: string;
  /** Surely nothing of the request has reached the server. */
  readonly unsent: boolean;

  constructor(code: string, message: string, unsent: boolean) {
    super(message);
    this.code = code;
    this.unsent = unsent;
  }
}

export interface NetworkRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Calls may wait for one another's connections; what controls them never waits behind them. */
  readonly lane: "calls" | "control";
  readonly signal: AbortSignal;
  /** The connection stands: from here on bytes may reach the server. */
  readonly connected?: () => void;
  /** The whole request was handed to the operating system. */
  readonly flushed?: () => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The media type alone, in lower case; "" without one. */
  readonly mediaType: string;
  /** Decompressed; to be iterated once, or dropped. */
  readonly content: AsyncIterable<Buffer>;
  /** The rest is of no interest: a short one is read to its end so that the connection can be used again. */
  drop(): void;
  /** Ends it, and its connection. */
  abort(): void;
}

export interface Network {
  /** Resolves when the answer's head is there. Rejects with NetworkError, also when the signal aborts. */
  request(request: NetworkRequest): Promise<Answer>;
  /** Closes connections that nothing is under way on. */
  dropIdle(): void;
  /** Ends every connection. */
  close(): void;
}

export interface NetworkOptions {
  readonly url: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What TLS trusts; asked for at the first https connection. */
  readonly trust: () => SecureContext;
  /** How long a connection may take to stand, TLS included, in milliseconds. */
  readonly connectLimitMs?: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs?: number;
}

const MAX_CALLS = 128;
const MAX_CONTROL = 32;
const TCP_KEEP_ALIVE_MS = 30_000;
/** Most of an unwanted answer that is read to keep its connection. */
const WORTH_READING = 64 * 1024;
const WORTH_WAITING_MS = 5_000;

/** Throws (with Node's code ERR_PROXY_INVALID_CONFIG) when a proxy variable holds no URL. */
export function createNetwork(options: NetworkOptions): Network {
  const { url, clock, connectLimitMs = 30_000, idleMs = 15_000 } = options;
  const secure = url.protocol === "https:";
  const common = {
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    maxFreeSockets: 8,
    timeout: idleMs,
    proxyEnv: { ...proxyVariables(options.env) },
  };
  const agent = (maxSockets: number): http.Agent =>
    secure
      ? new https.Agent({ ...common, maxSockets, secureContext: options.trust() })
      : new http.Agent({ ...common, maxSockets });
  const agents = { calls: agent(MAX_CALLS), control: agent(MAX_CONTROL) };

  return {
    request: (request) =>
      new Promise((resolve, reject) => {
        const { signal } = request;
        if (signal.aborted) return reject(new NetworkError("ABORT_ERR", "given up before it was sent", true));
        let connected = false;
        const outgoing = (secure ? https : http).request(request.url, {
          method: request.method,
          agent: agents[request.lane],
          headers: {
            ...request.headers,
            ...(request.body === undefined ? {} : { "content-length": String(request.body.length) }),
          },
        });
        // Without an error: one that comes when the connection has just been put back has nobody to hear it.
        const abort = (): void => void outgoing.destroy();
        signal.addEventListener("abort", abort, { once: true });
        outgoing.once("close", () => signal.removeEventListener("abort", abort));
        const cancelLimit = clock.after(connectLimitMs, () => {
          if (connected || waitsItsTurn(agents[request.lane], outgoing)) return;
          const waited = `no connection within ${Math.round(connectLimitMs / 1_000)} s`;
          outgoing.destroy(Object.assign(new Error(waited), { code: "ETIMEDOUT" }));
        });
        const stands = (): void => {
          connected = true;
          cancelLimit();
          request.connected?.();
        };
        outgoing.once("socket", (socket) => {
          socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
          whenConnected(socket, secure, stands);
        });
        outgoing.once("finish", () => request.flushed?.());
        outgoing.on("error", (error: NodeJS.ErrnoException) => {
          cancelLimit();
          reject(new NetworkError(codeOf(error), error.message, !connected));
        });
        outgoing.once("response", (response) => resolve(answerOf(response, clock)));
        outgoing.end(request.body);
      }),
    dropIdle() {
      for (const { freeSockets } of Object.values(agents))
        for (const sockets of Object.values(freeSockets))
          for (const socket of sockets ?? []) socket.destroy();
    },
    close() {
      for (const each of Object.values(agents)) each.destroy();
    },
  };
}

/** All connections of the lane are in use, and the request has none yet. */
function waitsItsTurn(agent: http.Agent, request: http.ClientRequest): boolean {
  return (
    request.socket === null && Object.values(agent.requests).some((waiting) => (waiting?.length ?? 0) > 0)
  );
}

function whenConnected(socket: Socket, secure: boolean, stands: () => void): void {
  const pending = secure
    ? (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true
    : socket.connecting;
  if (pending) socket.once(secure ? "secureConnect" : "connect", stands);
  else stands();
}

function answerOf(response: http.IncomingMessage, clock: Clock): Answer {
  // Whoever iterates gets the error; one that nobody reads must not end the hub.
  response.on("error", () => undefined);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    mediaType: (response.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
    get content() {
      return contentOf(response);
    },
    abort: () => void response.destroy(),
    drop() {
      let seen = 0;
      response.once(
        "close",
        clock.after(WORTH_WAITING_MS, () => response.destroy()),
      );
      response.on("data", (chunk: Buffer) => {
        seen += chunk.length;
        if (seen > WORTH_READING) response.destroy();
      });
    },
  };
}

/** Of several addresses that all failed, the first one's code. */
function codeOf(error: NodeJS.ErrnoException): string {
  if (error.code !== undefined) return error.code;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? ((first as NodeJS.ErrnoException).code ?? "ERROR") : "ERROR";
}
