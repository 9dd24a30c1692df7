import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { echoServer, runCli, temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient, Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import {
  callUnderWay,
  hubForTest,
  PATIENCE,
  type RecordedCall,
  startTestHub,
  succeeded,
  type TestHub,
  textOf,
} from "./kit.ts";

const MEGABYTE = 1024 * 1024;

describe("the call log", () => {
  let hub: TestHub;
  let ada: McpHttpClient;
  let bob: McpHttpClient;

  beforeAll(async () => {
    hub = await startTestHub({
      config: {
        // Nobody answers: the question ends by its own limit.
        consent: { default: "allow", timeoutSeconds: 1 },
        mcpServers: { one: echoServer(), two: echoServer() },
        rules: [
          { server: "one", tool: "add", decision: "deny" },
          { server: "one", tool: "env", decision: "ask" },
        ],
      },
    });
    ada = await hub.connect(await hub.addClient("ada"));
    bob = await hub.connect(await hub.addClient("bob"));
    await ada.toolNames();
    await ada.call("one__echo", { text: "first" });
    await bob.call("two__echo", { text: 'Second "quoted" Straße' });
    await ada.call("two__fail", { text: "third" });
    await ada.call("one__rpcError", { code: -32_050, message: "fourth" });
    await bob.call("one__add", { a: 1, b: 2 });
    await bob.call("two__count", { note: "sixth" });
  });
  afterAll(() => hub?.stop());

  test("has every field of the contract, newest first", async () => {
    const calls = await hub.calls("--limit", "6");
    const common = { method: "tools/call", session: expect.any(String), id: expect.any(Number) };
    expect(calls).toMatchObject([
      { ...common, client: "bob", server: "two", tool: "count", status: "ok", error: null },
      { ...common, client: "bob", server: "one", tool: "add", status: "denied", error: null },
      { ...common, client: "ada", server: "one", tool: "rpcError", status: "error", result: null },
      { ...common, client: "ada", server: "two", tool: "fail", status: "tool_error", error: null },
      { ...common, client: "bob", server: "two", tool: "echo", status: "ok", error: null },
      { ...common, client: "ada", server: "one", tool: "echo", status: "ok", error: null },
    ]);
    const first = calls.at(-1);
    expect(first?.request).toEqual({ name: "one__echo", arguments: { text: "first" } });
    expect(first?.result).toEqual({ content: [{ type: "text", text: "first" }] });
    expect(calls[2]?.error).toEqual({ code: -32_050, message: "fourth", data: { from: "echo-server" } });
    expect(calls[3]?.result).toEqual({ content: [{ type: "text", text: "third" }], isError: true });
    for (const { startedAt, durationUs, times } of calls) {
      expect(new Date(startedAt).toISOString()).toBe(startedAt);
      expect(times.queue + times.consent + times.upstream + times.hub).toBe(durationUs);
    }
    expect(first?.times.upstream).toBeGreaterThan(0);
    expect(new Set(calls.map((call) => call.session)).size).toBe(2);
    expect(calls.map((call) => call.session)).not.toContain(ada.sessionId);
    const ids = calls.map((call) => call.id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  });

  test.each([
    { filter: ["--server", "two"], tools: ["count", "fail", "echo"] },
    { filter: ["--tool", "echo"], tools: ["echo", "echo"] },
    { filter: ["--client", "ada"], tools: ["rpcError", "fail", "echo"] },
    { filter: ["--status", "tool_error"], tools: ["fail"] },
    { filter: ["--status", "denied"], tools: ["add"] },
    { filter: ["--search", "SIXTH"], tools: ["count"] },
    { filter: ["--search", 'second "quoted" STRASSE'], tools: ["echo"] },
    { filter: ["--search", 'second "quoted" STRASE'], tools: [] },
    { filter: ["--search", 'second "quoted" straße'], tools: ["echo"] },
    { filter: ["--search", "third"], tools: ["fail"] },
    { filter: ["--search", "fourth"], tools: ["rpcError"] },
    { filter: ["--since", "1h", "--limit", "2"], tools: ["count", "add"] },
    { filter: ["--server", "two", "--client", "bob", "--tool", "echo"], tools: ["echo"] },
    { filter: ["--server", "three"], tools: [] },
    { filter: ["--since", "2100-01-01"], tools: [] },
  ])("filters with $filter", async ({ filter, tools }) => {
    expect((await hub.calls(...filter)).map((call) => call.tool)).toEqual(tools);
  });

  test("wrong filters are wrong usage", async () => {
    for (const args of [
      ["--status", "perhaps"],
      ["--since", "yesterday-ish"],
      ["--limit", "0"],
    ]) {
      const end = await hub.cli(["calls", "--json", ...args]);
      expect(end).toMatchObject({ code: 2, stdout: "" });
      expect(end.stderr).toMatch(/^error: bad_usage: /);
    }
  });

  test("a denied call, by a rule or because nobody answers, is recorded and never reaches the server", async () => {
    const before = Number(textOf(await ada.call("one__count")));
    const denied = await ada.call("one__add", { a: 1, b: 2 });
    const asked = await ada.call("one__env");
    expect(denied.result).toMatchObject({ isError: true });
    expect(textOf(denied)).toContain("denied");
    expect(asked.result).toMatchObject({ isError: true });
    expect(textOf(asked)).toContain("Gatehouse asked the person about this");
    expect(Number(textOf(await ada.call("one__count")))).toBe(before + 1);
    const [, env, add] = await hub.calls("--limit", "3");
    expect([env?.status, env?.tool, add?.status, add?.tool]).toEqual(["denied", "env", "denied", "add"]);
    expect([env?.times.upstream, add?.times.upstream]).toEqual([0, 0]);
  });

  test("while a person has paused the hub every call is refused and recorded; resume lets them through", async () => {
    const before = Number(textOf(await ada.call("one__count")));
    await hub.command("pause");
    expect(await hub.status()).toMatchObject({ hub: { paused: true } });
    const refused = await ada.call("one__count");
    expect(refused.error?.message).toMatch(/paused/);
    expect((await hub.calls("--limit", "1"))[0]).toMatchObject({ tool: "count", status: "denied" });
    await hub.command("resume");
    expect(await hub.status()).toMatchObject({ hub: { paused: false } });
    expect(Number(textOf(await ada.call("one__count")))).toBe(before + 1);
  });

  test("a person reads the same history as a table, with hostile text made visible", async () => {
    await ada.call("one__echo\u001b[2J\u202e");
    const table = await hub.command("calls", "--limit", "1");
    expect(table).toContain("ada");
    expect(table).not.toContain("\u001b[2J");
    expect(table).not.toContain("\u202e");
    const json = await hub.command("calls", "--json", "--limit", "1");
    expect(json).not.toMatch(/[\u001b\u202e]/);
    expect((JSON.parse(json) as { calls: RecordedCall[] }).calls[0]?.tool).toBe("one__echo\u001b[2J\u202e");
  });
});

test("--since leaves out what is older, also when no hub runs", async () => {
  const home = temporaryHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const hub = await hubForTest({ home, config: { mcpServers: { echo: echoServer() } } });
  const client = await hub.connect(await hub.addClient("elder"));
  await client.call("echo__echo", { text: "old" });
  await client.call("echo__echo", { text: "new" });
  await hub.stop();

  const database = new Database(join(home, "gatehouse.db"));
  database
    .prepare("UPDATE call SET started_at = started_at - 7200000 WHERE id = (SELECT min(id) FROM call)")
    .run();
  database.close();
  const texts = async (...args: string[]): Promise<unknown[]> => {
    const command = ["calls", "--home", home, "--json", ...args];
    const stdout = succeeded(command, await runCli(command, undefined, process.env));
    const { calls } = JSON.parse(stdout) as { calls: RecordedCall[] };
    return calls.map((call) => call.request.arguments.text);
  };
  expect(await texts()).toEqual(["new", "old"]);
  expect(await texts("--since", "1h")).toEqual(["new"]);
  expect(await texts("--since", "3h")).toEqual(["new", "old"]);
});

describe("what passes through", () => {
  let hub: TestHub;
  let client: McpHttpClient;
  beforeAll(async () => {
    hub = await startTestHub({ config: { mcpServers: { echo: echoServer() } } });
    client = await hub.connect(await hub.addClient("through"));
    await client.toolNames();
  });
  afterAll(() => hub?.stop());

  test("digits, unknown fields and key order are the same in the server, in the answer and in the log", async () => {
    const args =
      '{"z":9007199254740993,"a":-9223372036854775808,"huge":123456789012345678901234567890,' +
      '"long":0.1000000000000000055511151231257827,"tiny":1e-400,"point":1.0,"exp":1E+2,"minus":-0,' +
      '"10":"ten","9":"nine","__proto__":{"constructor":1},"escaped":"\\u00e9\\/\\ud83d\\ude00","plain":"é/😀","":null}';
    const rest = `"x-unknown":{"b":[1.10,2],"a":0},"arguments":${args},"task":{"ttl":60000}`;
    const body = `{"jsonrpc":"2.0","id":18446744073709551615,"x-envelope":1,"method":"tools/call","params":{"_meta":{"com.example/x":1.50},"name":"echo__raw",${rest}}}`;
    const answer = await client.post(body);
    const seen = `{"_meta":{"com.example/x":1.50},"name":"raw",${rest}}`;
    expect(answer.status).toBe(200);
    expect(textOf(answer.messages[0] ?? {})).toBe(seen);
    expect(answer.text).toContain('"id":18446744073709551615');
    const result = answer.text.slice(answer.text.indexOf('"result":') + 9, -1);
    expect(result).toContain(`"z-first":1,"params":${seen},"exact":12345678901234567890.10}`);

    const log = await hub.command("calls", "--json", "--limit", "1");
    expect(log).toContain(`"request":${seen.replace('"raw"', '"echo__raw"')}`);
    expect(log).toContain(`"result":${result}`);
  });

  test("a tool's definition keeps its digits and unknown fields in the list", async () => {
    const { text } = await client.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    expect(text).toContain(
      '"x-fixture":{"big":9007199254740993,"long":0.1000000000000000055511151231257827}',
    );
  });

  test("line breaks inside a request do not break the server's framing", async () => {
    const body =
      '{\r\n"jsonrpc": "2.0",\n"id": 5,\r"method": "tools/call",\n\n"params": {"name": "echo__echo", "arguments": {\n"text": "one\\nline"\n}}\n}';
    expect(textOf((await client.post(body)).messages[0] ?? {})).toBe("one\nline");
  });

  test("ids of every kind come back as they were sent", async () => {
    for (const id of ["0", "-1", '""', '"a\\u0062"', "1.5", "9007199254740993", `"${"x".repeat(300)}"`]) {
      const { text } = await client.post(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo__echo","arguments":{"text":"id"}}}`,
      );
      expect(text).toContain(`"id":${id},`);
    }
  });

  test.each([1, 8, 32])("a result of %i MB comes back whole and is in the log", async (megabytes) => {
    const bytes = megabytes * MEGABYTE;
    const text = textOf(await client.call("echo__big", { bytes }));
    expect(text.length).toBe(bytes);
    expect(text === "x".repeat(bytes)).toBe(true);
    const [call] = await hub.calls("--limit", "1");
    expect(call).toMatchObject({ tool: "big", status: "ok", request: { arguments: { bytes } } });
    expect(call?.result.content[0].text === text).toBe(true);
  });

  test("a request of 8 MB reaches the server whole and is in the log", async () => {
    const text = `é${"y".repeat(8 * MEGABYTE)}é`;
    expect(textOf(await client.call("echo__echo", { text })) === text).toBe(true);
    const [call] = await hub.calls("--limit", "1");
    expect(call?.request.arguments.text === text).toBe(true);
    expect(call?.result.content[0].text === text).toBe(true);
  });

  test("progress is relayed under the client's own token, before the answer", async () => {
    const seen: Message[] = [];
    const token = "a token\u2028of ours";
    const answer = await client.call(
      "echo__progress",
      { steps: 3, delayMs: 1 },
      { meta: { progressToken: token }, onMessage: (message) => seen.push(message) },
    );
    expect(textOf(answer)).toBe("3 steps");
    expect(seen.slice(0, -1).map(({ method, params }) => ({ method, params }))).toEqual(
      [1, 2, 3].map((progress) => ({
        method: "notifications/progress",
        params: { progressToken: token, progress, total: 3 },
      })),
    );
  });

  test("a cancelled call is told to the server, answered with nothing, and recorded", async () => {
    const before = (await client.call("echo__count")).result.structuredContent.cancelled as number;
    const { answer, id } = await callUnderWay(client, "echo__", { steps: 1, delayMs: 600_000 });
    await client.notify("notifications/cancelled", { requestId: id, reason: "no longer needed" });
    const { messages } = await answer;
    expect(messages.filter((message) => message.id !== undefined)).toEqual([]);
    const after = (await client.call("echo__count")).result.structuredContent.cancelled as number;
    expect(after).toBe(before + 1);
    expect(await hub.calls("--limit", "1", "--status", "cancelled")).toMatchObject([
      { tool: "progress", result: null, error: null },
    ]);
  });

  test("a call whose client went away goes on and is recorded", async () => {
    const leaving = new AbortController();
    const gone = client
      .call(
        "echo__progress",
        { steps: 2, delayMs: 100, note: "left alone" },
        {
          meta: { progressToken: 1 },
          signal: leaving.signal,
          onMessage: () => leaving.abort(),
        },
      )
      .catch((error: Error) => error.name);
    expect(await gone).toBe("AbortError");
    const found = await waitFor(async () => (await hub.calls("--search", "left alone"))[0], {
      deadlineMs: PATIENCE,
      what: "the abandoned call's record",
    });
    expect(found).toMatchObject({ status: "ok", tool: "progress" });
  });

  test("a server that crashes fails the calls under way at once, and the next call starts another", async () => {
    const before = textOf(await client.call("echo__pid"));
    const { answer } = await callUnderWay(client, "echo__", { steps: 1, delayMs: 600_000 });
    const crashed = await client.call("echo__crash");
    expect(crashed.error).toMatchObject({ code: -32000, data: { server: "echo" } });
    expect(crashed.error?.message).toMatch(/\becho\b.*code 3/);
    const other = (await answer).messages.at(-1);
    expect(other?.error?.message).toMatch(/code 3/);
    const after = textOf(await client.call("echo__pid"));
    expect(after).not.toBe(before);
    const [pid, ...ended] = await hub.calls("--limit", "3");
    expect(pid).toMatchObject({ tool: "pid", status: "ok" });
    expect(ended.map(({ tool, status }) => `${tool} ${status}`).sort()).toEqual([
      "crash error",
      "progress error",
    ]);
    expect(await hub.server("echo")).toMatchObject({ state: "ready", restarts: 1 });
  });

  test("two clients with the same ids and progress tokens never see anything of each other's", async () => {
    const [one, two] = [
      await hub.connect(await hub.addClient("twin-1")),
      await hub.connect(await hub.addClient("twin-2")),
    ];
    const failures: string[] = [];
    const run = async (twin: McpHttpClient, who: string, id: number): Promise<void> => {
      const isProgress = id % 2 === 0;
      const seen: Message[] = [];
      const params = isProgress
        ? { name: "echo__progress", arguments: { steps: 2, delayMs: 0 }, _meta: { progressToken: id } }
        : { name: "echo__echo", arguments: { text: `${who} ${id}` }, _meta: { progressToken: id } };
      const { messages } = await twin.post(
        { jsonrpc: "2.0", id, method: "tools/call", params },
        { onMessage: (message) => seen.push(message) },
      );
      const last = messages.at(-1);
      const tokens = messages.slice(0, -1).map((message) => message.params?.progressToken);
      const right =
        last?.id === id &&
        textOf(last) === (isProgress ? "2 steps" : `${who} ${id}`) &&
        tokens.join() === (isProgress ? `${id},${id}` : "");
      if (!right) failures.push(`${who} ${id} got ${JSON.stringify(messages)}`);
    };
    const lane = async (twin: McpHttpClient, who: string, first: number): Promise<void> => {
      for (let id = first; id < 500; id += 10) await run(twin, who, id);
    };
    await Promise.all(
      Array.from({ length: 10 }, (_, first) => [lane(one, "one", first), lane(two, "two", first)]).flat(),
    );
    expect(failures).toEqual([]);
    for (const name of ["twin-1", "twin-2"]) {
      const calls = await hub.calls("--client", name, "--limit", "1000");
      expect(calls).toHaveLength(500);
      const own = `${name === "twin-1" ? "one" : "two"} `;
      const texts = calls.filter((call) => call.tool === "echo").map((call) => call.result.content[0].text);
      expect(texts.every((text: string) => text.startsWith(own))).toBe(true);
    }
  });
});
