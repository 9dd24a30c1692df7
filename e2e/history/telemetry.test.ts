// A client's trace goes on through the built hub: to its server, and to the receiver of OTLP that the configuration names.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import parse from "parse-prometheus-text-format";
import { expect, test } from "vitest";
import { checkExposition } from "../../electron/hub/testing/prometheus-format.ts";
import { startOtlpReceiver } from "../../electron/telemetry/testing/conformant-receiver.ts";
import { HOSTILE_TEXTS } from "../fixtures/hostile/texts.ts";
import { hubForTest, PATIENCE, textOf } from "../hub/kit.ts";
import { echoServer, fixtureScript } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const OTHER = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "b7ad6b7169203331";

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly kind: number;
  readonly name: string;
}

test(
  "the receiver sees the client's span as the parent, and the server is told the hub's, without any payload",
  async () => {
    await using receiver = await startOtlpReceiver();
    const { url, accepted } = receiver;
    /** The spans that it has taken so far. */
    const spans = (): Span[] =>
      accepted
        .filter(({ path }) => path === "/v1/traces")
        .flatMap(({ body }) => JSON.parse(body).resourceSpans)
        .flatMap(({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) => scopeSpans)
        .flatMap((scope) => scope.spans);
    const hub = await hubForTest({
      config: {
        mcpServers: { echo: echoServer() },
        telemetry: { otlp: url, headers: { "x-key": "${env:KEY}" } },
      },
      env: { KEY: "of-the-receiver" },
    });
    const ada = await hub.connect(await hub.addClient("ada"));
    /** What the server got with a call. */
    const told = async (options: Parameters<typeof ada.call>[2]): Promise<Record<string, string>> => {
      const message = await ada.call("echo__raw", { secret: "payload-7c1e" }, options);
      return JSON.parse(textOf(message))._meta;
    };
    const inMessage = await told({
      meta: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "rojo=1,congo=2" },
    });
    const inHeaders = await told({
      headers: { traceparent: `00-${OTHER}-${SPAN}-01`, tracestate: "vendor=x" },
    });
    const alone = await told({});

    const callsOf = (kind: number): Span[] =>
      spans().filter((span) => span.kind === kind && span.name === "tools/call raw");
    await waitFor(() => callsOf(2).length === 3 && callsOf(3).length === 3, {
      deadlineMs: PATIENCE,
      what: "the spans of three calls",
    });
    for (const [trace, state, meta] of [
      [TRACE, "rojo=1,congo=2", inMessage],
      [OTHER, "vendor=x", inHeaders],
    ] as const) {
      const own = callsOf(2).find(({ traceId }) => traceId === trace);
      const upstream = callsOf(3).find(({ traceId }) => traceId === trace);
      expect(own).toMatchObject({ parentSpanId: SPAN, traceState: state });
      expect(upstream?.parentSpanId).toBe(own?.spanId);
      expect(meta).toEqual({ traceparent: `00-${trace}-${upstream?.spanId}-01`, tracestate: state });
    }
    const own = callsOf(2).find(({ traceId }) => traceId !== TRACE && traceId !== OTHER);
    expect(own?.parentSpanId).toBeUndefined();
    expect(alone).toEqual({ traceparent: expect.stringContaining(`00-${own?.traceId}-`) });
    // Metrics come at intervals, and when the hub ends.
    await hub.stop();
    expect(accepted.map(({ path }) => path)).toContain("/v1/metrics");
    expect(receiver.refused).toEqual([]);
    expect(accepted.map(({ body }) => body).join()).not.toContain("payload-7c1e");
    expect(new Set(accepted.map(({ headers }) => headers["x-key"]))).toEqual(new Set(["of-the-receiver"]));
  },
  PATIENCE * 2,
);

test(
  "/metrics is of the format whatever servers name their tools, and counts what was called",
  async () => {
    const hub = await hubForTest({
      config: {
        mcpServers: {
          echo: echoServer(),
          hostile: { command: process.execPath, args: [fixtureScript("hostile-server.ts")] },
        },
      },
    });
    const ada = await hub.connect(await hub.addClient("ada"));
    const names = await waitFor(
      async () => {
        const found = (await ada.toolNames()).filter((name) => name.startsWith("hostile__"));
        return found.length === HOSTILE_TEXTS.length && found;
      },
      { deadlineMs: PATIENCE, what: "the hostile tools" },
    );
    for (const name of names) await ada.call(name, {});
    await ada.call("echo__add", { a: 1, b: 2 });
    await ada.call("echo__fail", { text: "no" });
    const { token } = JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8")) as { token: string };
    const answer = await hub.client(token, "/metrics").send(undefined, { method: "GET" });
    expect([answer.status, answer.headers["content-type"]]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    const families = checkExposition(answer.text);
    // Another reader of the format, of which nothing is ours, reads the same.
    const parsed = parse(answer.text) as { name: string; help: string; metrics: { labels?: object }[] }[];
    expect(parsed.map(({ name }) => name)).toEqual([...families.keys()]);
    const calls = families.get("gatehouse_calls_total")?.samples ?? [];
    expect(
      parsed.find(({ name }) => name === "gatehouse_calls_total")?.metrics.map(({ labels }) => labels),
    ).toEqual(calls.map(({ labels }) => labels));
    const labels = { server: "echo", method: "tools/call" };
    expect(calls).toEqual(
      expect.arrayContaining([
        { name: "gatehouse_calls_total", labels: { ...labels, tool: "add", status: "ok" }, value: 1 },
        {
          name: "gatehouse_calls_total",
          labels: { ...labels, tool: "fail", status: "tool_error" },
          value: 1,
        },
      ]),
    );
    // Each hostile tool is a series of its own.
    expect(calls.filter(({ labels: { server, tool } }) => server === "hostile" && tool !== "")).toHaveLength(
      HOSTILE_TEXTS.length,
    );
  },
  PATIENCE * 2,
);
