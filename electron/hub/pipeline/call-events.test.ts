import { afterEach, describe, expect, it } from "vitest";
import { callOf, createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
const start = async (
  capabilities = {},
): Promise<{ hub: TestHub; session: Awaited<ReturnType<TestHub["open"]>> }> => {
  open = await createTestHub();
  const session = await open.open(undefined, undefined, capabilities);
  await open.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
  return { hub: open, session };
};
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});
const lastRow = (hub: TestHub) => hub.storage.rows.at(-1);

describe("what goes on within a call", () => {
  it("is kept in order with its times, progress by its numbers and log messages by their level only", async () => {
    const { hub, session } = await start();
    hub.server.answer["tools/call"] = (params) => {
      const token = (params as { _meta: { progressToken: number } })._meta.progressToken;
      const say = (method: string, rest: object): void =>
        hub.server.say({ jsonrpc: "2.0", method, params: rest });
      say("notifications/progress", {
        progressToken: token,
        progress: 1,
        total: 2.5,
        message: "secret words",
      });
      say("notifications/message", { level: "warning", data: "secret words" });
      say("notifications/progress", { progressToken: token, progress: "secret words" });
      return { content: [] };
    };
    await hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session });
    const row = lastRow(hub);
    expect(row?.events).toMatchObject({
      more: 0,
      events: [
        { from: "server", kind: "notification", method: "notifications/progress", note: "1 of 2.5" },
        { from: "server", kind: "notification", method: "notifications/message", note: "warning" },
        { from: "server", kind: "notification", method: "notifications/progress", note: null },
      ],
    });
    const times = row?.events?.events.map(({ at }) => at) ?? [];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every((at) => at <= (row?.durationUs ?? 0))).toBe(true);
    expect(JSON.stringify(row?.events)).not.toContain("secret");
  });

  it("has at most 200 messages and the number of the others", async () => {
    const { hub, session } = await start();
    hub.server.answer["tools/call"] = (params) => {
      const { progressToken } = (params as { _meta: { progressToken: number } })._meta;
      for (let progress = 1; progress <= 203; progress += 1)
        hub.server.say({
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken, progress },
        });
      return { content: [] };
    };
    await hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session });
    expect(lastRow(hub)?.events?.events).toHaveLength(200);
    expect(lastRow(hub)?.events?.more).toBe(3);
  });

  it("costs a call without any nothing: there is no list", async () => {
    const { hub, session } = await start();
    await hub.request(callOf("fake__echo", {}, 1), { session });
    expect(lastRow(hub)?.events).toBeUndefined();
  });

  it("has what a server asked in vain too, and that no client answered it", async () => {
    const { hub, session } = await start({ sampling: {} });
    hub.server.answer["tools/call"] = () => {
      for (const method of ["sampling/createMessage", "roots/list"])
        hub.server.say({ jsonrpc: "2.0", id: method, method, params: {} });
      return { content: [] };
    };
    await hub.configure(
      fakeConfig(', "rules": [{ "method": "sampling/createMessage", "decision": "deny" }]'),
    );
    await hub.request(callOf("fake__echo", {}, 1), { session });
    expect(
      lastRow(hub)?.events?.events.map(({ from, kind, method, note }) => [from, kind, method, note]),
    ).toEqual([
      ["server", "request", "sampling/createMessage", null],
      ["gatehouse", "response", "sampling/createMessage", "refused"],
      ["server", "request", "roots/list", null],
      ["gatehouse", "response", "roots/list", "the client cannot"],
    ]);
  });
});
