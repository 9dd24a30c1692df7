import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { TracedCall } from "../hub/ports/telemetry.ts";
import { openOtlp } from "./otlp.ts";

// A strict receiver: OTLP/JSON as opentelemetry-proto's JSON mapping has it (hex ids, 64-bit integers as strings).
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const nanos = z.string().regex(/^\d{16,20}$/);
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.union([z.string().regex(/^-?\d+$/), z.int()]) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }));
const resource = z.strictObject({ attributes, droppedAttributesCount: z.int().optional() });
const scope = z.strictObject({ name: z.string(), version: z.string().optional() });
const spanSchema = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  traceState: z.string().optional(),
  flags: z.int().optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  droppedAttributesCount: z.int(),
  events: z.array(z.never()),
  droppedEventsCount: z.int(),
  links: z.array(z.never()),
  droppedLinksCount: z.int(),
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
});
const tracesSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource,
      scopeSpans: z.array(
        z.strictObject({ scope, spans: z.array(spanSchema), schemaUrl: z.string().optional() }),
      ),
      schemaUrl: z.string().optional(),
    }),
  ),
});
const metricsSchema = z.strictObject({
  resourceMetrics: z.array(
    z.looseObject({
      resource,
      scopeMetrics: z.array(
        z.looseObject({
          scope,
          metrics: z.array(
            z.looseObject({
              name: z.string().min(1),
              unit: z.string(),
              histogram: z.looseObject({
                aggregationTemporality: z.int().min(1).max(2),
                dataPoints: z.array(
                  z.looseObject({
                    attributes,
                    startTimeUnixNano: nanos,
                    timeUnixNano: nanos,
                    count: z.union([z.int(), z.string().regex(/^\d+$/)]),
                    bucketCounts: z.array(z.union([z.int(), z.string().regex(/^\d+$/)])),
                    explicitBounds: z.array(z.number()),
                  }),
                ),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof spanSchema>;

async function receiver(status = 200) {
  const spans: Span[] = [];
  const metrics: string[] = [];
  const requests: { url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const problems: string[] = [];
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (piece: Buffer) => {
      body += piece.toString("utf8");
    });
    req.on("end", () => {
      requests.push({ url: req.url ?? "", headers: req.headers, body });
      if (status === 200) {
        const schema = req.url?.endsWith("/v1/traces") ? tracesSchema : metricsSchema;
        const read = schema.safeParse(JSON.parse(body));
        if (!read.success) problems.push(z.prettifyError(read.error));
        else if ("resourceSpans" in read.data)
          spans.push(
            ...read.data.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((each) => each.spans)),
          );
        else
          metrics.push(
            ...read.data.resourceMetrics.flatMap((one) =>
              one.scopeMetrics.flatMap((each) => each.metrics.map(({ name }) => name)),
            ),
          );
      }
      res.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, metrics, requests, problems };
}

const call = (changes: Partial<TracedCall> = {}): TracedCall => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  traceState: "rojo=1",
  parentSpanId: "b7ad6b7169203331",
  spanId: "00f067aa0ba902b7",
  upstreamSpanId: "53ce929d0e0e4736",
  begin: 1_900_000_000_000.25,
  end: 1_900_000_000_100.75,
  consent: { begin: 1_900_000_000_001, end: 1_900_000_000_031 },
  queue: { begin: 1_900_000_000_031, end: 1_900_000_000_041 },
  upstream: { begin: 1_900_000_000_041, end: 1_900_000_000_100 },
  method: "tools/call",
  subject: "read_file",
  server: "files",
  client: "claude",
  session: "s-1",
  rule: "r1",
  requestId: "7",
  status: "ok",
  content: undefined,
  ...changes,
});

const open = (url: string, log: string[] = []) =>
  openOtlp({
    url: `${url}/`,
    headers: { "x-key": "secret" },
    version: "1",
    log: (level, message) => log.push(`${level}: ${message}`),
  });

test("a strict receiver accepts spans and metrics, and sees the client's span as the parent", async () => {
  const { url, spans, metrics, requests, problems } = await receiver();
  const sink = open(url);
  sink.call(call());
  sink.call(
    call({ spanId: "1111111111111111", parentSpanId: undefined, status: "tool_error", consent: undefined }),
  );
  await sink.close();
  expect(problems).toEqual([]);
  expect(requests.every(({ headers }) => headers["x-key"] === "secret")).toBe(true);
  const own = spans.find(({ spanId }) => spanId === "00f067aa0ba902b7");
  expect(own).toMatchObject({
    name: "tools/call read_file",
    kind: 2,
    parentSpanId: "b7ad6b7169203331",
    traceState: "rojo=1",
    startTimeUnixNano: "1900000000000250000",
    endTimeUnixNano: "1900000000100750000",
  });
  const texts = Object.fromEntries(
    own?.attributes.map(({ key, value: held }) => [key, Object.values(held)[0]]) ?? [],
  );
  expect(texts).toMatchObject({
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "read_file",
    "jsonrpc.request.id": "7",
  });
  const children = spans.filter(({ parentSpanId }) => parentSpanId === own?.spanId);
  expect(children.map(({ name, kind }) => [name, kind])).toEqual([
    ["consent", 1],
    ["queue", 1],
    ["tools/call read_file", 3],
  ]);
  expect(children.at(-1)?.spanId).toBe("53ce929d0e0e4736");
  const failed = spans.find(({ spanId }) => spanId === "1111111111111111");
  expect([failed?.status.code, failed?.parentSpanId]).toEqual([2, undefined]);
  expect(metrics).toEqual(["mcp.server.operation.duration", "gatehouse.consent.duration"]);
  expect(requests.map(({ body }) => body).join()).not.toContain("gen_ai.tool.call");
});

test("contents travel along where they were given", async () => {
  const { url, spans } = await receiver();
  const sink = open(url);
  sink.call(call({ content: { request: '{"a":1}', result: '{"b":2}' } }));
  await sink.close();
  expect(spans[0]?.attributes).toEqual(
    expect.arrayContaining([
      { key: "gen_ai.tool.call.arguments", value: { stringValue: '{"a":1}' } },
      { key: "gen_ai.tool.call.result", value: { stringValue: '{"b":2}' } },
    ]),
  );
});

test("a receiver that refuses, or is not there, is told of once, and costs a call nothing", async () => {
  const refusing = await receiver(400);
  for (const url of [refusing.url, "http://127.0.0.1:1"]) {
    const log: string[] = [];
    const sink = open(url, log);
    const began = performance.now();
    for (let i = 0; i < 10_000; i++) sink.call(call());
    // Ten thousand calls only go into a list, most of them not even that.
    expect(performance.now() - began).toBeLessThan(500);
    await sink.close();
    expect(
      log.filter((line) => line.startsWith("warn: telemetry cannot be sent")).length,
    ).toBeLessThanOrEqual(1);
    expect(log.join()).not.toContain("secret");
  }
});
