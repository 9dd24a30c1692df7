/** `gatehouse connect` under real clients: both generations of the SDK on stdio, and a client of raw lines. */

import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../lib/free-port.ts";
import { echoServer, type RunningHub, runCli, startHub, temporaryHome } from "../lib/hub.ts";
import { GATEHOUSE, startOwnedHub } from "../lib/owned-hub.ts";
import { livingProcesses, processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { openClient1, openClient2 } from "../lossless/sdk-clients.ts";
import { LineClient, type LineClientOptions } from "./line-client.ts";

const COUNTING = fileURLToPath(new URL("counting-server.ts", import.meta.url));

let home = "";
let hubs: RunningHub[] = [];
let clients: LineClient[] = [];
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  for (const client of clients) {
    client.child.kill("SIGKILL");
    await client.ended;
  }
  clients = [];
  for (const hub of hubs) await hub.stop();
  hubs = [];
  await stopOwnHub();
  await waitFor(() => processesWith(home).length === 0, {
    deadlineMs: 20_000,
    what: "the end of all processes",
  });
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** Ends a hub that a bridge has started. */
async function stopOwnHub(): Promise<void> {
  for (const { pid, command } of livingProcesses())
    if (command.includes(`serve --no-ui --background --home ${home}`)) process.kill(pid, "SIGTERM");
}

const notes = (): string[] => {
  const file = join(home, "notes");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};
const config = () => ({
  listen: { port: 0 },
  consent: { default: "allow" },
  mcpServers: {
    echo: echoServer(),
    counting: { command: process.execPath, args: [COUNTING, join(home, "notes")], isolation: "shared" },
  },
});
const start = async (port = 0): Promise<RunningHub> => {
  const hub = await startHub({ home, config: config(), port });
  hubs.push(hub);
  return hub;
};
const connect = (options?: LineClientOptions): LineClient => {
  const client = new LineClient(home, options);
  clients.push(client);
  return client;
};

describe.each([
  ["1.x", (place: { command: string; args: string[] }) => openClient1(place)],
  ["2.x, session era", (place: { command: string; args: string[] }) => openClient2(place, "legacy")],
  ["2.x, negotiating", (place: { command: string; args: string[] }) => openClient2(place, "auto")],
] as const)("the SDK's client %s", (_name, open) => {
  it("lists and calls tools through connect, and goes on after the hub was killed and started again", async () => {
    const hub = await start();
    const { client, callTool } = await open({
      command: process.execPath,
      args: [GATEHOUSE, "connect", "--home", home],
    });
    try {
      const { tools } = await client.listTools();
      expect(tools.map((tool: { name: string }) => tool.name)).toContain("echo__echo");
      const echoed = await callTool({ name: "echo__echo", arguments: { text: "größe 🙂" } });
      expect(echoed.content).toEqual([{ type: "text", text: "größe 🙂" }]);
      await callTool({ name: "counting__note", arguments: { text: "one" } });
      await hub.kill("SIGKILL");
      await start();
      await callTool({ name: "counting__note", arguments: { text: "two" } });
      expect(notes()).toEqual(["one", "two"]);
    } finally {
      await client.close();
    }
  });
});

describe("gatehouse connect", () => {
  it("has calls that wait for the next hub carried out once, and none repeated", async () => {
    const hub = await start();
    const client = connect();
    await client.initialize();
    await client.call("counting__note", { text: "before" });
    await hub.kill("SIGKILL");
    const waiting = ["a", "b", "c"].map((text) => client.call("counting__note", { text }));
    const next = await start();
    for (const answer of await Promise.all(waiting)) expect(answer.result.content[0].text).toBe("noted");
    expect(notes().sort()).toEqual(["a", "b", "before", "c"]);
    const { calls } = JSON.parse((await next.cli(["calls", "--json"])).stdout);
    expect(calls.filter(({ server }: { server: string }) => server === "counting")).toHaveLength(4);
  });

  it("answers a call in flight at the hub's death with a clear error, and the next call works", async () => {
    const hub = await start();
    const client = connect();
    await client.initialize();
    const lost = client.call("counting__note", { text: "hanging", hang: true });
    await waitFor(() => notes().includes("hanging"), { deadlineMs: 20_000, what: "the call" }).catch(
      () => {},
    );
    await hub.kill("SIGKILL");
    expect((await lost).error).toMatchObject({
      code: -32_000,
      message: /the hub ended before it answered.*not repeated/,
      data: { code: "hub_not_running" },
    });
    expect(client.stderr).toMatch(/^error: hub_not_running: the hub ended/);
    await start();
    expect((await client.call("counting__note", { text: "next" })).result).toBeDefined();
    expect(notes()).toEqual(["hanging", "next"]);
  });

  it("goes on over a hub that is stopped in order and started again on the same port", async () => {
    const hub = await start();
    const client = connect();
    await client.initialize();
    await client.call("counting__note", { text: "one" });
    const stopped = hub.kill("SIGTERM");
    const second = client.call("counting__note", { text: "two" });
    await stopped;
    await start(hub.port);
    expect((await second).result ?? (await second).error).toBeDefined();
    expect((await client.call("counting__note", { text: "three" })).result).toBeDefined();
    expect(notes().filter((note) => note === "two").length).toBeLessThanOrEqual(1);
    expect(notes().at(-1)).toBe("three");
  });

  it("starts a hub when none runs, which stays when the client goes", async () => {
    writeFileSync(
      join(home, "gatehouse.json"),
      JSON.stringify({ ...config(), listen: { port: await freePort() } }),
    );
    const one = connect({ args: ["--client", "one"] });
    const two = connect({ args: ["--client", "two"] });
    await Promise.all([one.initialize(), two.initialize()]);
    expect((await one.call("echo__echo", { text: "hi" })).result.content[0].text).toBe("hi");
    expect((await two.call("echo__echo", { text: "ho" })).result.content[0].text).toBe("ho");
    expect(await one.close()).toEqual({ code: 0, signal: null });
    const { stdout } = await runCli(["status", "--json", "--home", home], undefined, process.env);
    const names = JSON.parse(stdout).clients.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(["one", "two"]);
  });

  it("keeps its token in a file of the user alone, never in its arguments or environment", async () => {
    await start();
    const client = connect({ args: ["--client", "Desk"] });
    await client.initialize();
    const file = join(home, "connect", "client-desk.token");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, "utf8").trim();
    expect(token).toMatch(/^gth_/);
    if (process.platform === "linux")
      for (const { pid } of processesWith(home)) {
        const told = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "latin1"));
        expect(told.join("")).not.toContain(token);
      }
  });

  it("is told that its client was revoked, and how to let it in again, which then works", async () => {
    const hub = await start();
    const client = connect({ args: ["--client", "desk"] });
    await client.initialize();
    await hub.cli(["client", "revoke", "desk"]);
    const refused = await client.request("tools/list");
    expect(refused.error?.message).toContain("gatehouse client add desk --connect");
    expect((await hub.cli(["client", "add", "desk", "--connect"])).code).toBe(0);
    expect((await client.request("tools/list")).result.tools.length).toBeGreaterThan(5);
  });

  it("serves one server alone under its own names", async () => {
    await start();
    const client = connect({ args: ["--server", "echo"] });
    await client.initialize();
    expect((await client.call("echo", { text: "bare" })).result.content[0].text).toBe("bare");
  });

  it("names the folder that it was started in as the client's project", async () => {
    const hub = await start();
    const client = connect({ cwd: join(home, "connect", "..") });
    await client.initialize();
    await client.call("echo__echo", { text: "x" });
    const elsewhere = connect({ cwd: fileURLToPath(new URL(".", import.meta.url)) });
    await elsewhere.initialize();
    await elsewhere.call("echo__echo", { text: "y" });
    const { stdout } = await hub.cli(["calls", "--json", "--tool", "echo"]);
    const projects = JSON.parse(stdout).calls.map(({ project }: { project: string | null }) => project);
    expect(projects).toEqual([fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, ""), null]);
  });

  it("is the command in the home folder that clients have in their configuration", async () => {
    await start();
    const client = connect({ command: join(home, "bin", "gatehouse-connect"), args: ["--client", "desk"] });
    await client.initialize();
    expect((await client.request("tools/list")).result.tools.length).toBeGreaterThan(5);
    expect(await client.close()).toEqual({ code: 0, signal: null });
  });

  it("ends on SIGTERM with a call under way, and leaves nothing behind", async () => {
    await start();
    const client = connect();
    await client.initialize();
    void client.call("echo__sleep", { ms: 60_000 });
    await client.request("tools/list");
    client.child.kill("SIGTERM");
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(processesWith(home).filter(({ command }) => command.includes(" connect --home"))).toEqual([]);
  });

  it("carries 32 MB both ways", async () => {
    await start();
    const client = connect();
    await client.initialize();
    const text = "x".repeat(32 * 1024 * 1024);
    const answer = await client.call("echo__echo", { text });
    expect(answer.result.content[0].text === text).toBe(true);
  });
});

describe("while a desktop is attached", () => {
  it("a new client waits for the owner's yes, and its token goes to nobody who asks or answers", async () => {
    await using hub = await startOwnedHub(config());
    const client = new LineClient(hub.home, { args: ["--client", "desk"] });
    clients.push(client);
    const welcome = client.initialize();
    const question = await waitFor(
      async () =>
        (await hub.owner("questions.list", {})).pending.find(({ change }) => change?.type === "client.add"),
      { deadlineMs: 20_000, what: "the question" },
    );
    expect(question).toMatchObject({ kind: "config", title: "Let desk connect over stdio" });
    await hub.owner("questions.answer", { id: question.id, answer: "approve" });
    expect((await welcome).result.serverInfo).toBeDefined();
    expect(JSON.stringify(hub.heard)).not.toContain("gth_");
    await client.close();
  });

  it("a refused client is told so, and is not asked about again", async () => {
    await using hub = await startOwnedHub(config());
    const client = new LineClient(hub.home, { args: ["--client", "desk"] });
    clients.push(client);
    const welcome = client.initialize();
    const question = await waitFor(async () => (await hub.owner("questions.list", {})).pending[0], {
      deadlineMs: 20_000,
      what: "the question",
    });
    await hub.owner("questions.answer", { id: question.id, answer: "deny" });
    expect((await welcome).error).toMatchObject({ data: { code: "forbidden" } });
    expect((await client.request("tools/list")).error).toMatchObject({ data: { code: "forbidden" } });
    expect((await hub.owner("questions.list", {})).pending).toEqual([]);
    await client.close();
  });
});
