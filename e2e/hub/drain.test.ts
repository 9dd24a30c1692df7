import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { callUnderWay, hubForTest, PATIENCE, type TestHub, textOf } from "./kit.ts";
import { newHome } from "./trees.ts";

/** Waits until the hub says that it waits for what is under way. */
const draining = (hub: TestHub): Promise<unknown> =>
  waitFor(() => hub.log().includes("waiting for"), { deadlineMs: PATIENCE, what: "the hub to drain" });

test("a hub that is told to end answers the call under way, takes no new one, and its sessions go on at the next", async () => {
  const home = newHome();
  const mcpServers = { echo: echoServer() };
  const first = await hubForTest({ home, config: { mcpServers } });
  const token = await first.addClient("patient");
  const client = await first.connect(token);
  const { sessionId } = client;
  await client.toolNames();
  const { answer } = await callUnderWay(client, "echo__", { steps: 2, delayMs: 1_500 });
  const ended = first.kill("SIGTERM");
  await draining(first);

  const refused = await client.post({
    jsonrpc: "2.0",
    id: 77,
    method: "tools/call",
    params: { name: "echo__echo", arguments: { text: "late" } },
  });
  expect(refused).toMatchObject({
    status: 503,
    headers: { "retry-after": "1" },
    messages: [{ id: 77, error: { code: -32000, data: { code: "closing" } } }],
  });
  expect(textOf((await answer).messages.at(-1) ?? {})).toBe("2 steps");
  expect(await ended).toMatchObject({ code: 0, signal: null });

  const next = await hubForTest({ home, port: first.port, config: { mcpServers } });
  const resumed = next.client(token, "/mcp", sessionId);
  expect(textOf(await resumed.call("echo__echo", { text: "still here" }))).toBe("still here");
  const recorded = (await next.calls()).map(({ tool, status }) => ({ tool, status }));
  expect(recorded).toEqual([
    { tool: "echo", status: "ok" },
    { tool: "progress", status: "ok" },
  ]);
});

test("a listen stream of the SDK's client ends gracefully when the hub ends", async () => {
  const hub = await hubForTest({ config: { mcpServers: { echo: echoServer() } } });
  const token = await hub.addClient("listener");
  const client = new Client({ name: "listener", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(hub.url), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    }),
  );
  const subscription = await client.listen({ toolsListChanged: true });
  const ended = hub.kill("SIGTERM");
  expect(await subscription.closed).toBe("graceful");
  expect(await ended).toMatchObject({ code: 0, signal: null });
  await client.close();
});

test("a question that is open when the hub is told to end can be answered while it drains", async () => {
  const hub = await hubForTest({
    config: { mcpServers: { echo: echoServer() }, consent: { default: "ask", newTools: "allow" } },
  });
  const client = await hub.connect(await hub.addClient("asker"));
  await client.toolNames();
  const answer = client.call("echo__echo", { text: "let in" });
  const question = await waitFor(
    async () =>
      (JSON.parse(await hub.command("pending", "--json")) as { pending: { id: string }[] }).pending[0],
    { deadlineMs: PATIENCE, what: "the question" },
  );
  const ended = hub.kill("SIGTERM");
  await draining(hub);
  expect(JSON.parse(await hub.command("status", "--json")) as object).toMatchObject({
    hub: { draining: { calls: 1, questions: 1 } },
  });
  await hub.command("answer", question.id, "allow-once");
  expect(textOf(await answer)).toBe("let in");
  expect(await ended).toMatchObject({ code: 0, signal: null });
});

test("a question that nobody answers is ended with the drain, and its client is told", async () => {
  const hub = await hubForTest({
    config: { mcpServers: { echo: echoServer() }, consent: { default: "ask", newTools: "allow" } },
  });
  const client = await hub.connect(await hub.addClient("asker"));
  await client.toolNames();
  const answer = client.call("echo__echo", { text: "never" });
  await waitFor(
    async () =>
      (JSON.parse(await hub.command("pending", "--json")) as { pending: unknown[] }).pending.length > 0,
    { deadlineMs: PATIENCE, what: "the question" },
  );
  const ended = hub.kill("SIGTERM");
  await draining(hub);
  process.kill(hub.pid, "SIGTERM");
  expect(await answer).toMatchObject({ error: { data: { code: "shutting_down" } } });
  expect(await ended).toMatchObject({ code: 0, signal: null });
});
