// What servers cost, and their logs, with a built hub and a server that burns CPU and whose child holds memory (issue 7).
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { PATIENCE, startTestHub } from "./kit.ts";

const HUNGRY = fileURLToPath(new URL("../fixtures/hungry-server.ts", import.meta.url));

interface Cost {
  readonly name: string;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly processes: number | null;
  readonly instances: number;
  readonly startupMs: number | null;
}

test("status tells the whole tree's memory and CPU, what sharing saves, and the log what the server wrote", async () => {
  await using hub = await startTestHub({
    config: { mcpServers: { hungry: { command: process.execPath, args: [HUNGRY] }, idle: echoServer() } },
  });
  const status = async () =>
    JSON.parse(await hub.command("status", "--json")) as {
      servers: Cost[];
      saved: { processes: number; memoryBytes: number };
    };
  const cost = async (name: string): Promise<Cost | undefined> =>
    (await status()).servers.find((server) => server.name === name);

  const first = await hub.connect(await hub.addClient("one"));
  await first.call("idle__echo", { text: "hello" });
  await first.call("hungry__burn", {});
  // Its child has ended its start-up by now: it held its memory before the call was answered.
  const hungry = await waitFor(
    async () => {
      const found = await cost("hungry");
      return found?.processes === 2 && found;
    },
    { deadlineMs: PATIENCE, what: "both processes of the tree" },
  );
  const idle = await cost("idle");
  expect(hungry).toMatchObject({ instances: 1, startupMs: expect.any(Number) });
  expect((hungry.memoryBytes ?? 0) - (idle?.memoryBytes ?? 0)).toBeGreaterThan(100_000_000);
  expect((await status()).saved).toEqual({ processes: 0, memoryBytes: 0 });

  const second = await hub.connect(await hub.addClient("two"));
  await second.call("hungry__burn", {});
  const { saved, servers } = await status();
  expect(servers.find(({ name }) => name === "hungry")?.cpuPercent).toBeGreaterThan(0);
  expect(saved.processes).toBe(2);
  // The held memory would be needed twice; the program itself is shared by the kernel all the same.
  expect(saved.memoryBytes).toBeGreaterThan(100_000_000);
  expect(saved.memoryBytes).toBeLessThanOrEqual((await cost("hungry"))?.memoryBytes ?? 0);

  const logged = async (...args: string[]) =>
    (
      JSON.parse(await hub.command("server", "logs", "hungry", "--json", ...args)) as {
        lines: { stream: string; level?: string; logger?: string; text: string }[];
      }
    ).lines;
  expect(await logged("--search", "BURNT")).toMatchObject(
    Array(2).fill({ stream: "stderr", text: "burnt half a second" }),
  );
  expect(await logged("--level", "warning")).toMatchObject(
    Array(2).fill({ stream: "log", level: "warning", logger: "fire", text: "hot" }),
  );
});
