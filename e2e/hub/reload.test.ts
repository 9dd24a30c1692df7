import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient, OpenStream } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { hubForTest, marked, PATIENCE, type TestHub, textOf } from "./kit.ts";

const configFile = (hub: TestHub): string => join(hub.home, "gatehouse.json");
const configure = (hub: TestHub, config: Record<string, unknown>): void =>
  writeFileSync(configFile(hub), JSON.stringify(marked(config, hub.mark)));
const pidOf = async (client: McpHttpClient, server: string): Promise<string> =>
  textOf(await client.call(`${server}__pid`));
const serversIn = (names: readonly string[]): string[] => [
  ...new Set(names.map((name) => name.split("__")[0] ?? "")),
];

/** Waits until the stream says that the list has changed and the list then shows exactly these servers. */
async function showsServers(client: McpHttpClient, stream: OpenStream, servers: string[]): Promise<void> {
  let told = 0;
  await waitFor(
    async () => {
      // Only a list that was asked for after a notification counts: that is all that a client goes by.
      if (stream.messages.length === told) return false;
      told = stream.messages.length;
      return serversIn(await client.toolNames()).join() === servers.join();
    },
    { deadlineMs: PATIENCE, what: `a list_changed after which the list shows ${servers.join()}` },
  );
  stream.messages.length = 0;
}

/** A running hub on this configuration, with a client that has listed and has its stream open. */
async function start(config: Record<string, unknown>) {
  const hub = await hubForTest({ config });
  const client = await hub.connect(await hub.addClient("watcher"));
  const stream = await client.openStream();
  await client.toolNames();
  return { hub, client, stream };
}

test("an edit adds, changes and removes servers without touching those that stay the same", async () => {
  const { hub, client, stream } = await start({
    mcpServers: { same: echoServer(), changed: echoServer(), removed: echoServer() },
  });
  const before = {
    same: await pidOf(client, "same"),
    changed: await pidOf(client, "changed"),
    removed: await pidOf(client, "removed"),
  };

  configure(hub, {
    mcpServers: { same: echoServer(), changed: echoServer("--tools", "1"), added: echoServer() },
  });
  const first = waitFor(() => stream.messages[0], { deadlineMs: PATIENCE, what: "the notification" });
  expect(await first).toEqual({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
  await showsServers(client, stream, ["same", "changed", "added"]);
  expect(await pidOf(client, "same")).toBe(before.same);
  expect(await pidOf(client, "changed")).not.toBe(before.changed);
  expect(await client.toolNames()).toContain("changed__extra_0");
  expect(textOf(await client.call("added__echo", { text: "here" }))).toBe("here");
  expect((await client.call("removed__echo", { text: "?" })).error).toMatchObject({ code: -32602 });
  await waitFor(
    () => hub.serverProcesses().every(({ pid }) => ![before.changed, before.removed].includes(String(pid))),
    { deadlineMs: PATIENCE, what: "the processes of the changed and the removed server to be gone" },
  );
  expect((await hub.status()).servers.map((server) => server.name)).toEqual(["same", "changed", "added"]);
});

test("an edit of what is not run (prefix, rules, consent, order) restarts nothing", async () => {
  const { hub, client, stream } = await start({
    consent: { default: "deny" },
    mcpServers: { one: echoServer(), two: echoServer() },
    rules: [{ tool: "pid", decision: "allow" }],
  });
  const pids = [await pidOf(client, "one"), await pidOf(client, "two")];
  expect((await client.call("one__echo", { text: "no" })).result.isError).toBe(true);
  configure(hub, {
    mcpServers: { two: { ...echoServer(), prefix: "zwei" }, one: echoServer() },
  });
  await showsServers(client, stream, ["zwei", "one"]);
  expect(textOf(await client.call("zwei__echo", { text: "yes" }))).toBe("yes");
  expect([await pidOf(client, "one"), await pidOf(client, "zwei")]).toEqual(pids);
});

test("a bad edit is reported with line and column while the last good one keeps running", async () => {
  const { hub, client, stream } = await start({ mcpServers: { echo: echoServer() } });
  const pid = await pidOf(client, "echo");
  const good = readFileSync(configFile(hub), "utf8");
  const complaintIn = (text: string) =>
    waitFor(() => hub.log().includes(text), { deadlineMs: PATIENCE, what: `"${text}" in the log` });

  writeFileSync(configFile(hub), '{\n  "mcpServers": {\n    "echo": { "command": 7 }\n  }\n}\n');
  await complaintIn("gatehouse.json:3:26: mcpServers.echo.command:");
  expect(await pidOf(client, "echo")).toBe(pid);
  expect(await hub.command("status")).toContain("line 3, column 26, mcpServers.echo.command:");

  writeFileSync(configFile(hub), `${good.slice(0, -1)},\n`);
  await complaintIn("gatehouse.json:2:1:");
  expect(await pidOf(client, "echo")).toBe(pid);

  // A change over the control API must not write over the person's unfinished edit.
  const refused = await hub.cli(["server", "disable", "echo"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^error: config_invalid: /);
  expect(readFileSync(configFile(hub), "utf8")).toBe(`${good.slice(0, -1)},\n`);

  configure(hub, { mcpServers: { echo: echoServer(), more: echoServer() } });
  await showsServers(client, stream, ["echo", "more"]);
  expect(hub.log()).toContain("gatehouse.json can be used again");
  expect(await pidOf(client, "echo")).toBe(pid);
});

test("every way of saving is seen: in place, renamed over, deleted and made anew", async () => {
  const { hub, client, stream } = await start({ mcpServers: { a: echoServer() } });
  const text = (...names: string[]): string =>
    JSON.stringify(
      marked({ mcpServers: Object.fromEntries(names.map((name) => [name, echoServer()])) }, hub.mark),
    );
  writeFileSync(configFile(hub), text("a", "b"));
  await showsServers(client, stream, ["a", "b"]);
  writeFileSync(`${configFile(hub)}.tmp`, text("a", "c"));
  renameSync(`${configFile(hub)}.tmp`, configFile(hub));
  await showsServers(client, stream, ["a", "c"]);
  rmSync(configFile(hub));
  writeFileSync(configFile(hub), text("c", "d"));
  await showsServers(client, stream, ["c", "d"]);
});

test("commands change the file, keep its comments, and take effect before they return", async () => {
  const hub = await hubForTest();
  const entry = { ...echoServer(), env: { TEST_MARK: hub.mark } };
  writeFileSync(
    configFile(hub),
    `// The head.
{
  // Why everything is allowed here.
  "consent": { "default": "allow" }, // At the line's end.
  "mcpServers": {
    /* The first. */
    "first": ${JSON.stringify(entry)},
  },
}
`,
  );
  const client = await hub.connect(await hub.addClient("commander"));
  await waitFor(async () => serversIn(await client.toolNames()).join() === "first", {
    deadlineMs: PATIENCE,
    what: "the first server's tools",
  });
  const pid = await pidOf(client, "first");
  const stream = await client.openStream();

  await hub.command(
    "server",
    "add",
    "second",
    "--env",
    `TEST_MARK=${hub.mark}`,
    "--",
    entry.command,
    ...entry.args,
  );
  await showsServers(client, stream, ["first", "second"]);
  const text = readFileSync(configFile(hub), "utf8");
  for (const comment of ["// The head.", "// Why everything", "// At the line's end.", "/* The first. */"])
    expect(text).toContain(comment);
  expect(text).toContain('"second"');

  await hub.command("server", "disable", "first");
  expect((await client.call("first__echo")).error).toMatchObject({ code: -32602 });
  expect(await hub.server("first")).toMatchObject({ state: "disabled" });
  expect(hub.serverProcesses().map((process) => String(process.pid))).not.toContain(pid);
  expect((await hub.client(undefined, "/mcp/s/first").post("{}")).status).toBe(401);

  await hub.command("server", "enable", "first");
  await showsServers(client, stream, ["first", "second"]);
  const enabled = await pidOf(client, "first");
  expect(enabled).not.toBe(pid);

  await hub.command("server", "restart", "first");
  expect(await pidOf(client, "first")).not.toBe(enabled);

  await hub.command("server", "remove", "second");
  await showsServers(client, stream, ["first"]);
  for (const [code, args] of [
    ["not_found", ["server", "remove", "second"]],
    ["name_taken", ["server", "add", "first", "--", "true"]],
  ] as const) {
    const end = await hub.cli(args);
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(new RegExp(`^error: ${code}: `));
  }
  const after = readFileSync(configFile(hub), "utf8");
  for (const comment of ["// The head.", "// Why everything", "// At the line's end.", "/* The first. */"])
    expect(after).toContain(comment);
  expect(after).not.toContain("second");
});

test("a server that changes its own tools is listed anew, and every client's stream is told", async () => {
  const { hub, client, stream } = await start({ mcpServers: { echo: echoServer() } });
  const other = await hub.connect(await hub.addClient("other"));
  const otherStream = await other.openStream();
  const told = () => Math.min(stream.messages.length, otherStream.messages.length);
  await client.call("echo__mutateTools", { add: "fresh" });
  await waitFor(() => told() > 0, { deadlineMs: PATIENCE, what: "both streams to be told" });
  await waitFor(async () => (await other.toolNames()).includes("echo__fresh"), {
    deadlineMs: PATIENCE,
    what: "the new tool in the list",
  });
  expect(textOf(await other.call("echo__fresh", { text: "new" }))).toBe("new");
  await client.call("echo__mutateTools", { remove: "fresh" });
  await waitFor(async () => !(await client.toolNames()).includes("echo__fresh"), {
    deadlineMs: PATIENCE,
    what: "the tool to leave the list",
  });
  expect((await client.call("echo__fresh")).error).toMatchObject({ code: -32602 });
});
