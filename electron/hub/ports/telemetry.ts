import type { CallStatus } from "../../../shared/model/call.ts";

/** How a call's server is reached. */
export interface TracedPeer {
  /** The conventions' name of what carries the messages. */
  readonly transport: "pipe" | "tcp";
  /** The host and port of a remote server; undefined where nobody knows them before its secrets are filled in. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** The revision of MCP that is spoken with it; undefined where nobody has found out. */
  readonly revision: string | undefined;
  /** The id of the request that it got; undefined where it got none. */
  readonly requestId: string | undefined;
}

/** A finished call for those who trace. Times in milliseconds since the epoch, with fractions. */
export interface TracedCall {
  readonly traceId: string;
  /** Whether whoever began the trace keeps it: spans are sent only then. Metrics count every call. */
  readonly sampled: boolean;
  /** Vendors' members of the client's trace (W3C tracestate). */
  readonly traceState: string | undefined;
  /** The client's span that the call belongs to; undefined where it named none. */
  readonly parentSpanId: string | undefined;
  /** The span of the HTTP request, where the message itself named its parent; undefined where there is none. */
  readonly ambient: { readonly traceId: string; readonly spanId: string } | undefined;
  readonly spanId: string;
  /** The span that the server was told to be its parent. */
  readonly upstreamSpanId: string;
  readonly begin: number;
  readonly end: number;
  /** When the call waited for a person, for its server, and was at its server; undefined where it was not. */
  readonly consent: Stretch | undefined;
  readonly queue: Stretch | undefined;
  readonly upstream: Stretch | undefined;
  /** Whether it came over HTTP, as all calls but the person's own. */
  readonly overHttp: boolean;
  /** Undefined where it has no server. */
  readonly peer: TracedPeer | undefined;
  readonly method: string;
  /** The tool's own name, prompt's name or URI. */
  readonly subject: string | null;
  readonly server: string | null;
  readonly client: string | null;
  readonly session: string | null;
  readonly rule: string | null;
  readonly requestId: string;
  /** The revision of MCP that the client speaks. */
  readonly revision: string;
  readonly status: CallStatus;
  /** The code of the JSON-RPC error that was answered; undefined where there was none, or where it was not kept. */
  readonly errorCode: number | undefined;
  /** Raw JSON, only where the person lets contents travel along: a tool's arguments, else the params. */
  readonly content:
    | {
        readonly request: string | null;
        readonly result: string | null;
        /** The message of the JSON-RPC error. */
        readonly errorMessage: string | undefined;
      }
    | undefined;
}

/** A session that is over: a client's with the hub ("server"), or the hub's with a server ("client"). */
export interface TracedSession {
  readonly side: "server" | "client";
  readonly ms: number;
  readonly revision: string | undefined;
  /** The server, where it is the hub's. */
  readonly peer: TracedPeer | undefined;
}

export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/** Sends what it is given in batches; a receiver that cannot take it loses telemetry and nothing else. */
export interface TelemetrySink {
  call(call: TracedCall): void;
  session(session: TracedSession): void;
  /** Sends what is left, for some seconds at most. */
  close(): Promise<void>;
}

/** Where telemetry goes. `headers` may hold secrets. */
export interface TelemetryTarget {
  /** Base URL of an OTLP/HTTP receiver. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
}

/** Opens a target; what it needs is loaded only now. */
export type OpenTelemetry = (target: TelemetryTarget) => Promise<TelemetrySink>;
