import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { sentenceOf } from "../../../shared/errors.ts";
import type { Config } from "../../../shared/model/config.ts";
import { encodeJson, membersOf } from "../../core/jsonrpc/json.ts";
import { type ParamsChange, rawOf, valueAt, whole } from "../../core/mcp/stateless-era/edits.ts";
import { metaSpan, stringAt } from "../../core/mcp/stateless-era/meta.ts";
import {
  readTraceParent,
  readTraceState,
  type TraceParent,
  writeTraceParent,
} from "../../core/telemetry/traceparent.ts";
import type { Log } from "../log.ts";
import { OwnClient } from "../own-calls/own-client.ts";
import type { Call, Step } from "../pipeline/call.ts";
import type { CallRow } from "../ports/storage.ts";
import type { OpenTelemetry, Stretch, TelemetrySink, TracedCall } from "../ports/telemetry.ts";
import type { ManagedServer } from "../servers/managed-server.ts";
import type { Session } from "../sessions.ts";
import { peerOf } from "./peer.ts";

/** A call's place in its trace, and what that changes in the request to its server. */
export interface CallTrace {
  readonly parent: TraceParent | undefined;
  /** The span of the HTTP request, where the message named another parent. */
  readonly ambient: TraceParent | undefined;
  /** The vendors' members beside it (tracestate). */
  readonly state: string | undefined;
  /** The call's own span. */
  readonly own: TraceParent;
  /** The span of its stay at the server: the server's parent. */
  readonly upstream: TraceParent;
  /** params._meta.traceparent and .tracestate (MCP SEP-414). */
  readonly change: ParamsChange;
  /** The id of the last request that was sent to its server; 0 when none was. */
  sentAs: number;
}

export interface TelemetryDeps {
  readonly open: OpenTelemetry;
  readonly version: string;
  /** Fills in `${secret:NAME}` and `${env:NAME}`. */
  readonly expand: (headers: Readonly<Record<string, string>>) => Promise<Record<string, string>>;
  readonly log: Log;
}

/** Traces calls while `telemetry.otlp` names a receiver; without one it costs a call one comparison. */
export class Telemetry {
  readonly #deps: TelemetryDeps;
  #settings: Config["telemetry"] = { headers: {}, content: false };
  #sink: TelemetrySink | undefined;
  /** Changes of the settings are taken one after the other. */
  #changing: Promise<void> = Promise.resolve();

  constructor(deps: TelemetryDeps) {
    this.#deps = deps;
  }

  /** Puts the call into its client's trace, or begins one. */
  readonly step: Step = (call, next) => {
    if (this.#sink !== undefined) call.trace = traceOf(call);
    return next();
  };

  /** Tells of a call that has been recorded. */
  recorded(row: CallRow, call: Call): void {
    const trace = call.trace;
    if (trace === undefined) return;
    this.#sink?.call(tracedCall(row, call, trace, this.#settings.content));
  }

  /** Tells how long a client's session was. */
  sessionEnded({ stored: { createdAt, revision } }: Session): void {
    const ms = Math.max(0, Date.now() - createdAt);
    this.#sink?.session({ side: "server", ms, revision, peer: undefined });
  }

  /** Tells how long a server's was: in the stateless era it has none. */
  serverEnded(server: ManagedServer): void {
    const peer = peerOf(server, 0);
    if (this.#sink === undefined || server.startedAt === undefined || server.era?.kind === "stateless")
      return;
    const ms = Math.max(0, Date.now() - server.startedAt);
    this.#sink.session({ side: "client", ms, revision: peer.revision, peer });
  }

  /** Resolves when what the settings say is done. */
  apply(settings: Config["telemetry"]): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(settings));
    return this.#changing;
  }

  close(): Promise<void> {
    return this.apply({ headers: {}, content: false });
  }

  async #change(settings: Config["telemetry"]): Promise<void> {
    const { otlp: url, headers } = settings;
    const same = url === this.#settings.otlp && isDeepStrictEqual(headers, this.#settings.headers);
    this.#settings = settings;
    if (same) return;
    const before = this.#sink;
    this.#sink = undefined;
    await before?.close();
    if (url === undefined) return;
    const { open, expand, version, log } = this.#deps;
    try {
      this.#sink = await open({ url, headers: await expand(headers), version, log });
    } catch (error) {
      log("warn", `no telemetry is sent to ${originOf(url)}: ${sentenceOf(error)}`);
    }
  }
}

/** A URL may hold a key in its path or query. */
function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "telemetry.otlp";
  }
}

function traceOf(call: Call): CallTrace {
  const { parent, ambient, state } = contextOf(call);
  const traceId = parent?.traceId ?? randomBytes(16).toString("hex");
  const span = (): TraceParent => ({
    traceId,
    spanId: randomBytes(8).toString("hex"),
    sampled: parent?.sampled ?? true,
  });
  const upstream = span();
  const metaSet = new Map([["traceparent", encodeJson(writeTraceParent(upstream))]]);
  if (state !== undefined) metaSet.set("tracestate", encodeJson(state));
  const change = { metaSet, metaRemove: STATE };
  return { parent, ambient, state, own: span(), upstream, change, sentAs: 0 };
}

const STATE: ReadonlySet<string> = new Set(["tracestate"]);

/**
 * What the message itself says comes before the HTTP request that carried it, which may carry several. A traceparent that
 * cannot be read is as good as none, and a tracestate counts only beside one that can (W3C Trace Context section 3.3).
 */
function contextOf({
  bytes,
  envelope,
  traceparent,
  tracestate,
}: Call): Pick<CallTrace, "parent" | "ambient" | "state"> {
  const told = (key: string): string | undefined => {
    const span = metaSpan(envelope, key);
    return span === undefined ? undefined : stringAt(bytes, span);
  };
  const read = (text: string | undefined) => (text === undefined ? undefined : readTraceParent(text));
  const inMessage = read(told("traceparent"));
  const ofRequest = read(traceparent);
  const parent = inMessage ?? ofRequest;
  if (parent === undefined) return { parent, ambient: undefined, state: undefined };
  const state = inMessage === undefined ? tracestate : told("tracestate");
  return {
    parent,
    ambient: inMessage === undefined || ofRequest?.spanId === inMessage.spanId ? undefined : ofRequest,
    state: state === undefined ? undefined : readTraceState(state),
  };
}

function tracedCall(row: CallRow, call: Call, trace: CallTrace, content: boolean): TracedCall {
  // What the call measured is monotonic; it is put on the wall clock once.
  const wall = row.startedAt - call.receivedAt;
  const end = call.receivedAt + row.durationUs / 1_000;
  const stretch = (from: number, to: number): Stretch => ({ begin: wall + from, end: wall + to });
  const asked = call.queuedAt > 0 ? call.queuedAt : end;
  const sent = call.sentAt > 0;
  const { code, message } = errorOf(row.error);
  return {
    traceId: trace.own.traceId,
    sampled: trace.own.sampled,
    traceState: trace.state,
    parentSpanId: trace.parent?.spanId,
    ambient: trace.ambient,
    spanId: trace.own.spanId,
    upstreamSpanId: trace.upstream.spanId,
    begin: row.startedAt,
    end: wall + end,
    consent:
      call.consentMs > 0 ? stretch(Math.max(call.receivedAt, asked - call.consentMs), asked) : undefined,
    queue: call.queuedAt > 0 ? stretch(call.queuedAt, sent ? call.sentAt : end) : undefined,
    upstream: sent ? stretch(call.sentAt, call.answeredAt > 0 ? call.answeredAt : end) : undefined,
    overHttp: !(call.client instanceof OwnClient),
    peer: call.server === undefined ? undefined : peerOf(call.server, trace.sentAs),
    method: row.method,
    // Half of a surrogate pair would have the receiver refuse everything that travels with it.
    subject: row.tool?.toWellFormed() ?? null,
    server: row.server,
    client: row.client,
    session: row.session,
    rule: row.rule,
    requestId: call.id
      .toString("utf8")
      .replace(/^"(.*)"$/s, "$1")
      .slice(0, 200),
    revision: call.session.revision,
    status: row.status,
    errorCode: typeof code === "number" ? code : undefined,
    content:
      content && trace.own.sampled
        ? {
            request: textOf(row.method === "tools/call" ? argumentsOf(row.request) : row.request),
            result: textOf(row.result ?? row.error),
            errorMessage: typeof message === "string" ? message.slice(0, LONGEST_MESSAGE) : undefined,
          }
        : undefined,
  };
}

/** The arguments in a tool call's params. */
function argumentsOf(params: Uint8Array | null): Uint8Array | null {
  if (params === null || params[0] !== 0x7b) return null;
  const span = valueAt(membersOf(params, whole(params)), "arguments");
  return span === undefined ? null : rawOf(params, span);
}

/** The members of a JSON-RPC error; none of a longer one. */
function errorOf(error: Uint8Array | null): { readonly code?: unknown; readonly message?: unknown } {
  if (error === null || error.length > LONGEST) return {};
  try {
    return Object(JSON.parse(Buffer.from(error).toString("utf8")));
  } catch {
    return {};
  }
}

/** Longer texts are cut: receivers refuse messages of some megabytes. */
const LONGEST = 64 * 1024;
const LONGEST_MESSAGE = 1_000;

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes.subarray(0, LONGEST)).toString("utf8");
}
