import parse from "parse-prometheus-text-format";
import { expect, test } from "vitest";
import { exposition } from "../../core/metrics/exposition.ts";
import { callRow } from "../../storage/fixtures/storage.ts";
import { checkExposition } from "../testing/prometheus-format.ts";
import { createTestHub } from "../testing/test-hub.ts";
import { CallCounters } from "./call-counters.ts";
import { metricsText } from "./metrics-text.ts";

interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly metrics: readonly {
    readonly value?: string;
    readonly labels?: Record<string, string>;
    readonly buckets?: Record<string, string>;
    readonly count?: string;
    readonly sum?: string;
  }[];
}

const facts = {
  version: "1.2.3",
  servers: [{ name: "files", state: "ready" as const, restarts: 2 }],
  sessions: 3,
  questions: 1,
};

test("/metrics is of the format: parsed, and checked by its rules", () => {
  const counters = new CallCounters();
  counters.recorded(callRow({ durationUs: 3_000, consentUs: 0 }));
  counters.recorded(callRow({ durationUs: 70_000_000, consentUs: 69_000_000, status: "denied" }));
  counters.recorded(callRow({ server: 'a "quoted" \\ name\nof two lines', tool: "x" }));
  counters.recorded(callRow({ method: "resources/read", tool: "file:///whatever" }));
  const text = metricsText(counters.families(), facts);
  checkExposition(text);
  const families = parse(text) as Parsed[];
  const calls = families.find(({ name }) => name === "gatehouse_calls_total");
  expect(calls?.type).toBe("COUNTER");
  expect(
    calls?.metrics.map(({ labels, value }) => [labels?.server, labels?.tool, labels?.status, value]),
  ).toEqual([
    ["files", "read", "ok", "1"],
    ["files", "read", "denied", "1"],
    ["files", "", "ok", "1"],
    ['a "quoted" \\ name\nof two lines', "x", "ok", "1"],
  ]);
  expect(families.every(({ help, type }) => help !== "" && type !== "UNTYPED")).toBe(true);
});

test("buckets are cumulative up to +Inf, and the wait for a person is a histogram of its own", () => {
  const counters = new CallCounters();
  counters.recorded(callRow({ durationUs: 3_000, consentUs: 0 }));
  counters.recorded(callRow({ durationUs: 70_000_000, consentUs: 69_000_000 }));
  const families = parse(exposition(counters.families())) as Parsed[];
  const [latency] = families.find(({ name }) => name === "gatehouse_call_duration_seconds")?.metrics ?? [];
  const counts = Object.values(latency?.buckets ?? {}).map(Number);
  expect(counts.sort((a, b) => a - b)).toEqual(counts);
  expect(latency).toMatchObject({ buckets: { "0.0025": "0", "0.005": "1", "1": "2", "+Inf": "2" } });
  const [waits] = families.find(({ name }) => name === "gatehouse_consent_wait_seconds")?.metrics ?? [];
  expect(waits).toMatchObject({ buckets: { "60": "0", "300": "1", "+Inf": "1" } });
});

test("a tool with the name of a method is counted apart from it", () => {
  const counters = new CallCounters();
  counters.recorded(callRow({ tool: "resources/read" }));
  counters.recorded(callRow({ method: "resources/read", tool: "file:///whatever" }));
  const [calls] = counters.families();
  expect(calls?.samples.map(({ labels }) => [labels.method, labels.tool])).toEqual([
    ["tools/call", "resources/read"],
    ["resources/read", ""],
  ]);
});

test("tools whose names differ only in what is no Unicode are one series, not the same one twice", () => {
  const counters = new CallCounters();
  for (const tool of ["x\ud800", "x\udc00", "x\ufffd"]) counters.recorded(callRow({ tool }));
  const families = checkExposition(metricsText(counters.families(), facts));
  expect(families.get("gatehouse_calls_total")?.samples).toMatchObject([
    { labels: { tool: "x\ufffd" }, value: 3 },
  ]);
});

test("however many tools are called, the series stay bounded", () => {
  const counters = new CallCounters();
  for (let i = 0; i < 1_050; i++) counters.recorded(callRow({ tool: `tool-${i}` }));
  const [calls] = counters.families();
  expect(calls?.samples.length).toBeLessThanOrEqual(1_001);
});

test("a control token opens it, of whatever role, and nothing else does", async () => {
  const hub = await createTestHub();
  const { control, operatorToken, state } = hub.hub;
  expect(control.metrics(operatorToken)?.text).toContain("gatehouse_build_info");
  expect(control.metrics(state.tokens.mint("viewer"))?.type).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(control.metrics(state.identities.mintToken(hub.client.id ?? ""))).toBeUndefined();
  expect(control.metrics("")).toBeUndefined();
  await hub.dispose();
});
