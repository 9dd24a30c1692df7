import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { echoServer, startHub } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { hubForTest, newMark, PATIENCE, startTestHub, type TestHub, textOf } from "./kit.ts";
import { survivorsOf } from "./survivors.ts";
import { guardsOf, integrityOf, isAlive, mcpServers, newHome, servers } from "./trees.ts";

/** What issue 2 allows the next start, in milliseconds. */
const START_LIMIT = 2_000;
/** A start on an empty home that takes longer than this, in milliseconds, shows a machine that is slow or busy. */
const EMPTY_START = 700;
const CLIENTS = 4;
/** Replies after which a kill comes at the latest; fewer than one answer of `calls` holds. */
const MOST_REPLIES = 160;

/** Waits until the guard and every process of every server's tree is gone, no longer than issue 2 allows. */
async function nothingSurvives(hub: TestHub, guards: readonly number[]): Promise<void> {
  const survivors = (): string[] => [
    ...hub.serverProcesses().map(({ pid, command }) => `${pid} ${command}`),
    ...guards.filter(isAlive).map((pid) => `${pid} (the guard)`),
  ];
  expect(await survivorsOf(survivors)).toEqual([]);
}

/** How long a hub with nothing to find again takes to start now: this machine's measure. */
async function emptyStartMs(): Promise<number> {
  await using hub = await startHub();
  return hub.startedInMs;
}

/** Calls all servers from all clients until every connection breaks; gives the texts of the replies that came whole. */
async function load(clients: readonly McpHttpClient[], cycle: number, onReply: (count: number) => void) {
  const received: string[] = [];
  let sent = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (;;) {
        sent += 1;
        const text = `cycle-${cycle}-${sent};`;
        const server = servers[sent % servers.length] ?? "";
        // All three ways into the log: at once, compressed beside the loop, and through the worker.
        const size = sent % 50 === 0 ? 5_000_000 : sent % 15 === 0 ? 400_000 : 0;
        const message = text + "z".repeat(size);
        try {
          const answer = await client.call(`${server}__echo`, { text: message, message });
          if (textOf(answer).endsWith(message)) received.push(text);
          onReply(received.length);
        } catch (error) {
          if (isBroken(error)) return;
          throw error;
        }
      }
    }),
  );
  return received;
}

const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(String(error.code));

/** The texts that no recorded call carries. */
async function missing(hub: TestHub, texts: readonly string[]): Promise<string[]> {
  const calls = await hub.calls("--limit", String(MOST_REPLIES + 10 * CLIENTS));
  const recorded = new Set(
    calls
      .filter(({ status }) => status === "ok")
      .map(({ request }) => /cycle-\d+-\d+;/.exec(request.arguments.text)?.[0]),
  );
  return texts.filter((text) => !recorded.has(text));
}

describe.runIf(process.platform === "linux")("a hub that is killed", () => {
  test("by SIGKILL under load, three times on one home: nothing is lost, nothing survives, sessions go on", {
    timeout: 180_000,
  }, async () => {
    const home = newHome();
    const mark = newMark();
    let hub = await startTestHub({ home, mark, config: { mcpServers } });
    onTestFinished(() => hub.stop());
    const { port } = hub;
    const sessions: { token: string; id: string | undefined }[] = [];
    for (let index = 0; index < CLIENTS; index += 1) {
      const token = await hub.addClient(`client-${index}`);
      sessions.push({ token, id: (await hub.connect(token)).sessionId });
    }
    await waitFor(async () => (await hub.status()).servers.every(({ tools }) => tools !== null), {
      deadlineMs: PATIENCE,
      what: "all catalogues to be learnt",
    });

    for (let cycle = 1; cycle <= 3; cycle += 1) {
      const clients = sessions.map(({ token, id }) => hub.client(token, "/mcp", id));
      const killAt = 1 + Math.floor(Math.random() * MOST_REPLIES);
      const guards = guardsOf(hub.pid);
      expect(guards).toHaveLength(1);
      let killed: Promise<unknown> | undefined;
      const received = await load(clients, cycle, (count) => {
        if (count >= killAt) killed ??= hub.kill("SIGKILL");
      });
      expect(await killed).toMatchObject({ signal: "SIGKILL" });
      await nothingSurvives(hub, guards);

      hub = await startTestHub({ home, mark, port });
      for (let again = 0; hub.startedInMs > START_LIMIT && again < 2; again += 1) {
        // A busy machine may have been slow: the same again, with nothing else going on.
        await hub.kill("SIGKILL");
        await nothingSurvives(hub, []);
        hub = await startTestHub({ home, mark, port });
      }
      if (hub.startedInMs > START_LIMIT)
        expect(hub.startedInMs).toBeLessThan(START_LIMIT * Math.max(1, (await emptyStartMs()) / EMPTY_START));
      expect(received.length).toBeGreaterThanOrEqual(killAt);
      expect(await missing(hub, received)).toEqual([]);
      expect(integrityOf(home)).toBe("ok");
      expect(JSON.parse(await hub.command("calls", "verify", "--json"))).toMatchObject({
        ok: true,
        findings: [],
      });
      for (const { token, id } of sessions) {
        const client = hub.client(token, "/mcp", id);
        expect(textOf(await client.call("echo__echo", { text: `after ${cycle}` }))).toBe(`after ${cycle}`);
      }
    }
  });

  test("and started again at once, while the guard is still at work: nothing old survives and nothing new is ended", async () => {
    const home = newHome();
    const first = await hubForTest({ home, config: { mcpServers } });
    const token = await first.addClient("impatient");
    const client = await first.connect(token);
    await waitFor(async () => (await client.toolNames()).includes("stubborn__echo"), {
      deadlineMs: PATIENCE,
      what: "the stubborn server",
    });
    await client.call("stubborn__echo", { text: "x" });
    const guards = guardsOf(first.pid);
    await first.kill("SIGKILL");
    const second = await hubForTest({ home, port: first.port, mark: first.mark });
    const old = first.serverProcesses().map(({ pid }) => pid);
    const pid = textOf(await client.call("stubborn__pid"));
    expect(await survivorsOf(() => [...old, ...guards].filter(isAlive).map(String))).toEqual([]);
    expect(textOf(await client.call("stubborn__pid"))).toBe(pid);
    expect((await second.server("stubborn")).restarts).toBe(0);
  });

  test("by SIGKILL does not lose the SDK's own client: its calls go on, and so does its stream", async () => {
    const home = newHome();
    const first = await hubForTest({ home, config: { mcpServers: { echo: echoServer() } } });
    const token = await first.addClient("sdk");
    const client = new Client({ name: "sdk", version: "1.0.0" });
    onTestFinished(() => client.close());
    const heard = vi.fn();
    client.setNotificationHandler("notifications/tools/list_changed", heard);
    await client.connect(
      new StreamableHTTPClientTransport(new URL(first.url), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      }),
    );
    await client.listTools();
    await first.kill("SIGKILL");
    const second = await hubForTest({ home, port: first.port, mark: first.mark });
    const answer = await client.callTool({ name: "echo__echo", arguments: { text: "gone on" } });
    expect(answer.content).toEqual([{ type: "text", text: "gone on" }]);
    const [call] = await second.calls();
    expect(call).toMatchObject({ client: "sdk", status: "ok" });
    let added = 0;
    await waitFor(
      async () => {
        // The SDK opens its stream anew after a second or so: until then nobody hears of a change.
        added += 1;
        await client.callTool({ name: "echo__mutateTools", arguments: { add: `fresh_${added}` } });
        return heard.mock.calls.length > 0;
      },
      { deadlineMs: PATIENCE, what: "list_changed on the stream that was opened anew" },
    );
  });

  test("together with its guard: the next start ends what they left before it listens", async () => {
    const home = newHome();
    const first = await hubForTest({ home, config: { mcpServers } });
    const token = await first.addClient("swept");
    const client = await first.connect(token);
    await waitFor(async () => (await client.toolNames()).includes("wrapped__echo"), {
      deadlineMs: PATIENCE,
      what: "the npx-wrapped server",
    });
    for (const server of servers) await client.call(`${server}__echo`, { text: "x", message: "x" });
    const [guard] = guardsOf(first.pid);
    expect(guard).toBeDefined();
    // The guard first: with the hub gone it would begin to clean up.
    if (guard !== undefined) process.kill(guard, "SIGKILL");
    await first.kill("SIGKILL");
    const left = first.serverProcesses();
    expect(left.length).toBeGreaterThanOrEqual(2);

    const second = await hubForTest({ home, mark: first.mark });
    expect(second.serverProcesses()).toEqual([]);
    expect(second.log()).toMatch(/Ended \d+ processes that an earlier hub had left running/);
    expect(textOf(await second.client(token, "/mcp", client.sessionId).call("echo__pid"))).toMatch(/^\d+$/);
  });

  test("after its guard was killed alone: another guard has taken over and cleans up", async () => {
    const hub = await hubForTest({ config: { mcpServers } });
    const client = await hub.connect(await hub.addClient("guarded"));
    await waitFor(async () => (await client.toolNames()).includes("stubborn__echo"), {
      deadlineMs: PATIENCE,
      what: "the stubborn server",
    });
    await client.call("stubborn__echo", { text: "x" });
    const [guard] = guardsOf(hub.pid);
    if (guard !== undefined) process.kill(guard, "SIGKILL");
    const guards = await waitFor(
      () => {
        const now = guardsOf(hub.pid);
        return now.length === 1 && now[0] !== guard ? now : undefined;
      },
      { deadlineMs: PATIENCE, what: "another guard" },
    );
    expect(textOf(await client.call("stubborn__echo", { text: "still here" }))).toBe("still here");
    await hub.kill("SIGKILL");
    await nothingSurvives(hub, guards);
  });
});
