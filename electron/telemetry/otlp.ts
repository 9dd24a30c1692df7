import { randomBytes } from "node:crypto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { TelemetrySink, TelemetryTarget, TracedCall } from "../hub/ports/telemetry.ts";
import { callAttributes, spansOf } from "./spans.ts";

/** Calls that wait to be sent; when there are more, the newest are lost. */
const MOST_WAITING = 2_048;
/** Calls in one message to the receiver. */
const BATCH = 256;
const SEND_EVERY_MS = 1_000;
const METRICS_EVERY_MS = 15_000;
const TIMEOUT_MS = 5_000;
/** The conventions' buckets for operations of MCP, in seconds. */
const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Sends spans and metrics over OTLP/HTTP, in batches from timers: a call only puts itself into a bounded queue. */
export function openOtlp({ url, headers, version, log }: TelemetryTarget): TelemetrySink {
  const resource = resourceFromAttributes({ "service.name": "gatehouse", "service.version": version });
  const base = url.replace(/\/+$/, "");
  const exporterOf = (path: string) => ({ url: `${base}${path}`, headers, timeoutMillis: TIMEOUT_MS });
  const traces = new OTLPTraceExporter(exporterOf("/v1/traces"));
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(exporterOf("/v1/metrics")),
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
  const waits = histogram("gatehouse.consent.duration", "Time that calls waited for a person.");
  const newId = (): string => randomBytes(8).toString("hex");

  let waiting: TracedCall[] = [];
  let uncounted: TracedCall[] = [];
  let lost = 0;
  let sending: Promise<void> | undefined;
  let failing = false;

  const report = (problem: string | undefined): void => {
    if (problem !== undefined && !failing) log("warn", `telemetry cannot be sent: ${problem}`);
    if (problem === undefined && failing) log("info", `telemetry is sent again; ${lost} calls were left out`);
    if (problem === undefined) lost = 0;
    failing = problem !== undefined;
  };

  /** Every call is counted, whether its spans are to be sent, can be, or not. */
  const count = (): void => {
    const calls = uncounted;
    uncounted = [];
    for (const call of calls) {
      const server = call.server === null ? {} : { "gatehouse.server": call.server };
      const attributes = { ...callAttributes(call), ...server };
      durations.record((call.end - call.begin) / 1_000, attributes);
      if (call.consent !== undefined) waits.record((call.consent.end - call.consent.begin) / 1_000, server);
    }
  };
  const sendBatch = (calls: readonly TracedCall[]): Promise<void> =>
    new Promise((resolve) => {
      traces.export(
        calls.flatMap((call) => spansOf(call, resource, newId)),
        ({ error }) => {
          if (error !== undefined) lost += calls.length;
          report(error?.message);
          resolve();
        },
      );
    });

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const calls = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await sendBatch(calls);
    }
  };
  const flush = (): Promise<void> => {
    count();
    sending ??= send().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const timer = setInterval(() => void flush(), SEND_EVERY_MS);
  timer.unref();

  return {
    call(call) {
      uncounted.push(call);
      if (!call.sampled) return;
      if (waiting.length < MOST_WAITING) waiting.push(call);
      else lost += 1;
    },
    async close() {
      clearInterval(timer);
      const ended = (async () => {
        await flush();
        await flush();
        await meters.shutdown();
        await traces.shutdown();
      })().catch((error: unknown) => report(String(error)));
      let limit: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, 2_000);
      });
      await Promise.race([ended, over]).finally(() => clearTimeout(limit));
    },
  };
}
