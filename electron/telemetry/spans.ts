import {
  type Attributes,
  createTraceState,
  type HrTime,
  type Link,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Stretch, TracedCall, TracedSession } from "../hub/ports/telemetry.ts";

const SCOPE = { name: "gatehouse" };
const NANO = 1_000_000;

/**
 * What a call is, in OpenTelemetry's semantic conventions for MCP; `error.type` only for what did not end well: the code of
 * a JSON-RPC error, else how it ended.
 */
function callAttributes(call: TracedCall): Attributes {
  const { method, subject, status, errorCode } = call;
  const tool = method === "tools/call" ? subject : null;
  const prompt = method === "prompts/get" ? subject : null;
  const code = errorCode === undefined ? undefined : String(errorCode);
  return {
    "mcp.method.name": method,
    "mcp.protocol.version": call.revision,
    ...(tool === null ? {} : { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool }),
    ...(prompt === null ? {} : { "gen_ai.prompt.name": prompt }),
    ...(status === "ok" ? {} : { "error.type": status === "error" ? (code ?? status) : status }),
    ...(code === undefined ? {} : { "rpc.response.status_code": code }),
  };
}

const HTTP = { "network.transport": "tcp", "network.protocol.name": "http" };

/** How the client's request came; nothing of a call that came by none. */
const ownNetwork = ({ overHttp }: TracedCall): Attributes => (overHttp ? HTTP : {});

/** How its server was asked. */
function upstreamNetwork({ peer }: Pick<TracedCall, "peer">): Attributes {
  if (peer === undefined) return {};
  const { transport, address } = peer;
  return {
    ...(transport === "tcp" ? HTTP : { "network.transport": transport }),
    ...(address === undefined ? {} : { "server.address": address.host, "server.port": address.port }),
  };
}

/** A call's attributes on the side of its server, whose revision may be another. */
function upstreamAttributes(call: TracedCall): Attributes {
  const { "mcp.protocol.version": _, ...common } = callAttributes(call);
  const revision = call.peer?.revision;
  return {
    ...common,
    ...(revision === undefined ? {} : { "mcp.protocol.version": revision }),
    ...upstreamNetwork(call),
  };
}

/** The same of its durations. Names that lead nowhere are whatever a client writes: they are no series of their own. */
export function metricAttributes(call: TracedCall): { own: Attributes; upstream: Attributes } {
  const told = call.server === null ? { ...call, subject: null } : call;
  return { own: { ...callAttributes(told), ...ownNetwork(call) }, upstream: upstreamAttributes(told) };
}

/** What tells sessions apart. */
export const sessionAttributes = (session: TracedSession): Attributes => ({
  ...(session.revision === undefined ? {} : { "mcp.protocol.version": session.revision }),
  ...(session.side === "server" ? HTTP : upstreamNetwork(session)),
});

/** The spans of a call: its own, and one for each stretch that it spent waiting or at its server. */
export function spansOf(call: TracedCall, resource: Resource, newId: () => string): ReadableSpan[] {
  const { subject, method, content } = call;
  const target = method === "tools/call" || method === "prompts/get" ? subject : null;
  const name = target === null ? method : `${method} ${target}`;
  const common = callAttributes(call);
  const isFailed = call.status !== "ok";
  const message = content?.errorMessage;
  const failure = { code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) };
  const links = call.ambient === undefined ? [] : [linkTo(call.ambient)];
  const traceState = call.traceState === undefined ? {} : { traceState: createTraceState(call.traceState) };
  const span = (
    spanName: string,
    kind: SpanKind,
    spanId: string,
    parentSpanId: string | undefined,
    stretch: Stretch,
    attributes: Attributes,
    { isFailed = false, links = [] }: { isFailed?: boolean; links?: Link[] } = {},
  ): ReadableSpan => ({
    name: spanName,
    kind,
    spanContext: () => ({ traceId: call.traceId, spanId, traceFlags: TraceFlags.SAMPLED, ...traceState }),
    ...(parentSpanId === undefined
      ? {}
      : {
          parentSpanContext: {
            traceId: call.traceId,
            spanId: parentSpanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: parentSpanId === call.parentSpanId,
          },
        }),
    startTime: hrTime(stretch.begin),
    endTime: hrTime(Math.max(stretch.begin, stretch.end)),
    duration: hrTime(Math.max(0, stretch.end - stretch.begin)),
    status: isFailed ? failure : { code: SpanStatusCode.UNSET },
    attributes,
    links,
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
  const [request, result] =
    method === "tools/call"
      ? ["gen_ai.tool.call.arguments", "gen_ai.tool.call.result"]
      : ["gatehouse.request", "gatehouse.result"];
  const own = span(
    name,
    SpanKind.SERVER,
    call.spanId,
    call.parentSpanId,
    call,
    {
      ...common,
      ...ownNetwork(call),
      "jsonrpc.request.id": call.requestId,
      "gatehouse.status": call.status,
      ...(call.server === null ? {} : { "gatehouse.server": call.server }),
      ...(call.client === null ? {} : { "gatehouse.client": call.client }),
      ...(call.session === null ? {} : { "mcp.session.id": call.session }),
      ...(call.rule === null ? {} : { "gatehouse.rule": call.rule }),
      ...(content === undefined || method !== "resources/read" || subject === null
        ? {}
        : { "mcp.resource.uri": subject }),
      ...(content?.request == null ? {} : { [request]: content.request }),
      ...(content?.result == null ? {} : { [result]: content.result }),
    },
    { isFailed, links },
  );
  const part = (partName: string, stretch: Stretch | undefined): ReadableSpan[] =>
    stretch === undefined
      ? []
      : [span(partName, SpanKind.INTERNAL, newId(), call.spanId, stretch, { "mcp.method.name": method })];
  const upstream =
    call.upstream === undefined
      ? []
      : [
          span(
            name,
            SpanKind.CLIENT,
            call.upstreamSpanId,
            call.spanId,
            call.upstream,
            {
              ...upstreamAttributes(call),
              ...(call.peer?.requestId === undefined ? {} : { "jsonrpc.request.id": call.peer.requestId }),
              ...(call.server === null ? {} : { "gatehouse.server": call.server }),
            },
            { isFailed },
          ),
        ];
  return [own, ...part("consent", call.consent), ...part("queue", call.queue), ...upstream];
}

const linkTo = (context: NonNullable<TracedCall["ambient"]>): Link => ({
  context: { ...context, traceFlags: TraceFlags.SAMPLED, isRemote: true },
});

/** Seconds and nanoseconds of milliseconds. */
function hrTime(milliseconds: number): HrTime {
  const whole = Math.floor(milliseconds / 1_000);
  return [whole, Math.round((milliseconds - whole * 1_000) * NANO)];
}
