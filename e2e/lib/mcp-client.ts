import http from "node:http";
import { sseMessages } from "./sse.ts";

/** One JSON-RPC message, loosely typed: tests look into it. */
export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  readonly result?: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into errors' data of every shape
  readonly error?: { code: number; message: string; data?: any };
}

/** An HTTP answer with the JSON-RPC messages found in its body, JSON or SSE. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly messages: readonly Message[];
}

/** Headers of one request: a value replaces the client's own header of that name, null removes it. */
export type Headers = Readonly<Record<string, string | null>>;

export interface ClientOptions {
  readonly token?: string;
  /** The revision asked for by initialize. */
  readonly revision?: string;
  readonly headers?: Headers;
  /** Continues a session instead of opening one with `initialize`. */
  readonly sessionId?: string;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Headers;
  readonly signal?: AbortSignal;
  /** Each message as it arrives on an SSE answer. */
  readonly onMessage?: (message: Message) => void;
}

/** A push stream of a session (GET). */
export interface OpenStream {
  readonly status: number;
  readonly messages: Message[];
  /** Resolves when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

/**
 * A small session-era client for tests: one keep-alive connection pool, every header under the test's control,
 * nothing validated and nothing hidden.
 */
export class McpHttpClient {
  readonly url: URL;
  sessionId: string | undefined;
  revision: string;
  readonly #options: ClientOptions;
  readonly #agent = new http.Agent({ keepAlive: true });
  #nextId = 1;

  constructor(url: string, options: ClientOptions = {}) {
    this.url = new URL(url);
    this.#options = options;
    this.sessionId = options.sessionId;
    this.revision = options.revision ?? "2025-11-25";
  }

  /** Sends initialize and notifications/initialized; keeps the session and the negotiated revision. */
  async initialize(capabilities: object = {}): Promise<Message> {
    const params = {
      protocolVersion: this.revision,
      capabilities,
      clientInfo: { name: "gatehouse-test", version: "1.0.0" },
    };
    const answer = await this.post(
      { jsonrpc: "2.0", id: this.#id(), method: "initialize", params },
      { headers: { "mcp-session-id": null, "mcp-protocol-version": null } },
    );
    const message = answer.messages.at(-1);
    if (answer.status !== 200 || message?.result === undefined) {
      throw new Error(`initialize was answered with ${answer.status} ${answer.text}`);
    }
    this.sessionId = answer.headers["mcp-session-id"] as string | undefined;
    this.revision = message.result.protocolVersion;
    await this.notify("notifications/initialized");
    return message;
  }

  /** Sends a request and gives its JSON-RPC answer, whatever it is; throws when there is none. */
  async request(method: string, params?: unknown, options: SendOptions = {}): Promise<Message> {
    const id = this.#id();
    const answer = await this.post({ jsonrpc: "2.0", id, method, params }, options);
    const message = answer.messages.find((each) => each.id === id && each.method === undefined);
    if (message === undefined) throw new Error(`${method} was answered with ${answer.status} ${answer.text}`);
    return message;
  }

  /** Calls a tool. */
  call(name: string, args: object = {}, options: SendOptions & { meta?: object } = {}): Promise<Message> {
    const meta = options.meta === undefined ? {} : { _meta: options.meta };
    return this.request("tools/call", { name, arguments: args, ...meta }, options);
  }

  /** The names of tools/list. */
  async toolNames(): Promise<string[]> {
    const message = await this.request("tools/list");
    return (message.result?.tools ?? []).map((tool: { name: string }) => tool.name);
  }

  notify(method: string, params?: unknown): Promise<Answer> {
    return this.post({ jsonrpc: "2.0", method, params });
  }

  /** POSTs a body (an object as JSON, or raw text or bytes) and reads the whole answer. */
  post(body: object | string | Uint8Array, options: SendOptions = {}): Promise<Answer> {
    const bytes = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    return this.send(bytes, { method: "POST", ...options });
  }

  /** Ends the session with DELETE. */
  endSession(): Promise<Answer> {
    return this.send(undefined, { method: "DELETE" });
  }

  /** Sends any request. */
  send(body: string | Uint8Array | undefined, options: SendOptions): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#open(options, body, (response) => {
        const messages: Message[] = [];
        const isStream = response.headers["content-type"]?.includes("text/event-stream") ?? false;
        const read = isStream
          ? sseMessages((message) => {
              messages.push(message);
              options.onMessage?.(message);
            })
          : () => {};
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          read(chunk);
        });
        response.on("error", reject);
        response.on("end", () => {
          if (!isStream) messages.push(...parsed(text));
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, messages });
        });
      });
      request.on("error", reject);
    });
  }

  /** Opens the session's GET stream; resolves when its headers are there. */
  openStream(onMessage?: (message: Message) => void): Promise<OpenStream> {
    return new Promise((resolve, reject) => {
      const messages: Message[] = [];
      const request = this.#open({ method: "GET" }, undefined, (response) => {
        const read = sseMessages((message) => {
          messages.push(message);
          onMessage?.(message);
        });
        response.setEncoding("utf8");
        response.on("data", read);
        response.on("error", () => {});
        const ended = new Promise<void>((settle) => response.once("close", settle));
        resolve({ status: response.statusCode ?? 0, messages, ended, close: () => request.destroy() });
      });
      request.on("error", reject);
    });
  }

  /** Closes every connection. */
  close(): void {
    this.#agent.destroy();
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #open(
    options: SendOptions,
    body: string | Uint8Array | undefined,
    answered: (response: http.IncomingMessage) => void,
  ): http.ClientRequest {
    const own: Record<string, string | null> = {
      accept: options.method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
      authorization: this.#options.token === undefined ? null : `Bearer ${this.#options.token}`,
      "content-type": body === undefined ? null : "application/json",
      "content-length": body === undefined ? null : String(Buffer.byteLength(body)),
      "mcp-session-id": this.sessionId ?? null,
      "mcp-protocol-version": this.sessionId === undefined ? null : this.revision,
    };
    const all = { ...own, ...this.#options.headers, ...options.headers };
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<
      string,
      string
    >;
    const request = http.request(
      this.url,
      {
        agent: this.#agent,
        method: options.method ?? "POST",
        headers,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      answered,
    );
    request.end(body);
    return request;
  }
}

function parsed(text: string): Message[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as Message[]) : [value as Message];
  } catch {
    return [];
  }
}
