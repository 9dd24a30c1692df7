import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { hubForTest, PATIENCE, type TestHub } from "./kit.ts";

/** How long a first list may wait for servers that nobody knows yet, in milliseconds. */
const LIST_WAIT = 400;
const QUICK = ["a", "b", "c", "d", "e", "f"];
const SLOW = ["slow-1", "slow-2", "slow-3"];

/** The servers whose tools a list shows. */
const serversIn = (names: readonly string[]): string[] => [
  ...new Set(names.map((name) => name.split("__")[0] ?? "")),
];

/** Opens a session and lists its tools; how long that took, in milliseconds, and which servers are in the list. */
async function firstList(hub: TestHub, token: string) {
  const client = hub.client(token);
  const begun = performance.now();
  await client.initialize();
  const names = await client.toolNames();
  return { client, ms: performance.now() - begun, servers: serversIn(names) };
}

/** The best of several, so that one hiccup of a busy machine does not count. */
async function bestOf(times: number, hub: TestHub, token: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < times; round += 1) best = Math.min(best, (await firstList(hub, token)).ms);
  return best;
}

/** Waits for the list to show a server after the client was told that it has changed. */
async function appears(client: McpHttpClient, told: readonly unknown[], server: string): Promise<string[]> {
  const before = told.length;
  return waitFor(
    async () => {
      if (told.length === before) return undefined;
      const shown = serversIn(await client.toolNames());
      return shown.includes(server) ? shown : undefined;
    },
    { deadlineMs: PATIENCE, what: `list_changed after which ${server} is listed` },
  );
}

test("ten servers of which three take long and one never starts: the first list is as quick as a loaded catalogue's, the others come as list_changed", async () => {
  const home = temporaryHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const begins = (name: string): string => join(home, `${name}.begins`);
  const mcpServers = Object.fromEntries([
    ...QUICK.map((name) => [name, echoServer()]),
    // Each takes until the test lets it begin: twenty seconds or twenty minutes, it makes no difference to the hub.
    ...SLOW.map((name) => [name, echoServer("--start-when", begins(name))]),
    ["never", echoServer("--no-read")],
  ]);
  const cold = await hubForTest({ home, config: { mcpServers } });
  const token = await cold.addClient("early");

  // Nothing is known: the first list waits no longer than it may, whatever the slow ones do.
  const first = await firstList(cold, token);
  expect(first.servers.filter((name) => !QUICK.includes(name))).toEqual([]);
  const stream = await first.client.openStream();
  await waitFor(async () => serversIn(await first.client.toolNames()).length === QUICK.length, {
    deadlineMs: PATIENCE,
    what: "the quick servers",
  });

  // While four are still not there: a list costs what is known already plus, at most, the one wait.
  const waiting = await bestOf(3, cold, token);

  const seen = [...QUICK];
  for (const name of SLOW) {
    const appeared = appears(first.client, stream.messages, name);
    writeFileSync(begins(name), "");
    seen.push(name);
    expect(await appeared).toEqual(Object.keys(mcpServers).filter((each) => seen.includes(each)));
  }
  expect(stream.messages.every(({ method }) => method === "notifications/tools/list_changed")).toBe(true);
  expect((await cold.server("never")).state).toBe("starting");
  await cold.stop();

  // The catalogue is remembered: everything is listed at once, though the slow ones are not there again.
  for (const name of SLOW) rmSync(begins(name));
  const warm = await hubForTest({ home, mark: cold.mark });
  const loaded = await firstList(warm, token);
  expect(loaded.servers.toSorted()).toEqual([...QUICK, ...SLOW].toSorted());
  const { servers } = await warm.status();
  expect(servers.filter(({ name }) => SLOW.includes(name)).map(({ state }) => state)).not.toContain("ready");

  // The same in this run, with a catalogue that knows every server: that is what a loaded one costs.
  const known = await hubForTest({
    config: { mcpServers: Object.fromEntries(QUICK.map((name) => [name, echoServer()])) },
  });
  const other = await known.addClient("measure");
  await waitFor(async () => serversIn((await firstList(known, other)).servers).length === QUICK.length, {
    deadlineMs: PATIENCE,
    what: "the measure's servers",
  });
  const measure = await bestOf(5, known, other);
  const slack = 4 * measure + 100;
  expect({ waiting, measure, ok: waiting <= LIST_WAIT + slack }).toMatchObject({ ok: true });
  expect({ first: first.ms, ok: first.ms <= LIST_WAIT + slack + 400 }).toMatchObject({ ok: true });
});
