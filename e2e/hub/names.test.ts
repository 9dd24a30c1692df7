import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { definitions } from "../fixtures/echo/tools.ts";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { hubForTest, PATIENCE, textOf } from "./kit.ts";

/** How names are compared by clients: case, and `-` against `_`, make no difference. */
const folded = (name: string): string => name.toLowerCase().replaceAll("-", "_");

const newHome = (): string => {
  const home = temporaryHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

/** The list, once it has as many names as it should. */
const namesOnce = (client: McpHttpClient, count: number): Promise<string[]> =>
  waitFor(
    async () => {
      const names = await client.toolNames();
      return names.length === count ? names : undefined;
    },
    { deadlineMs: PATIENCE, what: `${count} names in the list` },
  );

/** How many tools the fixture lists by itself. */
const OWN = definitions(0).size;

test("names carry their server's name, its prefix, or nothing, and lead where they say", async () => {
  const hub = await hubForTest({
    config: {
      mcpServers: {
        plain: echoServer(),
        named: { ...echoServer(), prefix: "other" },
        bare: { ...echoServer(), prefix: "" },
      },
    },
  });
  const token = await hub.addClient("names");
  const client = await hub.connect(token);
  const names = await namesOnce(client, 3 * OWN);
  expect(names).toEqual(expect.arrayContaining(["plain__echo", "other__echo", "echo"]));
  expect(names).not.toContain("named__echo");
  const pids = await Promise.all(
    ["plain__pid", "other__pid", "pid"].map(async (name) => textOf(await client.call(name))),
  );
  expect(new Set(pids).size).toBe(3);
  const calls = await hub.calls("--limit", "3");
  expect(calls.map(({ server, tool }) => `${server} ${tool}`).sort()).toEqual([
    "bare pid",
    "named pid",
    "plain pid",
  ]);

  const alone = await hub.connect(token, "/mcp/s/named");
  expect(await alone.toolNames()).toEqual(expect.arrayContaining(["echo", "pid"]));
  expect(textOf(await alone.call("pid"))).toBe(pids[1]);
  expect((await alone.call("other__pid")).error).toMatchObject({ code: -32602 });
});

test("colliding and long names get a short hash, differ for every client, and stay the same after a restart", async () => {
  const long = `server-${"x".repeat(50)}`;
  const entries = {
    "my-server": echoServer(),
    my_server: echoServer(),
    third: { ...echoServer(), prefix: "MY_Server" },
    [long]: echoServer("--tools", "3"),
    bare1: { ...echoServer(), prefix: "" },
    bare2: { ...echoServer(), prefix: "" },
    calm: echoServer(),
  };
  const home = newHome();
  const first = await hubForTest({ home, config: { mcpServers: entries } });
  const token = await first.addClient("names");
  const client = await first.connect(token);
  const names = await namesOnce(client, 7 * OWN + 3);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,48}$/);
  expect(new Set(names.map(folded)).size).toBe(names.length);
  expect(names).toContain("calm__echo");
  expect(names).not.toContain("echo");

  // Every name leads to the server that it led to, wherever that stands in the file and whether it runs already.
  const pidTools = names.filter((name) => /(^|_)pid(_|$)/.test(name));
  for (const name of pidTools) textOf(await client.call(name));
  const calls = await first.calls("--tool", "pid");
  const routes = new Map(calls.map((call) => [String(call.request.name), call.server]));
  expect(new Set(routes.values()).size).toBe(routes.size);
  await first.stop();

  // Another order in the file, and servers that have not started yet.
  const turned = Object.fromEntries(Object.entries(entries).reverse());
  const second = await hubForTest({ home, config: { mcpServers: turned }, mark: first.mark });
  const again = await second.connect(token);
  expect((await again.toolNames()).toSorted()).toEqual(names.toSorted());
  for (const [name, server] of routes) {
    textOf(await again.call(name));
    const [call] = await second.calls("--limit", "1");
    expect(`${name} ${call?.server}`).toBe(`${name} ${server}`);
  }
});

test("a slow server delays neither initialize nor a list nor another server's call, and appears later by itself", async () => {
  const gate = join(newHome(), "start");
  const hub = await hubForTest({
    config: {
      mcpServers: {
        fast: echoServer(),
        slow: echoServer("--start-when", gate),
        never: echoServer("--no-read"),
        missing: { command: "gatehouse-test-no-such-command" },
      },
    },
  });
  const token = await hub.addClient("names");
  await waitFor(async () => (await hub.server("fast")).tools !== null, {
    deadlineMs: PATIENCE,
    what: "the fast server's tools",
  });
  const events: string[] = [];
  const client = await hub.connect(token);
  events.push("initialized");
  const stream = await client.openStream((message) => events.push(String(message.method)));
  const early = await client.toolNames();
  events.push("listed");
  expect(early).toContain("fast__echo");
  expect(textOf(await client.call("fast__echo", { text: "at once" }))).toBe("at once");
  events.push("called");
  expect((await hub.server("slow")).state).toBe("starting");
  events.push("slow was still starting");
  expect(early).not.toContain("slow__echo");

  const alone = await hub.connect(token, "/mcp/s/slow");
  expect(await alone.toolNames()).toEqual([]);
  events.push("listed the slow one alone");
  writeFileSync(gate, "");

  await waitFor(async () => (await client.toolNames()).includes("slow__echo"), {
    deadlineMs: PATIENCE,
    what: "the slow server's tools",
  });
  await waitFor(() => events.at(-1) === "notifications/tools/list_changed", {
    deadlineMs: PATIENCE,
    what: "notifications/tools/list_changed after the slow server's start",
  });
  expect(events.filter((event) => !event.startsWith("notifications/"))).toEqual([
    "initialized",
    "listed",
    "called",
    "slow was still starting",
    "listed the slow one alone",
  ]);
  expect(textOf(await client.call("slow__echo", { text: "there" }))).toBe("there");
  expect((await hub.server("never")).state).toBe("starting");
  expect(await hub.server("missing")).toMatchObject({
    state: "failed",
    lastError: expect.stringContaining("gatehouse-test-no-such-command"),
  });
  stream.close();
});

test("after a restart the remembered catalogue answers before any server runs, and a call starts the one it needs", async () => {
  const home = newHome();
  const config = {
    mcpServers: { slow: echoServer("--slow-start", "1500"), other: echoServer() },
  };
  const first = await hubForTest({ home, config });
  const token = await first.addClient("names");
  const before = await namesOnce(await first.connect(token), 2 * OWN);
  await first.stop();

  const second = await hubForTest({ home, mark: first.mark });
  const client = await second.connect(token);
  expect(await client.toolNames()).toEqual(before);
  expect((await second.status()).servers.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "slow stopped",
    "other stopped",
  ]);
  expect(second.serverProcesses()).toEqual([]);
  expect(textOf(await client.call("slow__echo", { text: "woken" }))).toBe("woken");
  const [call] = await second.calls("--limit", "1");
  expect(call?.times.queue).toBeGreaterThan(call?.times.upstream ?? 0);
  expect((await second.status()).servers.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "slow ready",
    "other stopped",
  ]);
});

test("an eager server runs before anybody asks", async () => {
  const hub = await hubForTest({
    config: { mcpServers: { eager: { ...echoServer(), start: "eager" } } },
  });
  await waitFor(async () => (await hub.server("eager")).state === "ready", {
    deadlineMs: PATIENCE,
    what: "the eager server to be ready",
  });
});
