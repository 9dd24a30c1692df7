import { setTimeout as pass } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SessionHandle } from "../ports/endpoint.ts";
import { callOf } from "../testing/test-hub.ts";
import { type AskingHub, askingHub } from "./testing/asking-hub.ts";

const ALLOW_CALLS = { server: "fake", decision: "allow" };
const SAMPLING = "sampling/createMessage";
const ELICITATION = "elicitation/create";
const PARAMS: Readonly<Record<string, object>> = {
  [SAMPLING]: { messages: [], maxTokens: 1 },
  [ELICITATION]: { mode: "url", message: "sign in", url: "https://evil.example:8443/x", elicitationId: "e" },
};

interface Asked {
  readonly hub: AskingHub;
  readonly session: SessionHandle;
  /** What the client was asked, as it comes. */
  readonly heard: Record<string, unknown>[];
  /** What the server was answered, once it is. */
  answer(): Promise<{ error?: { code: number; message: string } } | undefined>;
}

/** A server that asks the client of the session with a call under way. */
async function asks(method: string, config: Record<string, unknown>, rules: object[] = []): Promise<Asked> {
  const hub = await askingHub({ rules: [...rules, ALLOW_CALLS], config });
  const { session } = await hub.request({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: { sampling: {}, elicitation: { form: {}, url: {} } },
      clientInfo: { name: "t", version: "1" },
    },
  });
  if (session === undefined) throw new Error("no session");
  await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
  hub.server.answer["tools/call"] = () => {
    hub.server.say({ jsonrpc: "2.0", id: "asked", method, params: PARAMS[method] });
    return undefined;
  };
  const notes: string[] = [];
  void hub.request(callOf("fake__echo"), { session, notes });
  await expect.poll(() => hub.reached("tools/call").length).toBe(1);
  return {
    hub,
    session,
    get heard() {
      return notes.map((note) => JSON.parse(note) as Record<string, unknown>);
    },
    async answer() {
      const find = () =>
        hub.server.received.find((message) => (message as { id?: unknown }).id === "asked") as
          | { error?: { code: number; message: string } }
          | undefined;
      await expect.poll(find).toBeDefined();
      return find();
    },
  };
}

describe("sampling is off per server until it is allowed", () => {
  it.each<[string, object[]]>([
    ["by default", []],
    ["for a server that is trusted", []],
    ["under a rule for every method", [{ method: "*", decision: "allow" }]],
    ["under a rule for another server", [{ server: "other", method: SAMPLING, decision: "allow" }]],
  ])("%s it is refused, says how to allow it, and is recorded", async (_how, rules) => {
    const { hub, heard, answer } = await asks(SAMPLING, {}, rules);
    expect((await answer())?.error).toMatchObject({
      code: -32012,
      message: expect.stringContaining(
        '{"server":"fake","method":"sampling/createMessage","decision":"allow"}',
      ),
    });
    expect(heard).toEqual([]);
    expect(hub.storage.audited).toContainEqual(
      expect.stringMatching(/^server refused sampling\/createMessage/),
    );
  });

  it.each<[string, Record<string, unknown>, object[]]>([
    ["a rule that names it", {}, [{ server: "fake", method: SAMPLING, decision: "allow" }]],
    ["a default that allows everything", { consent: { default: "allow" } }, []],
  ])("it passes with %s", async (_how, config, rules) => {
    const asked = await asks(SAMPLING, config, rules);
    await expect.poll(() => asked.heard.map(({ method }) => method)).toEqual([SAMPLING]);
  });

  it("a rule that denies the server denies this too, whatever the default", async () => {
    const config = { consent: { default: "allow" } };
    const { answer } = await asks(SAMPLING, config, [{ method: "sampling/*", decision: "deny" }]);
    expect((await answer())?.error?.code).toBe(-32012);
  });

  it("a rule that asks has the person asked, and the answer holds", async () => {
    for (const given of ["allow-once", "deny"] as const) {
      const asked = await asks(SAMPLING, {}, [{ method: SAMPLING, decision: "ask" }]);
      const question = await asked.hub.question();
      expect(question).toMatchObject({
        title: "The server fake wants tester to ask its model",
        server: "fake",
      });
      expect(asked.heard).toEqual([]);
      await asked.hub.answer({ id: question.id, answer: given });
      if (given === "deny") expect((await asked.answer())?.error?.message).toContain("The person denied");
      else await expect.poll(() => asked.heard.map(({ method }) => method)).toEqual([SAMPLING]);
    }
  });
});

describe("elicitation", () => {
  it("passes without a rule", async () => {
    const asked = await asks(ELICITATION, {});
    await expect.poll(() => asked.heard.map(({ method }) => method)).toEqual([ELICITATION]);
  });

  it("of a URL shows its host where a rule asks, and is withdrawn with its session", async () => {
    const { hub, session, answer } = await asks(ELICITATION, {}, [{ method: ELICITATION, decision: "ask" }]);
    expect(await hub.question()).toMatchObject({
      tool: "evil.example:8443",
      warnings: ["It wants the person to open a page at evil.example:8443"],
    });
    hub.hub.mcp.endSession(session);
    expect(await hub.pending()).toEqual([]);
    expect((await answer())?.error).toBeDefined();
  });
});

describe("what a person takes to answer a server", () => {
  /** Has the server answer its call, and gives for how long the row says that a person was waited for, in milliseconds. */
  async function timesOf({ hub }: Asked) {
    const call = hub.server.received.find(({ method }) => method === "tools/call");
    hub.server.say({ jsonrpc: "2.0", id: call?.id, result: { content: [] } });
    await expect.poll(() => hub.storage.rows.filter(({ method }) => method === "tools/call")).toHaveLength(1);
    const row = hub.storage.rows.find(({ method }) => method === "tools/call");
    if (row === undefined) throw new Error("there is no row");
    const { durationUs, consentUs, upstreamUs, queueUs, hubUs } = row;
    expect(consentUs + upstreamUs + queueUs + hubUs).toBe(durationUs);
    return consentUs / 1_000;
  }
  /** Lets a person think; gives how long that was. */
  async function think(): Promise<number> {
    const since = performance.now();
    await pass(60);
    return performance.now() - since;
  }

  it.each(["allow-once", "deny"] as const)("in Gatehouse (%s) is no time of the server's", async (given) => {
    const asked = await asks(SAMPLING, {}, [{ method: SAMPLING, decision: "ask" }]);
    const { id } = await asked.hub.question();
    const thought = await think();
    await asked.hub.answer({ id, answer: given });
    if (given === "deny") await asked.answer();
    else await expect.poll(() => asked.heard).toHaveLength(1);
    expect(await timesOf(asked)).toBeGreaterThanOrEqual(thought);
  });

  it("at the client (a form, a page) is none of the server's either", async () => {
    const asked = await asks(ELICITATION, {});
    await expect.poll(() => asked.heard).toHaveLength(1);
    const thought = await think();
    const [request] = asked.heard;
    asked.hub.notify({ jsonrpc: "2.0", id: request?.id, result: { action: "accept" } }, asked.session);
    await asked.answer();
    expect(await timesOf(asked)).toBeGreaterThanOrEqual(thought);
  });

  it("counts as long as it lasted where nobody answers and the call ends", async () => {
    const asked = await asks(ELICITATION, {});
    await expect.poll(() => asked.heard).toHaveLength(1);
    const thought = await think();
    expect(await timesOf(asked)).toBeGreaterThanOrEqual(thought);
  });
});
