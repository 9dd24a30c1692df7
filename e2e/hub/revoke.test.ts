// Revoking a client while it is busy (issue 5, Done when 4): over real HTTP, in both eras and on the old endpoint pair.
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openControl } from "../lib/control.ts";
import { echoServer } from "../lib/hub.ts";
import type { Answer, McpHttpClient, Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { hubForTest, PATIENCE, type TestHub } from "./kit.ts";

const REVISION = "2026-07-28";
const META = "io.modelcontextprotocol";
/** How soon everything of a revoked client must be over, in milliseconds. */
const LIMIT = 1_000;
const CONFIG = { consent: { default: "allow" }, mcpServers: { echo: echoServer() } };

const start = (): Promise<TestHub> => hubForTest({ config: CONFIG });

/** A stateless request; `ended` resolves with its answer, and `first` with the first message that comes. */
function stateless(
  client: McpHttpClient,
  id: number,
  method: string,
  params: { name?: string; [key: string]: unknown },
) {
  const first = Promise.withResolvers<Message>();
  const _meta = {
    [`${META}/protocolVersion`]: REVISION,
    [`${META}/clientInfo`]: { name: "gatehouse-test", version: "1" },
    [`${META}/clientCapabilities`]: {},
    progressToken: id,
  };
  const headers = { "mcp-protocol-version": REVISION, "mcp-method": method, "mcp-name": params.name ?? null };
  const ended: Promise<Answer> = client.post(
    { jsonrpc: "2.0", id, method, params: { ...params, _meta } },
    { headers, onMessage: (message) => first.resolve(message) },
  );
  return { first: first.promise, ended };
}

/** Opens the old transport's stream; gives where to post, and when it has ended. */
function oldStream(hub: TestHub, token: string): Promise<{ messages: string; ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
    const request = http.get(new URL("/sse", hub.url), { headers }, (response) => {
      const ended = new Promise<void>((settle) => response.once("end", settle));
      response.setEncoding("utf8").on("data", (text: string) => {
        const messages = /data: (\/messages\S+)/.exec(text)?.[1];
        if (messages !== undefined) resolve({ messages, ended });
      });
    });
    request.on("error", reject);
    onTestFinished(() => void request.destroy());
  });
}

/** Revokes a client as `gatehouse client revoke` does; gives how long it took until all of `over` were, in ms. */
async function revoke(hub: TestHub, name: string, over: Promise<unknown>[]): Promise<number> {
  const { token } = JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8")) as { token: string };
  const control = await openControl(`ws://127.0.0.1:${hub.port}/control`, token);
  const begun = performance.now();
  await control.client.call("clients.revoke", { name });
  await Promise.all(over);
  control.close();
  return performance.now() - begun;
}

/** How the echo server saw it: how many of its calls were cancelled. */
async function cancelledAtServer(hub: TestHub): Promise<number> {
  const other = await hub.connect(await hub.addClient("other"));
  const counted = await other.call("echo__count");
  return counted.result?.structuredContent?.cancelled as number;
}

const isCancelled = async (hub: TestHub): Promise<string[]> =>
  (await hub.calls("--client", "eve", "--tool", "progress")).map(({ status }) => status);

test("a session's client is cut off in mid-call: its call, its streams, its session and its token", {
  timeout: 2 * PATIENCE,
}, async () => {
  const hub = await start();
  const token = await hub.addClient("eve");
  const client = await hub.connect(token);
  const stream = await client.openStream();
  const started = Promise.withResolvers<Message>();
  const params = {
    name: "echo__progress",
    arguments: { steps: 1_000, delayMs: 500 },
    _meta: { progressToken: 1 },
  };
  const call = client.post(
    { jsonrpc: "2.0", id: 5, method: "tools/call", params },
    { onMessage: (message) => started.resolve(message) },
  );
  expect((await started.promise).method).toBe("notifications/progress");
  expect(await revoke(hub, "eve", [call, stream.ended])).toBeLessThan(LIMIT);
  expect((await call).messages.filter(({ id }) => id === 5)).toEqual([]);
  expect((await client.post({ jsonrpc: "2.0", id: 6, method: "ping" })).status).toBe(401);
  expect((await client.openStream()).status).toBe(401);
  expect(await isCancelled(hub)).toEqual(["cancelled"]);
  expect(await cancelledAtServer(hub)).toBe(1);
});

test("a stateless client is cut off in mid-call: its call, its listen stream and its token", {
  timeout: 2 * PATIENCE,
}, async () => {
  const hub = await start();
  const client = hub.client(await hub.addClient("eve"));
  const listen = stateless(client, 1, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  expect((await listen.first).method).toBe("notifications/subscriptions/acknowledged");
  const params = { name: "echo__progress", arguments: { steps: 1_000, delayMs: 500 } };
  const call = stateless(client, 2, "tools/call", params);
  expect((await call.first).method).toBe("notifications/progress");
  expect(await revoke(hub, "eve", [call.ended, listen.ended])).toBeLessThan(LIMIT);
  expect((await call.ended).messages.filter(({ id }) => id === 2)).toEqual([]);
  expect((await stateless(client, 3, "tools/list", {}).ended).status).toBe(401);
  expect(await isCancelled(hub)).toEqual(["cancelled"]);
  expect(await cancelledAtServer(hub)).toBe(1);
});

test("the streams of the old transport end too, also one that has opened no session yet", {
  timeout: 2 * PATIENCE,
}, async () => {
  const hub = await start();
  const token = await hub.addClient("eve");
  const [fresh, used] = [await oldStream(hub, token), await oldStream(hub, token)];
  const poster = hub.client(token, used.messages);
  const clientInfo = { name: "old", version: "1" };
  const hello = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo };
  await poster.post({ jsonrpc: "2.0", id: 1, method: "initialize", params: hello });
  const sessions = async (): Promise<number> =>
    (await hub.status()).clients.filter((client) => "sessions" in client && client.sessions === 1).length;
  await waitFor(async () => (await sessions()) === 1, { deadlineMs: PATIENCE, what: "its session" });
  const shown = JSON.parse(await hub.command("client", "show", "eve", "--json"));
  expect(shown.client).toMatchObject({
    claimedName: "old",
    sessionList: [{ transport: "sse", revision: "2024-11-05", claimedName: "old 1", scope: "all" }],
  });
  if (process.platform === "linux") expect(shown.client.sessionList[0].process.pid).toBe(process.pid);
  expect(await revoke(hub, "eve", [fresh.ended, used.ended])).toBeLessThan(LIMIT);
  expect((await poster.post({ jsonrpc: "2.0", id: 2, method: "ping" })).status).toBe(401);
});
