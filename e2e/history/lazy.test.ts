// What only some people use is not in the hub's memory for the others: telemetry, and the tokenizer with its 65 MB.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runFileSchema } from "../../shared/contract.ts";
import { PATIENCE, type TestHub } from "../hub/kit.ts";
import { openControl } from "../lib/control.ts";
import { echoServer } from "../lib/hub.ts";
import { loadedBy, scriptsWith } from "../lib/loaded.ts";

const mcpServers = { echo: echoServer() };

const calling = async (hub: TestHub): Promise<void> => {
  const client = await hub.connect(await hub.addClient("ada"));
  for (const text of ["a", "b"]) await client.call("echo__echo", { text });
};

/** Asks the hub as the Latency screen does, and as its part about cost does where `cost`. */
const looking = async (hub: TestHub, cost: boolean): Promise<void> => {
  const { token } = runFileSchema.parse(JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8")));
  const control = await openControl(`ws://127.0.0.1:${hub.port}/control`, token);
  const span = { from: Date.now() - 3_600_000, to: Date.now() };
  await control.client.call("metrics.series", { ...span, filter: {}, by: "tool" });
  await control.client.call("metrics.top", { ...span, filter: {}, limit: 8 });
  if (cost) expect((await control.client.call("metrics.cost", span)).usage).not.toEqual([]);
  control.close();
};

const telemetry = scriptsWith("@opentelemetry");
const tokenizer = scriptsWith("gpt-tokenizer");

test(
  "neither telemetry nor the tokenizer is loaded by the start, by calls, or by the charts",
  async () => {
    expect(telemetry.length).toBeGreaterThan(0);
    expect(tokenizer.length).toBeGreaterThan(0);
    const loaded = await loadedBy({ mcpServers }, async (hub) => {
      await calling(hub);
      await looking(hub, false);
    });
    // The workers' scripts are seen too.
    expect(loaded.some((path) => path.includes("gatehouse.js"))).toBe(true);
    expect(loaded.some((path) => path.includes("store-worker.js"))).toBe(true);
    expect(loaded.filter((path) => telemetry.includes(path) || tokenizer.includes(path))).toEqual([]);
  },
  PATIENCE * 2,
);

test(
  "each is loaded by what needs it, and only that",
  async () => {
    const receiver = createServer((req, res) => {
      req.resume().on("end", () => res.end("{}"));
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      receiver.closeAllConnections();
      receiver.close();
    });
    const told = once(receiver, "request");
    const otlp = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const traced = await loadedBy({ mcpServers, telemetry: { otlp } }, async (hub) => {
      await calling(hub);
      // It is loaded beside the hub's work: a hub that ends at once may never have come to it.
      await told;
    });
    expect(traced.filter((path) => telemetry.includes(path)).length).toBeGreaterThan(0);
    expect(traced.filter((path) => tokenizer.includes(path))).toEqual([]);
    const counted = await loadedBy({ mcpServers }, async (hub) => {
      await calling(hub);
      await looking(hub, true);
    });
    expect(counted.filter((path) => tokenizer.includes(path)).length).toBeGreaterThan(0);
    expect(counted.filter((path) => telemetry.includes(path))).toEqual([]);
  },
  PATIENCE * 2,
);
