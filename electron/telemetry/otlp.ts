import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { JsonMetricsSerializer, JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { TelemetrySink, TelemetryTarget, TracedCall, TracedSession } from "../hub/ports/telemetry.ts";
import { Outbox, type Pause } from "./outbox.ts";
import { openReceiver, type Post } from "./post.ts";
import { metricAttributes, sessionAttributes, spansOf } from "./spans.ts";
import { Trouble } from "./trouble.ts";

/** Calls that wait to be sent, and their contents in characters; when there are more, the newest are lost. */
const MOST_WAITING = 2_048;
const MOST_CONTENT = 16 * 1024 * 1024;
/** Calls in one message to the receiver, and their contents: a message is made in one go, and receivers bound it. */
const BATCH = 128;
const BATCH_CONTENT = 2 * 1024 * 1024;
const SEND_EVERY_MS = 1_000;
const METRICS_EVERY_MS = 15_000;
/** How long an answer is waited for. */
const TIMEOUT_MS = 10_000;
/** The conventions' buckets for operations of MCP, in seconds. */
const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Time and chance, as tests have them otherwise. */
export interface OtlpClock {
  readonly pause: Pause;
  readonly random: () => number;
  /** How long the end may take, in milliseconds. */
  readonly closeMs: number;
}

export const CLOCK: OtlpClock = {
  pause: (ms, signal) => delay(ms, undefined, { signal, ref: false }).catch(() => {}),
  random: Math.random,
  closeMs: 2_000,
};

/**
 * Sends spans and metrics over OTLP/HTTP, in batches from timers: a call only puts itself into a bounded queue. What the
 * receiver cannot take now is sent again later.
 */
export function openOtlp(
  { url, headers, version, log }: TelemetryTarget,
  { pause, random, closeMs }: OtlpClock = CLOCK,
): TelemetrySink {
  // Two hubs that send to one receiver must not share their sums.
  const instance = { "service.instance.id": randomUUID() };
  const resource = defaultResource().merge(
    resourceFromAttributes({ "service.name": "gatehouse", "service.version": version, ...instance }),
  );
  const { post, close } = openReceiver(url, headers, TIMEOUT_MS);
  const newId = (): string => randomBytes(8).toString("hex");
  const trouble = new Trouble("traces", url, log);
  const outbox: Outbox<TracedCall> = new Outbox<TracedCall>({
    ...{ most: MOST_WAITING, mostSize: MOST_CONTENT, batch: BATCH, batchSize: BATCH_CONTENT, pause, random },
    sizeOf: ({ content }) => (content?.request?.length ?? 0) + (content?.result?.length ?? 0),
    encode: (calls) => {
      const spans = calls.flatMap((call) => spansOf(call, resource, newId));
      return JsonTraceSerializer.serializeRequest(spans) ?? new Uint8Array();
    },
    send: (body) => post("traces", body),
    onSent: (sent) => trouble.sent(sent, outbox.takeLost()),
  });
  const { meters, count, countSession } = openMetrics(
    resource,
    version,
    metricExporter(post, new Trouble("metrics", url, log)),
  );

  let uncounted: TracedCall[] = [];
  /** Every call is counted, whether its spans are to be sent, can be, or not. */
  const flush = (): Promise<void> => {
    const calls = uncounted;
    uncounted = [];
    for (const call of calls) count(call);
    return outbox.flush();
  };
  const timer = setInterval(() => void flush(), SEND_EVERY_MS);
  timer.unref();

  return {
    call(call) {
      // Contents are kept once, where they are bounded.
      uncounted.push(call.content === undefined ? call : { ...call, content: undefined });
      if (call.sampled) outbox.add(call);
    },
    session: countSession,
    async close() {
      clearInterval(timer);
      void flush();
      const ended = Promise.all([outbox.close(), meters.shutdown().catch(() => {})]);
      const limit = new AbortController();
      const over = delay(closeMs, undefined, { signal: limit.signal }).catch(() => {});
      await Promise.race([ended, over]);
      limit.abort();
      close();
      await outbox.close();
      trouble.end(outbox.takeLost());
    },
  };
}

function openMetrics(resource: Resource, version: string, exporter: PushMetricExporter) {
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: METRICS_EVERY_MS,
    exportTimeoutMillis: TIMEOUT_MS,
  });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const meter = meters.getMeter("gatehouse", version);
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
  const durations = histogram("mcp.server.operation.duration", "Time from a request to its answer.");
  const upstream = histogram("mcp.client.operation.duration", "Time from asking a server to its answer.");
  const waits = histogram("gatehouse.consent.duration", "Time that calls waited for a person.");
  const sessions = {
    server: histogram("mcp.server.session.duration", "Time that sessions of clients lasted."),
    client: histogram("mcp.client.session.duration", "Time that sessions with servers lasted."),
  };
  const countSession = (session: TracedSession): void =>
    sessions[session.side].record(session.ms / 1_000, sessionAttributes(session));
  const count = (call: TracedCall): void => {
    const server = call.server === null ? {} : { "gatehouse.server": call.server };
    const attributes = metricAttributes(call);
    durations.record((call.end - call.begin) / 1_000, { ...attributes.own, ...server });
    if (call.upstream !== undefined)
      upstream.record((call.upstream.end - call.upstream.begin) / 1_000, {
        ...attributes.upstream,
        ...server,
      });
    if (call.consent !== undefined) waits.record((call.consent.end - call.consent.begin) / 1_000, server);
  };
  return { meters, count, countSession };
}

/** Sums are cumulative: what could not be sent is in the next message. */
function metricExporter(post: Post, trouble: Trouble): PushMetricExporter {
  return {
    export(metrics, done) {
      const body = JsonMetricsSerializer.serializeRequest(metrics) ?? new Uint8Array();
      void post("metrics", body).then((sent) => {
        trouble.sent(sent, 0);
        done({ code: sent.kind === "taken" ? 0 : 1 });
      });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
