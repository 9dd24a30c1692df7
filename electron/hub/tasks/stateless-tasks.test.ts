import { describe, expect, it } from "vitest";
import type { ClientIdentity } from "../ports/endpoint.ts";
import {
  ALONE,
  AT,
  ask,
  asTask,
  asTaskMessage,
  CAN,
  elicited,
  idOf,
  META,
  meta,
  OTHER,
  sent,
  stateless,
  statelessServer,
} from "./testing/task-servers.ts";

describe("tasks of the stateless era's extension", () => {
  it("are offered where a server has them, and to no client of a session", async () => {
    const hub = await statelessServer();
    const { message } = await stateless(hub, "server/discover");
    expect(message?.result?.capabilities).toMatchObject(CAN);
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const opened = await hub.request(
      { jsonrpc: "2.0", id: 0, method: "initialize", params },
      { scope: ALONE },
    );
    expect(opened.message?.result?.capabilities).toEqual({ tools: {} });
  });

  it("come as they are to a client that declares them, and are its own alone", async () => {
    const hub = await statelessServer();
    const { message } = await stateless(hub, "tools/call", { name: "slow", arguments: {} });
    expect(message?.result).toEqual({
      resultType: "task",
      taskId: "t1",
      status: "working",
      ...AT,
      ttlMs: null,
      pollIntervalMs: 20,
    });
    const get = await stateless(hub, "tasks/get", { taskId: "t1" });
    expect(get.message?.result).toMatchObject({ resultType: "complete", taskId: "t1", status: "working" });
    const update = { taskId: "t1", inputResponses: { name: { action: "accept", content: { n: 1 } } } };
    expect((await stateless(hub, "tasks/update", update)).message?.result).toEqual({
      resultType: "complete",
    });
    expect(sent(hub, "tasks/update")[0]?.params).toMatchObject(update);
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      const foreign = await stateless(hub, method, update, { client: OTHER });
      expect(foreign.message?.error?.code).toBe(-32602);
      const unable = await stateless(hub, method, update, { capabilities: {} });
      expect(unable.message?.error).toMatchObject({ code: -32021, data: { requiredCapabilities: CAN } });
    }
    for (const method of ["tasks/list", "tasks/result"])
      expect((await stateless(hub, method, { taskId: "t1" })).message?.error?.code).toBe(-32601);
  });

  it("tell their status on a listen stream of their owner, acknowledged when the server has agreed", async () => {
    const hub = await statelessServer();
    await stateless(hub, "tools/call", { name: "slow", arguments: {} });
    const listen = (client: ClientIdentity) => {
      const notes: string[] = [];
      const params = { notifications: { taskIds: ["t1"] }, _meta: meta(CAN) };
      void hub.request(
        { jsonrpc: "2.0", id: "l", method: "subscriptions/listen", params },
        { scope: ALONE, client, notes },
      );
      return notes;
    };
    const [mine, theirs] = [listen(hub.client), listen(OTHER)];
    await expect.poll(() => [mine.length, theirs.length]).toEqual([1, 1]);
    expect(JSON.parse(mine[0] ?? "").params.notifications).toEqual({ taskIds: ["t1"] });
    expect(JSON.parse(theirs[0] ?? "").params.notifications).toEqual({});
    const params = { taskId: "t1", status: "working", ...AT };
    const subscription = sent(hub, "subscriptions/listen").at(-1)?.id;
    const tagged = { ...params, _meta: { [`${META}/subscriptionId`]: subscription } };
    hub.server.say({ jsonrpc: "2.0", method: "notifications/tasks", params: tagged });
    expect(JSON.parse(mine[1] ?? "").params).toEqual({
      ...params,
      _meta: { [`${META}/subscriptionId`]: "l" },
    });
    expect(theirs).toHaveLength(1);
  });

  it("are seen through for a session's client: polled, what they need is asked, and the final answer given", async () => {
    const hub = await statelessServer();
    const session = await elicited(hub, hub.client);
    const asked: string[] = [];
    const answered = hub.request(asTaskMessage(1), { session, scope: ALONE, notes: asked });
    await expect.poll(() => asked).toHaveLength(1);
    const question = JSON.parse(asked[0] ?? "");
    hub.notify({ jsonrpc: "2.0", id: question.id, result: { action: "accept", content: {} } }, session);
    const { message } = await answered;
    expect(asked).toHaveLength(1);
    expect(question).toMatchObject({ method: "elicitation/create", params: { message: "Who?" } });
    expect(message?.result).toEqual({ content: [{ type: "text", text: "done" }], big: 1 });
    expect(sent(hub, "tools/call")[0]?.params).not.toHaveProperty("task");
    expect(sent(hub, "tasks/update")).toMatchObject([
      { params: { taskId: "t1", inputResponses: { name: { action: "accept" } } } },
    ]);
  });

  it("that fail or are cancelled are an error of the call", async () => {
    const hub = await statelessServer();
    const session = await hub.open(ALONE);
    const state = { resultType: "complete", taskId: "t1", ...AT, ttlMs: null };
    hub.server.answer["tasks/get"] = () => ({
      ...state,
      status: "failed",
      error: { code: -32050, message: "no", data: 1 },
    });
    expect((await asTask(hub, session)).message?.error).toEqual({ code: -32050, message: "no", data: 1 });
    hub.server.answer["tasks/get"] = () => ({ ...state, status: "cancelled", statusMessage: "by hand" });
    expect((await asTask(hub, session)).message?.error?.message).toContain("the task was cancelled: by hand");
  });

  it("are cancelled at the server when the call is", async () => {
    const hub = await statelessServer();
    const session = await hub.open(ALONE);
    hub.server.answer["tasks/get"] = (params) => ({
      resultType: "complete",
      taskId: idOf(params),
      status: "working",
      ...AT,
      ttlMs: null,
      pollIntervalMs: 20,
    });
    const answered = ask(hub, session, "tools/call", { name: "slow", arguments: {} }, 7);
    await expect.poll(() => sent(hub, "tasks/get").length).toBeGreaterThan(1);
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } }, session);
    expect((await answered).message).toBeUndefined();
    expect(sent(hub, "tasks/cancel")).toMatchObject([{ params: { taskId: "t1" } }]);
  });
});
