// What is not allowed never reaches a server: every way to be refused, every relayed method, both eras. The server
// counts what comes.
import { describe, expect, it } from "vitest";
import { callOf } from "../testing/test-hub.ts";
import { type AskingHub, askingHub, STATELESS_META } from "./testing/asking-hub.ts";

const PARAMS: Readonly<Record<string, object>> = {
  "tools/call": { name: "fake__echo", arguments: { text: "hi" } },
  "prompts/get": { name: "fake__greet" },
  "resources/read": { uri: "file:///a" },
  "completion/complete": {
    ref: { type: "ref/resource", uri: "file:///a" },
    argument: { name: "a", value: "" },
  },
  "resources/subscribe": { uri: "file:///a" },
  "resources/unsubscribe": { uri: "file:///a" },
};

/** In the stateless era subscriptions go by listen streams; those two methods do not exist there. */
const CASES = Object.keys(PARAMS).flatMap((method) =>
  method.endsWith("subscribe")
    ? [[method, "session"] as const]
    : [[method, "session"] as const, [method, "stateless"] as const],
);

interface Try {
  readonly hub: AskingHub;
  /** Sends the request once. */
  send(id: number): { answer: ReturnType<AskingHub["request"]>; withdraw(): void };
}

async function start(method: string, era: "session" | "stateless", rules: object[], more = {}): Promise<Try> {
  const hub = await askingHub({ rules, config: more });
  const opened = await hub.open();
  for (const list of ["tools/list", "prompts/list", "resources/list"])
    await hub.request({ jsonrpc: "2.0", id: list, method: list }, { session: opened });
  return {
    hub,
    send(id) {
      if (era === "session") {
        const message = { jsonrpc: "2.0", id, method, params: PARAMS[method] };
        return {
          answer: hub.request(message, { session: opened }),
          withdraw: () =>
            hub.notify(
              { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } },
              opened,
            ),
        };
      }
      const line: { connected: boolean; leave?: () => void } = { connected: true };
      const params = { ...PARAMS[method], _meta: STATELESS_META };
      return {
        answer: hub.request({ jsonrpc: "2.0", id, method, params }, { line }),
        withdraw: () => line.leave?.(),
      };
    },
  };
}

const ASK = [{ method: "*", decision: "ask" }];
const isRefusal = (answer: Awaited<ReturnType<AskingHub["request"]>>): boolean =>
  answer.message?.error !== undefined || answer.message?.result?.isError === true;

describe.each(CASES)("%s of the %s era never reaches the server", (method, era) => {
  it("when a rule denies it", async () => {
    const { hub, send } = await start(method, era, [{ method, decision: "deny" }]);
    expect(isRefusal(await send(1).answer)).toBe(true);
    expect([hub.reached(), hub.storage.rows.map(({ status }) => status)]).toEqual([[], ["denied"]]);
  });

  it("when a person denies it", async () => {
    const { hub, send } = await start(method, era, ASK);
    const { answer } = send(1);
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect(isRefusal(await answer)).toBe(true);
    expect([hub.reached(), hub.storage.rows.map(({ status }) => status)]).toEqual([[], ["denied"]]);
  });

  it("when nobody answers", async () => {
    const { hub, send } = await start(method, era, ASK);
    const { answer } = send(1);
    await hub.question();
    hub.clock.pass(51_000);
    expect(isRefusal(await answer)).toBe(true);
    expect([hub.reached(), hub.storage.rows.map(({ status }) => status)]).toEqual([[], ["denied"]]);
  });

  it("when it is withdrawn, even if it is allowed afterwards", async () => {
    const { hub, send } = await start(method, era, ASK);
    const { answer, withdraw } = send(1);
    const { id } = await hub.question();
    withdraw();
    expect((await answer).message).toBeUndefined();
    await expect(hub.answer({ id, answer: "allow-once" })).rejects.toMatchObject({ code: "not_found" });
    expect([hub.reached(), hub.storage.rows.map(({ status }) => status)]).toEqual([[], ["cancelled"]]);
  });

  it("when it is over a limit, and says after how long to try again", async () => {
    const { hub, send } = await start(method, era, [{ decision: "allow" }], {
      limits: [{ client: "*", callsPerMinute: 1 }],
    });
    await send(1).answer;
    const reached = hub.reached().length;
    const { message } = await send(2).answer;
    expect(message?.error).toMatchObject({
      message: expect.stringMatching(/more than 1 calls a minute by tester .* Try again in \d+ s\./),
      data: { code: "rate_limited", retryAfter: expect.any(Number) },
    });
    expect([hub.reached().length, hub.storage.rows.at(-1)?.status]).toEqual([reached, "denied"]);
  });

  it("while everything is paused", async () => {
    const { hub, send } = await start(method, era, [{ decision: "allow" }]);
    await hub.hub.callAs("viewer", "hub.pause", {});
    expect(isRefusal(await send(1).answer)).toBe(true);
    expect([hub.reached(), hub.storage.rows.map(({ status }) => status)]).toEqual([[], ["denied"]]);
  });

  it("but does when it is allowed", async () => {
    const { hub, send } = await start(method, era, ASK);
    const { answer } = send(1);
    await hub.answer({ id: (await hub.question()).id, answer: "allow-once" });
    expect(isRefusal(await answer)).toBe(false);
    // A second one to unsubscribe finds nothing subscribed, and is answered by the hub itself.
    expect(hub.reached(method)).toHaveLength(method === "resources/unsubscribe" ? 0 : 1);
  });
});

describe("arguments that break the tool's schema never reach the server", () => {
  it.each(["session", "stateless"] as const)("in the %s era, and nobody is asked", async (era) => {
    const hub = await askingHub();
    hub.server.answer["tools/list"] = () => ({
      tools: [{ name: "echo", inputSchema: { type: "object", properties: { n: { type: "number" } } } }],
    });
    await hub.configure(
      '{ "consent": { "default": "ask" }, "mcpServers": { "fake": { "command": "fake", "args": ["anew"] } } }',
    );
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const answer = await hub.request(
      callOf("fake__echo", { n: "text" }, 1, era === "stateless" ? STATELESS_META : undefined),
      era === "session" ? { session } : {},
    );
    expect(answer.message?.result?.isError).toBe(true);
    expect([hub.reached(), hub.told]).toEqual([[], []]);
    expect(hub.storage.rows).toMatchObject([{ status: "tool_error" }]);
  });
});
