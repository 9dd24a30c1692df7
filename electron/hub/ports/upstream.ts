import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Envelope } from "../../core/jsonrpc/envelope.ts";
import type { HeaderParam } from "../../core/mcp/stateless-era/header-params.ts";
import type { LiveSecret } from "../../core/redact/live-secrets.ts";
import type { Authorization } from "./upstream-auth.ts";

/** How a transport ended, for the person: "exited with code 1", last stderr lines and so on. */
export interface TransportEnd {
  /**
   * A stable code of docs/errors.md. Children: "exited", "spawn_failed", "command_not_found". Remote servers:
   * "unreachable", "http_error", "redirected", "needs_auth", "forbidden", "endpoint_refused", and "session_lost" (the
   * server is there, but has to be greeted anew). Any: "stopped", "message_too_large", "not_startable".
   */
  readonly code: string;
  readonly message: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderrTail: readonly string[];
  /** What a remote server demands of an authorization: its WWW-Authenticate header as it came. Never shown. */
  readonly wwwAuthenticate?: string;
}

export interface TransportEvents {
  /** The transport can carry messages (a child: it has been spawned). */
  opened(info: { pid: number | null }): void;
  /**
   * One whole message, UTF-8 checked, without its line end; the receiver owns the bytes. A transport that had to scan
   * it hands the envelope on.
   */
  message(bytes: Buffer, envelope?: Envelope): void;
  /** A line on stdout that is not a JSON-RPC message (not JSON, or not UTF-8). */
  noise(text: string): void;
  /** A line of stderr. */
  stderr(text: string): void;
  /** What was sent has been taken below the low-water mark, after a `send` that returned false. */
  drained(): void;
  /** The end, exactly once; no event follows. */
  closed(end: TransportEnd): void;
}

/** A carrier of whole JSON-RPC messages to one server. It knows no more of their meaning than its protocol demands. */
export interface Transport {
  readonly pid: number | null;
  /**
   * Sends one message given in pieces (no line end, no raw line breaks). Never throws.
   * `written` is called when the bytes have been handed to the operating system, or with an error if they never will be.
   * `mirrored` are the arguments of a tool call that HTTP repeats as headers (2026-07-28); others leave them alone.
   * Returns false above the high-water mark: wait for `drained` before sending what can wait.
   */
  send(
    parts: readonly Uint8Array[],
    written?: (error: Error | undefined) => void,
    mirrored?: readonly HeaderParam[],
  ): boolean;
  /** Stops and resumes reading messages from the server: back-pressure towards it. */
  pause(): void;
  resume(): void;
  /** Tells the negotiated revision, before anything else is sent: HTTP names it in every request. */
  adopt?(revision: string): void;
  /** Ends the server in order (stdin closed, SIGTERM, SIGKILL, whole tree); resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface ServerLaunch {
  readonly name: string;
  readonly config: ServerConfig;
  /** The declared environment after ${env:} and ${secret:} were resolved. */
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Which of the server's signed-in accounts the connection is for; the default one unless given. */
  readonly account?: string | undefined;
  /** How a remote server's requests are authorized, where the person may have signed in to it. */
  readonly authorization?: Authorization;
  /** The stored secrets among all that, which must not be seen anywhere else. */
  readonly secrets?: readonly LiveSecret[];
}

export interface TransportFactory {
  open(launch: ServerLaunch, events: TransportEvents): Transport;
}
