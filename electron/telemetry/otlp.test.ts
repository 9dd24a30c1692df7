import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { TracedCall } from "../hub/ports/telemetry.ts";
import { CLOCK, openOtlp } from "./otlp.ts";
import { decodeOtlp } from "./testing/conformant-receiver.ts";

/**
 * A strict receiver: what arrives is decoded by the official messages, and is more than they demand: attributes are
 * unique, times in order, buckets add up, and nothing is there that no span of ours should have.
 */
const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`))
    .refine((id) => !/^0+$/.test(id), "an id of zeros is none");
const nanos = z.string().regex(/^\d{16,20}$/);
const int64 = z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]);
const uint64 = z.union([z.string().regex(/^\d{1,20}$/), z.int().min(0)]);
const uint32 = z.int().min(0).max(0xffff_ffff);
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: int64 }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, "a key comes twice");
const resource = z
  .strictObject({ attributes, droppedAttributesCount: uint32.optional() })
  .refine(
    (told) =>
      ["service.name", "service.instance.id", "telemetry.sdk.language"].every((wanted) =>
        told.attributes.some(({ key }) => key === wanted),
      ),
    "it does not say whose it is",
  );
const scope = z.strictObject({ name: z.string().min(1), version: z.string().optional() });
const schemaUrl = z.string().optional();
const inOrder = (told: { startTimeUnixNano: string; endTimeUnixNano: string }): boolean =>
  BigInt(told.startTimeUnixNano) <= BigInt(told.endTimeUnixNano);
const spanSchema = z
  .strictObject({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: hex(16).optional(),
    traceState: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_*/@-]*=[^,=]+(,[a-z0-9][a-z0-9_*/@-]*=[^,=]+)*$/)
      .optional(),
    flags: uint32.optional(),
    name: z.string().min(1),
    // SPAN_KIND_INTERNAL to SPAN_KIND_CONSUMER.
    kind: z.int().min(1).max(5),
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes,
    droppedAttributesCount: uint32,
    events: z.array(z.never()),
    droppedEventsCount: uint32,
    links: z.array(
      z.strictObject({
        traceId: hex(32),
        spanId: hex(16),
        attributes,
        droppedAttributesCount: uint32,
        flags: uint32,
      }),
    ),
    droppedLinksCount: uint32,
    // STATUS_CODE_UNSET, _OK, _ERROR.
    status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
  })
  .refine(inOrder, "it ends before it begins");
const tracesSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource,
      scopeSpans: z.array(z.strictObject({ scope, spans: z.array(spanSchema).min(1), schemaUrl })),
      schemaUrl,
    }),
  ),
});
const ascending = (values: readonly number[]): boolean =>
  values.every((bound, i) => i === 0 || (values[i - 1] ?? Number.NaN) < bound);
const pointSchema = z
  .strictObject({
    attributes,
    startTimeUnixNano: nanos,
    timeUnixNano: nanos,
    count: uint64,
    sum: z.number().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    bucketCounts: z.array(uint64),
    explicitBounds: z.array(z.number()),
    flags: uint32.optional(),
  })
  .refine(({ bucketCounts, explicitBounds }) => bucketCounts.length === explicitBounds.length + 1, "a bucket")
  .refine(({ explicitBounds }) => ascending(explicitBounds), "bounds that do not ascend")
  .refine(
    ({ count, bucketCounts }) =>
      bucketCounts.reduce<number>((sum, each) => sum + Number(each), 0) === Number(count),
    "the buckets hold another count",
  );
const metricsSchema = z.strictObject({
  resourceMetrics: z.array(
    z.strictObject({
      resource,
      schemaUrl,
      scopeMetrics: z.array(
        z.strictObject({
          scope,
          schemaUrl,
          metrics: z.array(
            z.strictObject({
              name: z.string().regex(/^[A-Za-z][\w./-]{0,254}$/),
              description: z.string(),
              unit: z.string().max(63),
              histogram: z.strictObject({
                // AGGREGATION_TEMPORALITY_DELTA or _CUMULATIVE.
                aggregationTemporality: z.int().min(1).max(2),
                dataPoints: z.array(pointSchema).min(1),
              }),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Span = z.infer<typeof spanSchema>;

async function receiver(
  next: () => [status: number, headers: Record<string, string>] = () => [200, {}],
  answer: object = { partialSuccess: {} },
) {
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
      const [status, headers]: ReturnType<typeof next> = req.url === "/v1/traces" ? next() : [200, {}];
      if (status === 200) {
        if (req.method !== "POST" || req.headers["content-type"] !== "application/json")
          problems.push(`${req.method} of ${req.headers["content-type"]}`);
        try {
          decodeOtlp(req.url ?? "", body);
        } catch (error) {
          problems.push(String(error));
        }
        const schema = req.url === "/v1/traces" ? tracesSchema : metricsSchema;
        if (schema === metricsSchema && req.url !== "/v1/metrics") problems.push(`a request to ${req.url}`);
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
      res
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(req.url === "/v1/traces" ? JSON.stringify(answer) : "{}");
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
  sampled: true,
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
  overHttp: true,
  peer: { transport: "pipe", address: undefined, revision: "2025-06-18", requestId: "31" },
  server: "files",
  client: "claude",
  session: "s-1",
  rule: "r1",
  requestId: "7",
  ambient: undefined,
  revision: "2025-11-25",
  errorCode: undefined,
  status: "ok",
  content: undefined,
  ...changes,
});

/** A busy machine takes its time at the end. */
const UNHURRIED = { ...CLOCK, closeMs: 60_000 };

const open = (url: string, log: string[] = []) =>
  openOtlp(
    {
      url: `${url}/`,
      headers: { "x-key": "secret" },
      version: "1",
      log: (level, message) => log.push(`${level}: ${message}`),
    },
    UNHURRIED,
  );

test("a strict receiver accepts spans and metrics, and sees the client's span as the parent", async () => {
  const { url, spans, metrics, requests, problems } = await receiver();
  const sink = open(url);
  sink.call(call());
  sink.call(
    call({
      ...{ spanId: "1111111111111111", upstreamSpanId: "2222222222222222", parentSpanId: undefined },
      ...{ status: "tool_error", consent: undefined },
    }),
  );
  await sink.close();
  expect(problems).toEqual([]);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
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
    "mcp.protocol.version": "2025-11-25",
    "network.transport": "tcp",
    "network.protocol.name": "http",
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
  expect(metrics).toEqual([
    "mcp.server.operation.duration",
    "mcp.client.operation.duration",
    "gatehouse.consent.duration",
  ]);
  expect(requests.map(({ body }) => body).join()).not.toContain("gen_ai.tool.call");
});

test("the side of the server is told by its own transport, address, revision and id; sessions are counted by theirs", async () => {
  const { url, spans, requests, problems } = await receiver();
  const sink = open(url);
  const address = { host: "mcp.example.com", port: 443 };
  const remote = { transport: "tcp", address, revision: undefined, requestId: undefined } as const;
  sink.call(call());
  sink.call(call({ overHttp: false, peer: remote, spanId: "3".repeat(16), upstreamSpanId: "4".repeat(16) }));
  sink.session({ side: "server", ms: 90_000, revision: "2025-11-25", peer: undefined });
  sink.session({ side: "client", ms: 1_500, revision: undefined, peer: remote });
  await sink.close();
  expect(problems).toEqual([]);
  type Told = readonly { readonly key: string; readonly value: object }[];
  const WANTED = /^(network\.|server\.|mcp\.protocol|jsonrpc)/;
  const wanted = (attributes: Told | undefined) =>
    Object.fromEntries(
      (attributes ?? [])
        .filter(({ key }) => WANTED.test(key))
        .map(({ key, value: held }) => [key, Object.values(held)[0]]),
    );
  const http = { "network.transport": "tcp", "network.protocol.name": "http" };
  const at = { "server.address": "mcp.example.com", "server.port": 443 };
  const pipe = { "mcp.protocol.version": "2025-06-18", "network.transport": "pipe" };
  const client = { "mcp.protocol.version": "2025-11-25" };
  const spanAt = (id: string) => wanted(spans.find(({ spanId }) => spanId === id)?.attributes);
  expect(spanAt("53ce929d0e0e4736")).toEqual({ ...pipe, "jsonrpc.request.id": "31" });
  expect(spanAt("3".repeat(16))).toEqual({ ...client, "jsonrpc.request.id": "7" });
  expect(spanAt("4".repeat(16))).toEqual({ ...http, ...at });
  const told = requests.filter((one) => one.url === "/v1/metrics").map(({ body }) => JSON.parse(body));
  interface Metric {
    readonly name: string;
    readonly unit: string;
    readonly histogram: { readonly dataPoints: { readonly sum: number; readonly attributes: Told }[] };
  }
  const metrics: Metric[] = told.at(-1).resourceMetrics[0].scopeMetrics[0].metrics;
  const pointsOf = (name: string) =>
    metrics
      .find((metric) => metric.name === name && metric.unit === "s")
      ?.histogram.dataPoints.map(({ attributes }) => wanted(attributes));
  expect(pointsOf("mcp.server.operation.duration")).toEqual([{ ...client, ...http }, client]);
  expect(pointsOf("mcp.client.operation.duration")).toEqual([pipe, { ...http, ...at }]);
  expect(pointsOf("mcp.server.session.duration")).toEqual([{ ...client, ...http }]);
  expect(pointsOf("mcp.client.session.duration")).toEqual([{ ...http, ...at }]);
  const ofSessions = metrics.filter(({ name }) => name.includes("session"));
  expect(ofSessions.map(({ histogram: { dataPoints } }) => dataPoints[0]?.sum)).toEqual([90, 1.5]);
});

test("metrics count every call: those whose traces nobody keeps, and those whose spans are too many to be sent", async () => {
  const { url, spans, requests, problems } = await receiver();
  const sink = open(url);
  for (let i = 0; i < 2_500; i++) sink.call(call({ sampled: i % 2 === 0, spanId: "1".repeat(16) }));
  for (let i = 0; i < 1_500; i++) sink.call(call());
  await sink.close();
  expect(problems).toEqual([]);
  const owners = spans.filter(({ kind }) => kind === 2);
  expect(owners).toHaveLength(2_048);
  expect(owners.filter(({ spanId }) => spanId.startsWith("1"))).toHaveLength(1_250);
  const told = requests.filter((one) => one.url === "/v1/metrics").map(({ body }) => JSON.parse(body));
  const { metrics } = told.at(-1).resourceMetrics[0].scopeMetrics[0];
  expect(metrics[0].name).toBe("mcp.server.operation.duration");
  const counts = metrics[0].histogram.dataPoints.map(({ count }: { count: number }) => Number(count));
  expect(counts).toEqual([4_000]);
});

test("contents travel along where they were given", async () => {
  const { url, spans } = await receiver();
  const sink = open(url);
  const content = { request: '{"a":1}', result: '{"b":2}', errorMessage: undefined };
  sink.call(call({ content }));
  await sink.close();
  expect(spans[0]?.attributes).toEqual(
    expect.arrayContaining([
      { key: "gen_ai.tool.call.arguments", value: { stringValue: '{"a":1}' } },
      { key: "gen_ai.tool.call.result", value: { stringValue: '{"b":2}' } },
    ]),
  );
});

test("a call that failed has its error's code, and its message only with contents; a request's own span is linked", async () => {
  const { url, spans, problems } = await receiver();
  const sink = open(url);
  const failed = { status: "error", errorCode: -32602 } as const;
  const content = { request: null, result: null, errorMessage: "no such file" };
  sink.call(call({ ...failed, ambient: { traceId: "a".repeat(32), spanId: "b".repeat(16) } }));
  sink.call(call({ ...failed, spanId: "3".repeat(16), upstreamSpanId: "4".repeat(16), content }));
  sink.call(call({ status: "timeout", errorCode: -32001, spanId: "5".repeat(16), upstream: undefined }));
  await sink.close();
  expect(problems).toEqual([]);
  const [plain, told, late] = spans.filter(({ kind }) => kind === 2);
  expect([plain?.status, told?.status]).toEqual([{ code: 2 }, { code: 2, message: "no such file" }]);
  expect(plain?.links).toMatchObject([{ traceId: "a".repeat(32), spanId: "b".repeat(16) }]);
  const errorOf = (span: Span | undefined) =>
    ["error.type", "rpc.response.status_code"].map(
      (key) => span?.attributes.find((one) => one.key === key)?.value,
    );
  expect(errorOf(plain)).toEqual([{ stringValue: "-32602" }, { stringValue: "-32602" }]);
  expect(errorOf(late)).toEqual([{ stringValue: "timeout" }, { stringValue: "-32001" }]);
});

test("an outage loses nothing that there is room for: the same message is sent again, and that it was is told once", async () => {
  const answers: [number, Record<string, string>][] = [
    [503, {}],
    [429, { "retry-after": "7" }],
    [200, {}],
  ];
  const given = await receiver(() => answers.shift() ?? [200, {}]);
  const log: string[] = [];
  const pauses: number[] = [];
  const recovered = Promise.withResolvers<void>();
  const sink = openOtlp(
    {
      ...{ url: `${given.url}/`, headers: {}, version: "1" },
      log: (level, message) => {
        log.push(`${level}: ${message}`);
        if (message.includes("sent again")) recovered.resolve();
      },
    },
    { ...UNHURRIED, pause: (ms) => Promise.resolve(void pauses.push(ms)), random: () => 0.5 },
  );
  sink.call(call());
  await recovered.promise;
  await sink.close();
  const bodies = given.requests.filter((one) => one.url === "/v1/traces").map(({ body }) => body);
  expect(bodies).toHaveLength(3);
  expect(new Set(bodies).size).toBe(1);
  expect(pauses).toEqual([1_000, 7_000]);
  expect(log).toEqual([
    `warn: telemetry cannot be sent to ${given.url} (traces): it answers with HTTP status 503; it is tried again, and the newest calls are left out when too many wait`,
    "info: telemetry (traces) is sent again; 0 calls were left out",
  ]);
});

test("what a receiver refuses is not sent again, and counted; what it leaves out of a message is told", async () => {
  const answers = [400, 200];
  const given = await receiver(() => [answers.shift() ?? 200, {}], {
    partialSuccess: { rejectedSpans: "2", errorMessage: "too\u001b old" },
  });
  const log: string[] = [];
  const sink = open(given.url, log);
  for (let i = 0; i < 129; i++) sink.call(call());
  await sink.close();
  expect(given.requests.filter((one) => one.url === "/v1/traces")).toHaveLength(2);
  expect(log.filter((line) => !line.includes("metrics"))).toEqual([
    expect.stringMatching(
      /^warn: telemetry cannot be sent to .* \(traces\): it answers with HTTP status 400; look at/,
    ),
    "warn: the receiver of telemetry left out 2 spans: too\\u{1b} old",
    expect.stringMatching(/^warn: the spans of 128 calls were not sent to http/),
  ]);
});

test("a receiver that refuses, or is not there, is told of once, and costs a call nothing", async () => {
  const refusing = await receiver(() => [400, {}]);
  for (const url of [refusing.url, "http://127.0.0.1:1"]) {
    const log: string[] = [];
    const sink = open(url, log);
    const began = process.threadCpuUsage();
    for (let i = 0; i < 10_000; i++) sink.call(call());
    // Ten thousand calls only go into a list, most of them not even that.
    const { user, system } = process.threadCpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(500);
    await sink.close();
    for (const signal of ["traces", "metrics"])
      expect(
        log.filter((line) => /^warn: telemetry cannot be sent/.test(line) && line.includes(`(${signal})`))
          .length,
      ).toBeLessThanOrEqual(1);
    expect(log.join()).not.toContain("secret");
  }
});
