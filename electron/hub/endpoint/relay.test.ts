import { afterEach, describe, expect, it } from "vitest";
import type { Scope, SessionHandle } from "../ports/endpoint.ts";
import { callOf, createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
const start = async (config?: string): Promise<TestHub> => {
  const hub = await createTestHub(config === undefined ? {} : { config });
  open = hub;
  hub.server.answer.initialize = () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {}, logging: {} },
    serverInfo: { name: "fake", version: "1" },
    instructions: "be kind",
  });
  hub.server.answer["prompts/list"] = () => ({ prompts: [{ name: "greet", title: "Greet" }] });
  hub.server.answer["resources/list"] = () => ({
    resources: [{ uri: "demo://one", name: "one", mimeType: "x/y" }],
  });
  hub.server.answer["resources/templates/list"] = () => ({
    resourceTemplates: [{ uriTemplate: "demo://t/{id}", name: "t" }],
  });
  for (const method of ["prompts/get", "resources/read", "completion/complete"])
    hub.server.answer[method] = (params) => ({ echoed: params });
  for (const method of ["resources/subscribe", "resources/unsubscribe", "logging/setLevel"])
    hub.server.answer[method] = () => ({});
  await hub.hub.state.servers.get("fake")?.restart();
  await hub.hub.state.servers.get("fake")?.learn();
  await expect.poll(() => hub.hub.state.servers.get("fake")?.catalog.lists?.prompts.length).toBe(1);
  return hub;
};
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const ask = (hub: TestHub, session: SessionHandle, method: string, params: unknown = {}, id: unknown = 1) =>
  hub.request({ jsonrpc: "2.0", id, method, params }, { session });
const stream = (session: SessionHandle): { messages: Record<string, unknown>[]; close: () => void } => {
  const messages: Record<string, unknown>[] = [];
  const close = session.attachStream({
    push: (parts) => messages.push(JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>),
    close: () => {},
  });
  return { messages, close };
};
const withCapabilities = async (hub: TestHub, capabilities: unknown, scope: Scope = { kind: "all" }) => {
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "t", version: "1" } };
  const { session } = await hub.request({ jsonrpc: "2.0", id: 0, method: "initialize", params }, { scope });
  if (session === undefined) throw new Error("no session");
  return session;
};
const sent = (hub: TestHub, method: string) =>
  hub.server.received.filter((message) => message.method === method);

describe("prompts and resources", () => {
  it("are listed: prompts under prefixed names, resources under their own URIs", async () => {
    const hub = await start();
    const session = await hub.open();
    const results = await Promise.all(
      ["prompts/list", "resources/list", "resources/templates/list"].map(
        async (method) => (await ask(hub, session, method)).message?.result,
      ),
    );
    expect(results).toEqual([
      { prompts: [{ name: "fake__greet", title: "Greet" }] },
      { resources: [{ uri: "demo://one", name: "one", mimeType: "x/y" }] },
      { resourceTemplates: [{ uriTemplate: "demo://t/{id}", name: "t" }] },
    ]);
  });

  it.each<[string, unknown, unknown, string]>([
    [
      "prompts/get",
      { name: "fake__greet", arguments: { a: "1" } },
      { name: "greet", arguments: { a: "1" } },
      "greet",
    ],
    ["resources/read", { uri: "demo://one" }, { uri: "demo://one" }, "demo://one"],
    ["resources/read", { uri: "demo://t/7" }, { uri: "demo://t/7" }, "demo://t/7"],
    [
      "completion/complete",
      { ref: { type: "ref/prompt", name: "fake__greet" }, argument: { name: "a", value: "x" } },
      { ref: { type: "ref/prompt", name: "greet" }, argument: { name: "a", value: "x" } },
      "greet",
    ],
    [
      "completion/complete",
      { ref: { type: "ref/resource", uri: "demo://t/{id}" }, argument: { name: "id", value: "" } },
      { ref: { type: "ref/resource", uri: "demo://t/{id}" }, argument: { name: "id", value: "" } },
      "demo://t/{id}",
    ],
  ])("%s reaches the server under its own name and is recorded", async (method, params, own, tool) => {
    const hub = await start();
    const session = await hub.open();
    expect((await ask(hub, session, method, params)).message?.result).toEqual({ echoed: own });
    expect(hub.storage.rows).toMatchObject([{ method, server: "fake", tool, status: "ok" }]);
  });

  it.each<[string, unknown, number]>([
    ["prompts/get", { name: "nobody" }, -32602],
    ["prompts/get", {}, -32602],
    ["resources/read", { uri: "demo://nowhere" }, -32002],
    ["completion/complete", { ref: { type: "ref/other" } }, -32602],
  ])("%s of something unknown is refused with the code of the spec", async (method, params, code) => {
    const hub = await start();
    const session = await hub.open();
    expect((await ask(hub, session, method, params)).message?.error?.code).toBe(code);
    expect(sent(hub, method)).toEqual([]);
  });

  it("denied by the default never reach the server, and say so as an error", async () => {
    const hub = await start(
      '{ "consent": { "default": "deny" }, "mcpServers": { "fake": { "command": "fake" } } }',
    );
    const session = await hub.open();
    const { message } = await ask(hub, session, "resources/read", { uri: "demo://one" });
    expect(message?.error).toMatchObject({ code: -32012, message: expect.stringContaining("denied") });
    expect(sent(hub, "resources/read")).toEqual([]);
    expect(hub.storage.rows).toMatchObject([{ status: "denied" }]);
  });

  it("of a server that a profile hides are unknown", async () => {
    const hub = await start(fakeConfig(', "profiles": { "none": { "servers": [] } }'));
    const client = { ...hub.client, profile: "none" };
    const session = await hub.open({ kind: "all" }, client);
    const read = { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "demo://one" } };
    expect((await hub.request(read, { session, client })).message?.error?.code).toBe(-32002);
  });
});

describe("a server alone on its address", () => {
  it("claims what the server claims, and uses its own names", async () => {
    const hub = await start();
    const scope: Scope = { kind: "server", name: "fake" };
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const { message, session } = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope },
    );
    expect(message?.result).toEqual({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {}, logging: {} },
      serverInfo: { name: "fake", version: "1" },
      instructions: "be kind",
    });
    if (session === undefined) throw new Error("no session");
    const get = { jsonrpc: "2.0", id: 1, method: "prompts/get", params: { name: "greet" } };
    expect((await hub.request(get, { session, scope })).message?.result).toEqual({
      echoed: { name: "greet" },
    });
  });
});

describe("subscriptions", () => {
  it("reach those who subscribed, end with the last of them, and outlive the server's restart", async () => {
    const hub = await start();
    const [one, two, three] = [await hub.open(), await hub.open(), await hub.open()];
    const heard = [stream(one), stream(two), stream(three)].map(({ messages }) => messages);
    for (const session of [one, two]) await ask(hub, session, "resources/subscribe", { uri: "demo://one" });
    hub.server.say({
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri: "demo://one" },
    });
    expect(heard.map((messages) => messages.length)).toEqual([1, 1, 0]);
    await ask(hub, one, "resources/unsubscribe", { uri: "demo://one" });
    expect(sent(hub, "resources/unsubscribe")).toEqual([]);
    const before = sent(hub, "resources/subscribe").length;
    await hub.hub.state.servers.get("fake")?.restart();
    await expect.poll(() => sent(hub, "resources/subscribe").length).toBe(before + 1);
    hub.hub.mcp.endSession(two);
    await expect.poll(() => sent(hub, "resources/unsubscribe").length).toBe(1);
  });
});

describe("what a server asks of a client", () => {
  const sampling = {
    jsonrpc: "2.0",
    id: "from-server",
    method: "sampling/createMessage",
    params: { maxTokens: 1 },
  };

  it("goes to the one session with a call under way, on that call's stream, and its answer back", async () => {
    const hub = await start();
    const session = await withCapabilities(hub, { sampling: {} });
    let finish: (() => void) | undefined;
    hub.server.answer["tools/call"] = (_params, id) => {
      finish = () => hub.server.say({ jsonrpc: "2.0", id, result: { content: [] } });
      hub.server.say(sampling);
      return undefined;
    };
    const notes: string[] = [];
    const call = hub.request(callOf("fake__echo"), { session, notes });
    await expect.poll(() => notes.length).toBe(1);
    const asked = JSON.parse(notes[0] ?? "") as { id: string; method: string };
    expect(asked).toMatchObject({ method: "sampling/createMessage", params: { maxTokens: 1 } });
    hub.notify({ jsonrpc: "2.0", id: asked.id, result: { role: "assistant", big: 1 } }, session);
    expect(hub.server.received.at(-1)).toEqual({
      jsonrpc: "2.0",
      id: "from-server",
      result: { role: "assistant", big: 1 },
    });
    // A second answer, or one of another session, is nobody's.
    const count = hub.server.received.length;
    hub.notify({ jsonrpc: "2.0", id: asked.id, result: {} }, session);
    expect(hub.server.received).toHaveLength(count);
    finish?.();
    await call;
  });

  it("is refused when several sessions have calls under way, naming what to set", async () => {
    const hub = await start();
    const sessions = [
      await withCapabilities(hub, { sampling: {} }),
      await withCapabilities(hub, { sampling: {} }),
    ];
    const ids: number[] = [];
    hub.server.answer["tools/call"] = (_params, id) => {
      ids.push(id);
      return undefined;
    };
    const calls = sessions.map((session) => hub.request(callOf("fake__echo"), { session }));
    await expect.poll(() => ids.length).toBe(2);
    hub.server.say(sampling);
    expect(hub.server.received.at(-1)).toMatchObject({
      id: "from-server",
      error: { message: expect.stringContaining('isolation: "session" for fake') },
    });
    for (const id of ids) hub.server.say({ jsonrpc: "2.0", id, result: {} });
    await Promise.all(calls);
  });

  it("is refused when the client cannot do it", async () => {
    const hub = await start();
    const session = await hub.open();
    hub.server.answer["tools/call"] = () => {
      hub.server.say(sampling);
      return { content: [] };
    };
    await hub.request(callOf("fake__echo"), { session });
    expect(hub.server.received.at(-1)).toMatchObject({
      error: { code: -32601, message: "the client does not support sampling" },
    });
  });

  it.each([
    ["elicitation/create", { mode: "url", url: "https://x.test" }, { elicitation: {} }, "elicitation.url"],
    ["elicitation/create", { requestedSchema: {} }, { elicitation: { url: {} } }, "elicitation.form"],
    ["sampling/createMessage", { tools: [] }, { sampling: {} }, "sampling.tools"],
  ])("is refused when the client cannot do %s in that way", async (method, params, capabilities, lacking) => {
    const hub = await start();
    const session = await withCapabilities(hub, capabilities);
    hub.server.answer["tools/call"] = () => {
      hub.server.say({ jsonrpc: "2.0", id: 9, method, params });
      return { content: [] };
    };
    await hub.request(callOf("fake__echo"), { session });
    expect(hub.server.received.at(-1)).toMatchObject({
      id: 9,
      error: { code: -32601, message: `the client does not support ${lacking}` },
    });
  });

  it("with isolation by session reaches its own session, which declared what it can", async () => {
    const hub = await start(
      '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake", "isolation": "session" } } }',
    );
    const session = await withCapabilities(hub, { roots: { listChanged: true } });
    const { messages } = stream(session);
    const instances = hub.server.opened.length;
    await hub.request(callOf("fake__echo"), { session });
    expect(hub.server.opened).toHaveLength(instances + 1);
    expect(sent(hub, "initialize").at(-1)?.params?.capabilities).toEqual({ roots: { listChanged: true } });
    hub.server.say({ jsonrpc: "2.0", id: 5, method: "roots/list" });
    expect(messages).toMatchObject([{ method: "roots/list" }]);
    hub.notify({ jsonrpc: "2.0", method: "notifications/roots/list_changed" }, session);
    // The new instance is still being learnt: its lists may be asked for at the same time.
    expect(sent(hub, "notifications/roots/list_changed")).toEqual([
      { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
    ]);
    hub.hub.mcp.endSession(session);
    await expect.poll(() => hub.hub.state.servers.instances().length).toBe(1);
  });
});

describe("log messages", () => {
  const say = (hub: TestHub, level: string) =>
    hub.server.say({ jsonrpc: "2.0", method: "notifications/message", params: { level, data: level } });

  it("reach each session from the level on that it asked for, and the server is asked for the most verbose", async () => {
    const hub = await start();
    const [quiet, loud, silent] = [await hub.open(), await hub.open(), await hub.open()];
    const heard = [quiet, loud, silent].map((session) => stream(session).messages);
    await ask(hub, quiet, "logging/setLevel", { level: "error" });
    await ask(hub, loud, "logging/setLevel", { level: "debug" });
    await expect
      .poll(() => sent(hub, "logging/setLevel").map((message) => message.params?.level))
      .toEqual(["error", "debug"]);
    say(hub, "info");
    say(hub, "critical");
    expect(heard.map((messages) => messages.length)).toEqual([1, 2, 0]);
    expect((await ask(hub, quiet, "logging/setLevel", { level: "chatty" })).message?.error?.code).toBe(
      -32602,
    );
  });
});
