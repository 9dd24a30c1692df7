import { expect, test } from "vitest";
import { createFakeConnection } from "../../testing/fake-connection.ts";
import { createLatencyStore, SPANS } from "./latency-store.ts";

const NOW = 1_900_000_000_000;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start() {
  const connection = createFakeConnection({
    "metrics.series": () => ({ behind: 0 }),
    "metrics.heatmap": () => ({}),
    "metrics.top": () => ({}),
  });
  const waiting: { run: () => void; milliseconds: number }[] = [];
  const latency = createLatencyStore(connection, {
    clock: () => NOW,
    later: (run, milliseconds) => {
      waiting.push({ run, milliseconds });
      return () => undefined;
    },
  });
  const asked = () => connection.calls.findLast(({ method }) => method === "metrics.series")?.params;
  return { connection, latency, waiting, asked };
}

test("a span that ends now is read at once, and again some time after calls, however many they are", async () => {
  const { connection, latency, waiting, asked } = start();
  await settled();
  expect(latency.store.getState().data?.series).toEqual({ behind: 0 });
  expect(asked()).toEqual({ from: NOW - SPANS["1h"], to: NOW, filter: {} });
  for (let i = 0; i < 5; i++) connection.broadcast("callsRecorded", { calls: [], dropped: 0 });
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([7_200]);
  const before = connection.calls.length;
  waiting[0]?.run();
  expect(connection.calls.length).toBe(before + 3);
});

test("a span that stands still is not read again for new calls", async () => {
  const { connection, latency, waiting, asked } = start();
  latency.show({ fixed: { from: 1_000, to: 2_000 }, by: "tool", filter: { server: "files" } });
  await settled();
  expect(asked()).toEqual({ from: 1_000, to: 2_000, by: "tool", filter: { server: "files" } });
  connection.broadcast("callsRecorded", { calls: [], dropped: 0 });
  expect(waiting).toEqual([]);
});
