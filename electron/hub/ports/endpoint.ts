import type { Broadcast, BroadcastData, Role } from "../../../shared/contract.ts";
import type { ClientSession, Process } from "../../../shared/model/client.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { HeaderFields } from "../../core/mcp/stateless-era/headers.ts";
import type { RequestMeta } from "../../core/mcp/stateless-era/meta.ts";
import type { PairingEndpoint } from "./pairing.ts";

/**
 * Who sent a request, as its token says; it stays true while it is held: a new name or profile shows at once. `id` is
 * null for an anonymous caller (access.anonymous: "allow").
 */
export interface ClientIdentity {
  readonly id: string | null;
  readonly name: string;
  readonly profile: string | null;
  /** The person's own calls: no rule, grant or default allows them; without, those decide. */
  readonly asks?: "always" | "unless-read-only";
  /** Its access has ended: nothing more is told to it. */
  readonly revoked?: boolean;
}

/** The other end of a connection. */
export interface Peer {
  readonly transport: ClientSession["transport"];
  /** The program that holds it, looked up only now; null when it is gone, or the system does not tell. */
  process(): Promise<Process | null>;
}

/** Which part of the hub a path addresses. */
export type Scope =
  | { readonly kind: "all" }
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "server"; readonly name: string };

/** A place to push server-initiated messages to: one open GET stream of a session. */
export interface StreamSink {
  push(parts: readonly Uint8Array[]): void;
  close(): void;
}

/** A live session of the session era, as the listener sees it. */
export interface SessionHandle {
  /** The Mcp-Session-Id, visible ASCII, 128 random bits or more. */
  readonly id: string;
  readonly revision: string;
  /** Registers an open GET stream; returns its disposer. */
  attachStream(sink: StreamSink): () => void;
}

/** Where the answer of one POSTed request goes. Exactly one of `send` and `drop` is called, once. */
export interface Reply {
  /**
   * The final JSON-RPC message, in pieces. `session` is set on the answer to initialize; `status` is the HTTP status of
   * a plain JSON answer, 200 without (the stateless era gives some errors another).
   */
  send(parts: readonly Uint8Array[], session?: SessionHandle, status?: number): void;
  /** A related notification (progress, log message) before the answer; turns the answer into an SSE stream. */
  notify(parts: readonly Uint8Array[]): void;
  /** Whether `notify` can reach the client: the answer can be a stream. */
  readonly canStream: boolean;
  /** Whether the client's connection is there; one that is lost may come back for the rest of its stream. */
  readonly connected: boolean;
  /** No answer will come (the client cancelled the request). */
  drop(): void;
  /** Bytes handed over and not yet taken by the client's socket. */
  readonly pendingBytes: number;
  /** Called once when pendingBytes falls below 1 MB again or the client is gone. */
  onDrain(listener: () => void): void;
}

export interface InboundMessage {
  readonly bytes: Buffer;
  readonly envelope: Envelope;
  readonly client: ClientIdentity;
  readonly scope: Scope;
  /** Undefined for initialize, and in the stateless era. */
  readonly session: SessionHandle | undefined;
  /** What a request of the stateless era says of its client; undefined in the session era. */
  readonly meta?: RequestMeta | undefined;
  /** The headers of a request of the stateless era, which may repeat arguments of a tool; by lower-case name. */
  readonly headers?: HeaderFields | undefined;
  /** The connection it came by; undefined in tests of the hub alone. */
  readonly peer?: Peer | undefined;
  /** The client's project folder, an absolute path, where the request names one. */
  readonly project?: string | undefined;
  /** The W3C traceparent header, as it came. */
  readonly traceparent?: string | undefined;
  /** The W3C tracestate header that came with it. */
  readonly tracestate?: string | undefined;
  /** When the request's headers had arrived, performance.now() milliseconds. */
  readonly receivedAt: number;
}

/** What the listener needs from the hub for /mcp. */
export interface McpEndpoint {
  /**
   * The client a bearer token belongs to; undefined when it is unknown, expired, revoked, or was issued for another
   * host name or scope than this one. Compares hashes in constant time.
   */
  authenticate(token: string, host: string | undefined, scope: Scope): ClientIdentity | undefined;
  /** The identity of a caller without a token, or undefined when access.anonymous is "deny". */
  anonymous(): ClientIdentity | undefined;
  /** Whether the scope names something that exists (an enabled server, a profile), as far as this client may know. */
  scopeExists(scope: Scope, client: ClientIdentity): boolean;
  /** Has something end with the client's access: `end` is called at most once. Returns what withdraws it. */
  endWith(client: ClientIdentity, end: () => void): () => void;
  /** The session with this id, if it is alive, belongs to this client and was opened on this scope. */
  session(id: string, client: ClientIdentity, scope: Scope): SessionHandle | undefined;
  endSession(session: SessionHandle): void;
  /** A request: answered through `reply`. Returns a function to call when the client is gone and cannot come back for it. */
  request(message: InboundMessage, reply: Reply): () => void;
  /** A notification or a response: nothing is answered. */
  notification(message: InboundMessage): void;
}

/** A control connection that has logged in. */
export interface ControlSession {
  readonly role: Role;
  /** Runs one method; throws GatehouseError. Params are parsed here. */
  call(method: string, params: unknown): Promise<unknown>;
  close(): void;
}

export interface ControlCaller {
  readonly remotePid: number | null;
  readonly executable: string | null;
}

/** What the listener needs from the hub for /control and /ui/. */
export interface ControlEndpoint {
  /** HMAC proof for the handshake, hex. */
  prove(challenge: string): string;
  /** What /metrics answers to this token; undefined when it is unknown. */
  metrics(token: string): { readonly type: string; readonly text: string } | undefined;
  /** Opens a session for a token or a one-time code, or undefined when it is unknown. */
  login(
    credential: { token: string } | { code: string },
    caller: ControlCaller,
    emit: <B extends Broadcast>(name: B, data: BroadcastData<B>) => void,
  ): { session: ControlSession; token: string | undefined } | undefined;
}

export interface ListenerOptions {
  /** "localhost" and "127.0.0.1" bind both loopbacks where the machine has them. */
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly mcp: McpEndpoint;
  readonly control: ControlEndpoint;
  readonly pairing: PairingEndpoint;
  /** Folder of the built renderer, served at /ui/; undefined: no web UI. */
  readonly uiFolder: string | undefined;
  /** Largest request body in bytes. */
  readonly maxBodyBytes: number;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

export interface Listener {
  readonly port: number;
  /** http://127.0.0.1:PORT/mcp */
  readonly url: string;
  setAllowedHosts(hosts: readonly string[]): void;
  /** Takes no new calls any more (503), but all that those under way need: their answers, streams and control. */
  drain(): void;
  /** Stops accepting, waits for answers under way up to the limit, then closes every connection. */
  close(drainMilliseconds: number): Promise<void>;
}
