import { expect, test } from "vitest";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { callUnderWay, hubForTest, PATIENCE, textOf } from "./kit.ts";
import { guardsOf, integrityOf, isAlive, mcpServers, newHome, servers } from "./trees.ts";

test.runIf(process.platform === "linux").each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "a hub that gets %s ends in order: the call under way is answered, and no process is left when it has ended",
  async (signal) => {
    const hub = await hubForTest({ config: { mcpServers } });
    const client = await hub.connect(await hub.addClient("orderly"));
    await waitFor(async () => (await client.toolNames()).includes("wrapped__echo"), {
      deadlineMs: PATIENCE,
      what: "the npx-wrapped server",
    });
    for (const server of servers) await client.call(`${server}__echo`, { text: "x", message: "x" });
    const guards = guardsOf(hub.pid);
    const { answer } = await callUnderWay(client, "echo__", { steps: 2, delayMs: 100 });
    const ended = hub.kill(signal);
    expect(textOf((await answer).messages.at(-1) ?? {})).toBe("2 steps");
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect({ servers: hub.serverProcesses(), guards: guards.filter(isAlive) }).toEqual({
      servers: [],
      guards: [],
    });
    expect(integrityOf(hub.home)).toBe("ok");
  },
);

test("a call that never ends is told so at a second signal, and is on record", async () => {
  const home = newHome();
  const hub = await hubForTest({ home, config: { mcpServers: { echo: echoServer() } } });
  const client = await hub.connect(await hub.addClient("endless"));
  await client.toolNames();
  const { answer } = await callUnderWay(client, "echo__", { steps: 1, delayMs: 600_000 });
  const ended = hub.kill("SIGTERM");
  await waitFor(() => hub.log().includes("waiting for 1 calls"), {
    deadlineMs: PATIENCE,
    what: "the hub to wait for the call",
  });
  process.kill(hub.pid, "SIGTERM");
  expect(await ended).toMatchObject({ code: 0, signal: null });
  const failed = { message: expect.stringContaining("echo") };
  expect((await answer).messages.at(-1)).toMatchObject({ error: failed });
  const { stdout } = await hub.cli(["calls", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ calls: [{ tool: "progress", status: "error", error: failed }] });
});
