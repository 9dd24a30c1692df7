import {
  type Attributes,
  createTraceState,
  type HrTime,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Stretch, TracedCall } from "../hub/ports/telemetry.ts";

const SCOPE = { name: "gatehouse" };
const NANO = 1_000_000;

/** What a call is, in OpenTelemetry's semantic conventions for MCP; `error.type` only for what did not end well. */
export function callAttributes(call: Pick<TracedCall, "method" | "subject" | "status">): Attributes {
  const tool = call.method === "tools/call" ? call.subject : null;
  const prompt = call.method === "prompts/get" ? call.subject : null;
  return {
    "mcp.method.name": call.method,
    ...(tool === null ? {} : { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool }),
    ...(prompt === null ? {} : { "gen_ai.prompt.name": prompt }),
    ...(call.status === "ok" ? {} : { "error.type": call.status }),
  };
}

/** The spans of a call: its own, and one for each stretch that it spent waiting or at its server. */
export function spansOf(call: TracedCall, resource: Resource, newId: () => string): ReadableSpan[] {
  const { subject, method, content } = call;
  const target = method === "tools/call" || method === "prompts/get" ? subject : null;
  const name = target === null ? method : `${method} ${target}`;
  const common = callAttributes(call);
  const failed = call.status !== "ok";
  const traceState = call.traceState === undefined ? {} : { traceState: createTraceState(call.traceState) };
  const span = (
    spanName: string,
    kind: SpanKind,
    spanId: string,
    parentSpanId: string | undefined,
    stretch: Stretch,
    attributes: Attributes,
    isFailed = false,
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
    status: { code: isFailed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
  const own = span(
    name,
    SpanKind.SERVER,
    call.spanId,
    call.parentSpanId,
    call,
    {
      ...common,
      "jsonrpc.request.id": call.requestId,
      "gatehouse.status": call.status,
      ...(call.server === null ? {} : { "gatehouse.server": call.server }),
      ...(call.client === null ? {} : { "gatehouse.client": call.client }),
      ...(call.session === null ? {} : { "gatehouse.session": call.session }),
      ...(call.rule === null ? {} : { "gatehouse.rule": call.rule }),
      ...(content === undefined || method !== "resources/read" || subject === null
        ? {}
        : { "mcp.resource.uri": subject }),
      ...(content?.request == null ? {} : { "gen_ai.tool.call.arguments": content.request }),
      ...(content?.result == null ? {} : { "gen_ai.tool.call.result": content.result }),
    },
    failed,
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
            { ...common, ...(call.server === null ? {} : { "gatehouse.server": call.server }) },
            failed,
          ),
        ];
  return [own, ...part("consent", call.consent), ...part("queue", call.queue), ...upstream];
}

/** Seconds and nanoseconds of milliseconds. */
function hrTime(milliseconds: number): HrTime {
  const whole = Math.floor(milliseconds / 1_000);
  return [whole, Math.round((milliseconds - whole * 1_000) * NANO)];
}
