import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import type {
  ClientIdentity,
  ControlCaller,
  ControlEndpoint,
  InboundMessage,
  ListenerOptions,
  McpEndpoint,
  Reply,
  Scope,
  SessionHandle,
  StreamSink,
} from "../../hub/ports/endpoint.ts";
import type { PairingEndpoint } from "../../hub/ports/pairing.ts";
import type { Timers } from "../timers.ts";

/** A clock that stands still until a test moves it. */
export class FakeTimers implements Timers {
  readonly #entries = new Set<{ due: number; every: number | undefined; run: () => void }>();
  #now = 0;

  every(milliseconds: number, tick: () => void): () => void {
    return this.#add(milliseconds, milliseconds, tick);
  }

  after(milliseconds: number, run: () => void): () => void {
    return this.#add(milliseconds, undefined, run);
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#entries].filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#now = next.due;
      if (next.every === undefined) this.#entries.delete(next);
      else next.due += next.every;
      next.run();
    }
    this.#now = end;
  }

  #add(milliseconds: number, every: number | undefined, run: () => void): () => void {
    const entry = { due: this.#now + milliseconds, every, run };
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }
}

/** A queue of things that happened, to be waited for. */
export class Inbox<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;

  add(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  get size(): number {
    return this.#items.length;
  }

  async next(): Promise<T> {
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#items.shift() as T;
  }
}

const ALICE: ClientIdentity = { id: "c1", name: "alice", profile: null };
const BOB: ClientIdentity = { id: "c2", name: "bob", profile: null };

export const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
export const resultFor = (message: InboundMessage, result: unknown): Uint8Array[] => [
  Buffer.from('{"jsonrpc":"2.0","id":'),
  message.bytes.subarray(message.envelope.id?.start, message.envelope.id?.end),
  Buffer.from(`,"result":${JSON.stringify(result)}}`),
];

/** An endpoint in memory: it opens sessions, answers "ping", and leaves other requests to the test. */
export class FakeMcp implements McpEndpoint {
  readonly tokens = new Map<string, ClientIdentity>([
    ["alice-token", ALICE],
    ["bob-token", BOB],
  ]);
  allowAnonymous = false;
  initializeResult: unknown = { ok: true };
  /** Of the sessions that are opened from now on. */
  revision = "2025-11-25";
  readonly sessions = new Map<string, { handle: SessionHandle; client: ClientIdentity; scope: string }>();
  readonly streams = new Set<StreamSink>();
  readonly streamChanges = new Inbox<number>();
  readonly requests = new Inbox<{ message: InboundMessage; reply: Reply }>();
  readonly notifications = new Inbox<InboundMessage>();
  readonly cancelled = new Inbox<string>();
  /** What is to end with each client's access. */
  readonly ends = new Map<ClientIdentity, Set<() => void>>();
  #sessionCount = 0;

  authenticate(token: string): ClientIdentity | undefined {
    return this.tokens.get(token);
  }

  anonymous(): ClientIdentity | undefined {
    return this.allowAnonymous ? { id: null, name: "anonymous", profile: null } : undefined;
  }

  scopeExists(scope: Scope): boolean {
    return scope.kind === "all" || scope.name === "files" || scope.name === "work";
  }

  endWith(client: ClientIdentity, end: () => void): () => void {
    const ends = this.ends.get(client) ?? new Set();
    this.ends.set(client, ends.add(end));
    return () => ends.delete(end);
  }

  session(id: string, client: ClientIdentity, scope: Scope): SessionHandle | undefined {
    const found = this.sessions.get(id);
    return found?.client === client && found.scope === JSON.stringify(scope) ? found.handle : undefined;
  }

  endSession(session: SessionHandle): void {
    this.sessions.delete(session.id);
    for (const sink of [...this.streams]) sink.close();
  }

  request(message: InboundMessage, reply: Reply): () => void {
    const { method } = message.envelope;
    if (method === "initialize") reply.send(resultFor(message, this.initializeResult), this.#open(message));
    else if (method === "ping") reply.send(resultFor(message, {}));
    else if (method === "explode") throw new Error("secret detail");
    else this.requests.add({ message, reply });
    return () => this.cancelled.add(method);
  }

  notification(message: InboundMessage): void {
    this.notifications.add(message);
  }

  #open(message: InboundMessage): SessionHandle {
    this.#sessionCount += 1;
    const handle: SessionHandle = {
      id: `session-${String(this.#sessionCount)}`,
      revision: this.revision,
      attachStream: (sink) => {
        this.streams.add(sink);
        this.streamChanges.add(this.streams.size);
        return () => {
          this.streams.delete(sink);
          this.streamChanges.add(this.streams.size);
        };
      },
    };
    this.sessions.set(handle.id, {
      handle,
      client: message.client,
      scope: JSON.stringify(message.scope),
    });
    return handle;
  }
}

type Emit = Parameters<ControlEndpoint["login"]>[2];

/** A control endpoint in memory: one token, one code, and a method that echoes. */
export class FakeControl implements ControlEndpoint {
  readonly logins: { caller: ControlCaller; emit: Emit }[] = [];
  readonly closed = new Inbox<string>();

  prove(challenge: string): string {
    return `proof of ${challenge.slice(0, 4)}`;
  }

  metrics(token: string): { type: string; text: string } | undefined {
    return token === "good-token" ? { type: "text/plain; version=0.0.4", text: "up 1\n" } : undefined;
  }

  login(
    credential: { token: string } | { code: string },
    caller: ControlCaller,
    emit: Emit,
  ): ReturnType<ControlEndpoint["login"]> {
    const byCode = "code" in credential;
    if (byCode ? credential.code !== "good-code" : credential.token !== "good-token") return undefined;
    this.logins.push({ caller, emit });
    return {
      session: {
        role: byCode ? "viewer" : "operator",
        call: (method, params) => Promise.resolve({ method, params }),
        close: () => this.closed.add(byCode ? "viewer" : "operator"),
      },
      token: byCode ? "viewer-token" : undefined,
    };
  }
}

const noPairing = new Proxy({} as PairingEndpoint, {
  get(_target, name) {
    throw new Error(`this test has no pairing, and ${String(name)} was used`);
  },
});

/** Options of a listener on a free port, with fakes behind it. */
export function optionsWith(
  mcp: McpEndpoint,
  control: ControlEndpoint,
  more: Partial<ListenerOptions> = {},
): ListenerOptions {
  return {
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    mcp,
    control,
    pairing: noPairing,
    uiFolder: undefined,
    maxBodyBytes: 4_096,
    log: () => {},
    ...more,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly address?: string;
}

/** One request on a connection of its own, to its end. */
export function ask(
  port: number,
  { method = "GET", path = "/", headers = {}, body, address }: Ask,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      { host: address ?? "127.0.0.1", port, method, path, headers, agent: false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (chunk: Buffer) => chunks.push(chunk));
        res.on("end", () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        res.on("error", reject);
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

/** `RawConnection.expect` looks at this much of the end of what has arrived. */
const LONGEST_LOOK = 100_000;

/** A bare connection that keeps what it receives, for what no HTTP client would send. */
export class RawConnection {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  text = "";
  #wake: (() => void) | undefined;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk) => {
      this.text += chunk.toString("latin1");
      this.#wake?.();
    });
    this.ended = new Promise((resolve) => {
      this.socket.once("close", () => {
        this.#wake?.();
        resolve();
      });
    });
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** Waits until `pattern` has arrived; fails when the connection ends without it. */
  async expect(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text.slice(-LONGEST_LOOK))) {
      if (this.socket.destroyed) throw new Error(`the connection ended after: ${this.text}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A POST as bytes; the length is added. */
export const rawPost = (port: number, path: string, headers: Record<string, string>, body: string): string =>
  `${rawHead("POST", port, path, { "Content-Length": String(Buffer.byteLength(body)), ...headers })}${body}`;

/** A connection of its own on which a GET has been sent, for a stream. */
export function rawGet(port: number, path: string, headers: Record<string, string>): RawConnection {
  const client = new RawConnection(port);
  client.write(rawHead("GET", port, path, headers));
  return client;
}

function rawHead(method: string, port: number, path: string, headers: Record<string, string>): string {
  const all = { Host: `127.0.0.1:${String(port)}`, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
