import { describe, expect, it, onTestFinished } from "vitest";
import type { ClientIdentity, Scope, SessionHandle } from "../ports/endpoint.ts";
import { createTestHub, fakeConfig } from "../testing/test-hub.ts";
import {
  ALONE,
  AT,
  ask,
  asTask,
  asTaskMessage,
  elicited,
  heard,
  META,
  OTHER,
  sent,
  sessionServer,
  started,
  stateless,
} from "./testing/task-servers.ts";

describe("tasks of the session era", () => {
  it("are offered by the server's address as the server has them, and by all as the union", async () => {
    const hub = await sessionServer();
    const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    for (const scope of [ALONE, { kind: "all" } as const]) {
      const { message } = await hub.request(
        { jsonrpc: "2.0", id: 0, method: "initialize", params },
        { scope },
      );
      expect(message?.result?.capabilities).toMatchObject({ tasks });
    }
  });

  it("are not there where no server has any", async () => {
    const hub = await createTestHub();
    onTestFinished(() => hub.dispose());
    const session = await hub.open();
    const { message } = await hub.request(
      { jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: "1" } },
      { session },
    );
    expect(message?.error?.code).toBe(-32601);
  });

  it("belong to the client that made them: another's id is as unknown as any, and no other lists it", async () => {
    const hub = await sessionServer();
    const mine = await hub.open(ALONE);
    const theirs = await hub.open(ALONE, OTHER);
    const made = await asTask(hub, mine);
    expect(made.message?.result).toMatchObject({
      task: { taskId: "1", status: "working" },
      _meta: { kept: 1 },
    });
    expect(
      (await hub.request(asTaskMessage(2), { session: theirs, scope: ALONE, client: OTHER })).raw,
    ).toContain('"2"');
    for (const method of ["tasks/get", "tasks/result", "tasks/cancel"]) {
      const { message } = await ask(hub, mine, method, { taskId: "2" });
      expect(message?.error).toEqual({ code: -32602, message: "Unknown task: 2" });
      expect(sent(hub, method)).toEqual([]);
    }
    expect((await ask(hub, mine, "tasks/get", { taskId: "1" })).message?.result).toMatchObject({
      taskId: "1",
    });
    expect((await ask(hub, mine, "tasks/result", { taskId: "1" })).message?.result).toEqual({
      content: [{ type: "text", text: "of 1" }],
      _meta: { [`${META}/related-task`]: { taskId: "1" } },
    });
    const list = async (session: SessionHandle, client: ClientIdentity) => {
      const { message } = await hub.request(
        { jsonrpc: "2.0", id: 9, method: "tasks/list" },
        { session, scope: ALONE, client },
      );
      const tasks = (message?.result?.tasks ?? []) as { taskId: string }[];
      return tasks.map(({ taskId }) => taskId);
    };
    expect(await list(mine, hub.client)).toEqual(["1"]);
    expect(await list(theirs, OTHER)).toEqual(["2"]);
  });

  it("are found again by another session of the same client", async () => {
    const hub = await sessionServer();
    await asTask(hub, await hub.open(ALONE));
    const later = await hub.open(ALONE);
    expect((await ask(hub, later, "tasks/get", { taskId: "1" })).message?.result).toMatchObject({
      taskId: "1",
    });
  });

  it("are unknown at an address that does not show their server", async () => {
    const hub = await sessionServer(
      fakeConfig(', "profiles": { "none": { "servers": [] }, "all": { "servers": ["fake"] } }'),
    );
    await asTask(hub, await hub.open(ALONE));
    const at = async (name: string) => {
      const scope: Scope = { kind: "profile", name };
      const session = await hub.open(scope);
      const message = { jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: "1" } };
      return (await hub.request(message, { session, scope })).message?.error?.code;
    };
    expect([await at("none"), await at("all")]).toEqual([-32601, undefined]);
  });

  it("are recorded, and denied by the rule about their tool, as calls are", async () => {
    const hub = await sessionServer();
    const session = await hub.open(ALONE);
    await asTask(hub, session);
    await ask(hub, session, "tasks/get", { taskId: "1" });
    await ask(hub, session, "tasks/list");
    expect(
      hub.storage.rows.map(({ method, server, tool, status }) => [method, server, tool, status]),
    ).toEqual([
      ["tools/call", "fake", "slow", "ok"],
      ["tasks/get", "fake", "slow", "ok"],
      // The server's list has two pages.
      ["tasks/list", "fake", "", "ok"],
      ["tasks/list", "fake", "", "ok"],
    ]);
    await hub.configure(fakeConfig(', "rules": [{ "server": "fake", "tool": "slow", "decision": "deny" }]'));
    const { message } = await ask(hub, session, "tasks/result", { taskId: "1" });
    expect(message?.error?.code).toBe(-32012);
    expect(sent(hub, "tasks/result")).toEqual([]);
  });

  it("tell their status, their progress and their log to their owner alone", async () => {
    const hub = await sessionServer();
    const [mine, theirs] = [await hub.open(ALONE), await hub.open(ALONE, OTHER)];
    const [told, toldOther] = [heard(mine), heard(theirs)];
    await asTask(hub, mine, { _meta: { progressToken: "p" } });
    const upstream = sent(hub, "tools/call").at(-1)?.params?._meta as { progressToken: number };
    const status = {
      jsonrpc: "2.0",
      method: "notifications/tasks/status",
      params: { taskId: "1", status: "completed", ...AT },
    };
    const progress = {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { ...upstream, progress: 1 },
    };
    const related = { _meta: { [`${META}/related-task`]: { taskId: "1" } } };
    const log = {
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: "x", ...related },
    };
    for (const message of [status, progress, log]) hub.server.say(message);
    expect(told).toEqual([status, { ...progress, params: { progressToken: "p", progress: 1 } }, log]);
    expect(toldOther).toEqual([]);
  });

  it("ask their owner what they need, whoever else has calls under way", async () => {
    const hub = await sessionServer();
    const [mine, theirs] = [await elicited(hub, hub.client), await elicited(hub, OTHER)];
    const [asked, askedOther] = [heard(mine), heard(theirs)];
    await asTask(hub, mine);
    hub.server.answer["tools/call"] = () => undefined;
    void hub.request(asTaskMessage(5), { session: theirs, scope: ALONE, client: OTHER });
    const related = { [`${META}/related-task`]: { taskId: "1" } };
    const params = { message: "?", requestedSchema: {}, _meta: related };
    hub.server.say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
    expect(asked).toMatchObject([{ method: "elicitation/create", params }]);
    expect(askedOther).toEqual([]);
    hub.notify({ jsonrpc: "2.0", id: asked[0]?.id, result: { action: "decline" } }, mine);
    expect(hub.server.received.at(-1)).toEqual({ jsonrpc: "2.0", id: "q", result: { action: "decline" } });
  });

  it("end for a client when its server is configured no more", async () => {
    const hub = await sessionServer();
    const session = await hub.open(ALONE);
    await asTask(hub, session);
    await hub.configure('{ "mcpServers": {} }');
    await hub.configure(fakeConfig());
    await started(hub);
    expect((await ask(hub, session, "tasks/get", { taskId: "1" })).message?.error?.code).toBe(-32602);
  });

  it("are seen through for a client that knows none, where the tool takes no other calls", async () => {
    const hub = await sessionServer();
    const done = { content: [{ type: "text", text: "of 1" }] };
    const { message } = await stateless(
      hub,
      "tools/call",
      { name: "only", arguments: {} },
      { capabilities: {} },
    );
    expect(message?.result).toMatchObject({ resultType: "complete", ...done });
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const opened = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    if (opened.session === undefined) throw new Error("no session");
    const older = await ask(hub, opened.session, "tools/call", { name: "only", arguments: {} });
    expect(older.message?.result).toMatchObject({ content: [{ text: "of 2" }] });
    expect(sent(hub, "tools/call").map((call) => call.params?.task)).toEqual([{}, {}]);
  });

  it("are seen through by the hub for the person's own calls, of tools that can be called no other way too", async () => {
    const hub = await sessionServer();
    const own = { key: "k", server: "fake", tool: "only", arguments: "{}", project: null };
    const made = hub.hub.state.ownCalls.make(own, false);
    const pending = async () => {
      const { pending } = (await hub.hub.callAs("owner", "questions.list", {})) as {
        pending: { id: string }[];
      };
      return pending[0]?.id;
    };
    await expect.poll(pending).toBeDefined();
    await hub.hub.callAs("owner", "questions.answer", { id: await pending(), answer: "allow-once" });
    const { status, answer } = await made;
    expect(status).toBe("ok");
    expect(JSON.parse(answer ?? "")).toMatchObject({ result: { content: [{ text: "of 1" }] } });
  });

  it("that the hub sees through are cancelled with the call", async () => {
    const hub = await sessionServer();
    hub.server.answer["tasks/result"] = () => undefined;
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const { session } = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    if (session === undefined) throw new Error("no session");
    const answered = ask(hub, session, "tools/call", { name: "only", arguments: {} }, 7);
    await expect.poll(() => sent(hub, "tasks/result")).toHaveLength(1);
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } }, session);
    expect((await answered).message).toBeUndefined();
    expect(sent(hub, "tasks/cancel")).toMatchObject([{ params: { taskId: "1" } }]);
  });
});
