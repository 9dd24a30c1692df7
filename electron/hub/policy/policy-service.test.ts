import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Rule } from "../../../shared/model/rule.ts";
import { ruleIds } from "../rules/rule-ids.ts";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-policy-")));
  mkdirSync(join(folder, "proj"));
  mkdirSync(join(folder, "other"));
});
afterEach(async () => {
  await open?.dispose();
  open = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const configOf = (rules: readonly Rule[], fallback: string): string =>
  JSON.stringify({
    consent: { default: fallback },
    mcpServers: { fake: { command: "fake", cwd: join(folder, "proj") } },
    rules,
  });

async function start(rules: readonly Rule[], fallback = "deny", tools?: unknown) {
  open = await createTestHub({ config: configOf(rules, fallback) });
  const hub = open;
  if (tools !== undefined) hub.server.answer["tools/list"] = () => ({ tools });
  const session = await hub.open();
  await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
  let id = 1;
  const call = async (args: Record<string, unknown>, tool = "fake__echo") => {
    id += 1;
    const { message } = await hub.request(callOf(tool, args, id), { session });
    return message?.result;
  };
  const sent = () => hub.server.received.filter(({ method }) => method === "tools/call").length;
  return { hub, session, call, sent };
}

describe("rules about arguments, in the pipeline", () => {
  it("allow a path under a folder, from the server's own folder, and nothing else", async () => {
    const under: Rule = {
      tool: "echo",
      args: [{ path: "/path", under: join(folder, "proj") }],
      decision: "allow",
    };
    const { hub, call, sent } = await start([under]);
    expect(await call({ path: "a.txt" })).not.toHaveProperty("isError");
    expect(await call({ path: "../other/a.txt" })).toMatchObject({ isError: true });
    symlinkSync(join(folder, "other"), join(folder, "proj", "out"));
    expect(await call({ path: "out/a.txt" })).toMatchObject({ isError: true });
    expect(sent()).toBe(1);
    expect(hub.storage.rows.map(({ status, rule }) => `${status} ${rule}`)).toEqual([
      `ok rules[0] ${ruleIds([under])[0]}`,
      "denied consent.default",
      "denied consent.default",
    ]);
  });

  it("see a change of the configuration at once", async () => {
    const { hub, call } = await start([{ decision: "allow" }]);
    expect(await call({ n: 1 })).not.toHaveProperty("isError");
    await hub.configure(configOf([{ args: [{ path: "/n", max: 0 }], decision: "allow" }], "deny"));
    expect(await call({ n: 1 })).toMatchObject({ isError: true });
    expect(await call({ n: 0 })).not.toHaveProperty("isError");
  });

  it("cannot allow what reaches Gatehouse's own home", async () => {
    const { hub, call, sent } = await start([{ decision: "allow" }], "allow");
    const { home } = hub.hub.state.settings();
    symlinkSync(home, join(folder, "proj", "link"));
    for (const args of [
      { path: join(home, "gatehouse.json") },
      { path: "link/run.json" },
      { command: `cat '${home}'/run.json` },
    ])
      expect(await call(args)).toMatchObject({ isError: true });
    expect(sent()).toBe(0);
    expect(hub.storage.rows.map(({ rule }) => rule)).toEqual(Array(3).fill("built-in: own home"));
  });

  it("look back at what the session has used, each session for itself", async () => {
    const tool = (name: string, annotations: object) => ({
      name,
      inputSchema: { type: "object" },
      annotations,
    });
    const rules: Rule[] = [
      { after: { untrusted: true }, annotations: { openWorld: true }, decision: "deny" },
      { decision: "allow" },
    ];
    const { hub, call } = await start(rules, "deny", [
      tool("local", { openWorldHint: false }),
      tool("fetch", { readOnlyHint: true }),
    ]);
    await expect.poll(() => hub.hub.state.servers.get("fake")?.catalog.tools?.length).toBe(2);
    expect(await call({}, "fake__local")).not.toHaveProperty("isError");
    expect(await call({}, "fake__fetch")).not.toHaveProperty("isError");
    expect(await call({}, "fake__fetch")).toMatchObject({ isError: true });
    expect(await call({}, "fake__local")).not.toHaveProperty("isError");
    const other = await hub.open();
    const { message } = await hub.request(callOf("fake__fetch", {}, 1), { session: other });
    expect(message?.result).not.toHaveProperty("isError");
  });

  it("a resource is judged by its URI", async () => {
    const rules: Rule[] = [
      { method: "resources/read", args: [{ path: "/uri", under: join(folder, "other") }], decision: "deny" },
    ];
    open = await createTestHub({ config: configOf(rules, "allow") });
    const { server, hub } = open;
    const fake = hub.state.servers.get("fake");
    server.answer.initialize = () => ({
      protocolVersion: "2025-11-25",
      capabilities: { resources: {} },
      serverInfo: { name: "fake", version: "1" },
    });
    server.answer["resources/list"] = () => ({
      resources: ["proj", "other"].map((name) => ({ uri: `file://${folder}/${name}/a`, name })),
    });
    server.answer["resources/read"] = () => ({ contents: [] });
    await fake?.restart();
    await expect.poll(() => fake?.catalog.lists?.resources.length).toBe(2);
    const session = await open.open();
    await open.request({ jsonrpc: "2.0", id: 1, method: "resources/list" }, { session });
    const read = async (name: string, id: number) => {
      const params = { uri: `file://${folder}/${name}/a` };
      return (await open?.request({ jsonrpc: "2.0", id, method: "resources/read", params }, { session }))
        ?.message;
    };
    expect((await read("proj", 2))?.result).toEqual({ contents: [] });
    expect((await read("other", 3))?.error).toMatchObject({ data: { code: "denied" } });
  });
});

it("a call whose link is swapped while its server starts is not sent", async () => {
  const link = join(folder, "proj", "link");
  mkdirSync(join(folder, "proj", "in"));
  symlinkSync(join(folder, "proj", "in"), link);
  const under: Rule = { args: [{ path: "/path", under: join(folder, "proj") }], decision: "allow" };
  const { hub, call, sent } = await start([under]);
  let starting = 0;
  const { initialize } = hub.server.answer;
  hub.server.answer.initialize = (_params, id) => {
    starting = id;
    return undefined;
  };
  const server = hub.hub.state.servers.get("fake");
  await server?.stop();
  server?.reset();
  const pending = call({ path: "link/a" });
  await expect.poll(() => starting).toBeGreaterThan(0);
  unlinkSync(link);
  symlinkSync(join(folder, "other"), link);
  hub.server.say({ jsonrpc: "2.0", id: starting, result: initialize?.({}, starting) });
  expect(await pending).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining("leads elsewhere than when it was allowed") }],
  });
  expect(sent()).toBe(0);
  expect(hub.storage.rows).toMatchObject([{ status: "denied", rule: `rules[0] ${ruleIds([under])[0]}` }]);
});

it("a call whose link is swapped while a person is asked is not sent, although they allow it", async () => {
  const link = join(folder, "proj", "link");
  mkdirSync(join(folder, "proj", "in"));
  symlinkSync(join(folder, "proj", "in"), link);
  const { hub, call, sent } = await start([], "ask");
  const asked = async () =>
    (await hub.hub.callAs("owner", "questions.list", {})) as { pending: { id: string }[] };
  const pending = call({ path: "link/a" });
  await expect.poll(async () => (await asked()).pending.length).toBe(1);
  unlinkSync(link);
  symlinkSync(join(folder, "other"), link);
  const [question] = (await asked()).pending;
  await hub.hub.callAs("owner", "questions.answer", { id: question?.id, answer: "allow-once" });
  expect(await pending).toMatchObject({ isError: true });
  expect(sent()).toBe(0);
});
