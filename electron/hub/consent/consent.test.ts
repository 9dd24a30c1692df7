import { describe, expect, it } from "vitest";
import { callOf } from "../testing/test-hub.ts";
import { type AskingHub, asked, askingHub, STATELESS_META, textOf } from "./testing/asking-hub.ts";

const MINUTE = 60_000;

describe("a call that asks", () => {
  it("waits as a question that says all of it, and has reached no server", async () => {
    const { hub, question } = await asked();
    expect(question).toMatchObject({
      kind: "call",
      client: "tester",
      server: "fake",
      tool: "echo",
      arguments: { text: "hi" },
      call: {
        method: "tools/call",
        description: "echoes",
        argumentsText: '{"text":"hi"}',
        argumentsBytes: 13,
        waiting: 1,
        editable: true,
      },
    });
    expect(question.call?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.parse(question.deadline ?? "") - Date.parse(question.askedAt)).toBe(50_000);
    expect(hub.reached()).toEqual([]);
  });

  it("goes to its server when it is allowed, with the wait timed apart", async () => {
    const { hub, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect(textOf(await call)).toBe('{"text":"hi"}');
    const [row] = hub.storage.rows;
    expect(row).toMatchObject({ status: "ok", rule: "person: allow-once" });
    expect(row?.consentUs).toBeGreaterThan(0);
    const { durationUs = 0, queueUs = 0, consentUs = 0, upstreamUs = 0, hubUs = 0 } = row ?? {};
    expect(queueUs + consentUs + upstreamUs + hubUs).toBe(durationUs);
    expect(hub.storage.audited.at(-1)).toContain(
      "owner question.allow-once tester wants to call echo on fake",
    );
  });

  it("that is denied tells the model who and why, is recorded, and has reached no server", async () => {
    const { hub, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "deny", reason: "not this file" });
    const answer = await call;
    expect(answer.message?.result?.isError).toBe(true);
    expect(textOf(answer)).toBe(
      "The person denied this call of echo on fake in Gatehouse, and says: not this file. It was not made. " +
        "Do not retry it unless they ask you to.",
    );
    expect(hub.storage.rows).toMatchObject([{ status: "denied", rule: "person: deny" }]);
    expect(hub.reached()).toEqual([]);
  });

  it("reaches no server when calls can be recorded no more by the time it is allowed", async () => {
    const { hub, call, question } = await asked();
    hub.storage.setFailing(new Error("the disk is full"));
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect((await call).message?.error).toMatchObject({
      message: expect.stringContaining("the disk is full"),
      data: { code: "recording_failed" },
    });
    expect(hub.reached()).toEqual([]);
  });

  it("is one question with the identical calls beside it, and one answer is for all of them", async () => {
    const { hub, session, call, question } = await asked();
    const second = hub.request(callOf("fake__echo", { text: "hi" }, 2, { progressToken: 7 }), { session });
    const [one] = await hub.pending();
    expect(one?.call?.waiting).toBe(2);
    const other = hub.request(callOf("fake__echo", { text: "other" }, 3), { session });
    expect((await hub.pending()).map(({ call: asked }) => asked?.waiting)).toEqual([2, 1]);
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect([textOf(await call), textOf(await second)]).toEqual(['{"text":"hi"}', '{"text":"hi"}']);
    expect(hub.reached()).toHaveLength(2);
    const [left] = await hub.pending();
    await hub.answer({ id: left?.id ?? "", answer: "deny" });
    await other;
  });

  it("takes the first answer; others are told that there is none to give any more", async () => {
    const { hub, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "deny" });
    await expect(hub.answer({ id: question.id, answer: "allow-once" })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(hub.told.map(({ name }) => name)).toEqual(["questionAsked", "questionAnswered"]);
    expect((await call).message?.result?.isError).toBe(true);
  });
});

describe("nobody answers", () => {
  it("denies after the time that is set, and says that the person may still allow it", async () => {
    const { hub, call } = await asked();
    hub.clock.pass(49_900);
    expect(hub.storage.rows).toEqual([]);
    hub.clock.pass(200);
    expect(textOf(await call)).toContain("nobody answered within 50 s");
    expect(textOf(await call)).toContain("within 10 minutes");
    expect(hub.storage.rows).toMatchObject([{ status: "denied", rule: "no answer" }]);
    expect(hub.reached()).toEqual([]);
  });

  it("and a late allow lets exactly the identical call pass, once, within ten minutes", async () => {
    const { hub, session, call } = await asked();
    hub.clock.pass(51_000);
    await call;
    const late = await hub.question();
    expect(late.call?.waiting).toBe(0);
    await hub.answer({ id: late.id, answer: "allow-once" });
    const { grants } = (await hub.hub.callAs("viewer", "grants.list", {})) as { grants: unknown[] };
    expect(grants).toMatchObject([{ client: "tester", scope: "once", uses: 0 }]);
    const other = hub.request(callOf("fake__echo", { text: "other" }, 2), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await other).message?.result?.isError).toBe(true);
    expect(textOf(await hub.request(callOf("fake__echo", { text: "hi" }, 3), { session }))).toBe(
      '{"text":"hi"}',
    );
    const again = hub.request(callOf("fake__echo", { text: "hi" }, 4), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await again).message?.result?.isError).toBe(true);
  });

  it("and a late allow is worth nothing after ten minutes", async () => {
    const { hub, session, call } = await asked();
    hub.clock.pass(51_000);
    await call;
    await hub.answer({ id: (await hub.question()).id, answer: "allow-once" });
    hub.clock.pass(10 * MINUTE);
    const again = hub.request(callOf("fake__echo", { text: "hi" }, 3), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    await again;
    expect(hub.reached()).toEqual([]);
  });

  it("and the question is forgotten ten minutes later", async () => {
    const { hub, call } = await asked();
    hub.clock.pass(51_000);
    await call;
    hub.clock.pass(10 * MINUTE);
    expect(await hub.pending()).toEqual([]);
    expect(hub.told.at(-1)).toMatchObject({
      name: "questionAnswered",
      data: { withdrawn: "nobody answered" },
    });
  });

  it("while the machine sleeps, which moves the deadline", async () => {
    const { hub, call, question } = await asked();
    hub.clock.pass(10_000);
    hub.clock.sleep(8 * 3_600_000);
    const [awake] = await hub.pending();
    expect(Date.parse(awake?.deadline ?? "")).toBeGreaterThan(
      Date.parse(question.deadline ?? "") + 7 * 3_600_000,
    );
    expect(hub.told.at(-1)?.name).toBe("questionChanged");
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect(textOf(await call)).toBe('{"text":"hi"}');
  });
});

describe("a call that waits is withdrawn", () => {
  const withdrawn = async (hub: AskingHub): Promise<void> => {
    expect(await hub.pending()).toEqual([]);
    expect(hub.told.at(-1)).toMatchObject({
      name: "questionAnswered",
      data: { withdrawn: expect.any(String) },
    });
    expect(hub.reached()).toEqual([]);
    expect(hub.storage.rows).toMatchObject([{ status: "cancelled" }]);
  };

  it("when its client cancels it", async () => {
    const { hub, session, call } = await asked();
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }, session);
    expect((await call).message).toBeUndefined();
    await withdrawn(hub);
  });

  it("when its session is ended", async () => {
    const { hub, session, call } = await asked();
    hub.hub.mcp.endSession(session);
    await call;
    await withdrawn(hub);
  });

  it("when its client is revoked", async () => {
    const { hub, call } = await asked();
    await hub.hub.callAs("owner", "clients.revoke", { name: "tester" });
    await call;
    await withdrawn(hub);
  });

  it("when its stateless client's stream is closed, and when that client is revoked", async () => {
    for (const how of ["leave", "revoke"] as const) {
      const hub = await askingHub();
      const line: { connected: boolean; leave?: () => void } = { connected: true };
      const call = hub.request(callOf("fake__echo", {}, 1, STATELESS_META), { line });
      await hub.question();
      if (how === "leave") line.leave?.();
      else await hub.hub.callAs("owner", "clients.revoke", { name: "tester" });
      await call;
      await withdrawn(hub);
    }
  });

  it("when its connection is lost and nobody comes back in ten seconds", async () => {
    const hub = await askingHub();
    const session = await hub.open();
    const line = { connected: true };
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const call = hub.request(callOf("fake__echo"), { session, line });
    await hub.question();
    line.connected = false;
    hub.clock.pass(9_000);
    line.connected = true;
    hub.clock.pass(2_000);
    line.connected = false;
    hub.clock.pass(9_000);
    expect(await hub.pending()).toHaveLength(1);
    hub.clock.pass(3_000);
    await call;
    await withdrawn(hub);
  });

  it("when its server is removed, disabled or becomes another", async () => {
    for (const config of [
      '{ "mcpServers": {} }',
      '{ "mcpServers": { "fake": { "command": "fake", "enabled": false } } }',
      '{ "mcpServers": { "fake": { "command": "other" } } }',
    ]) {
      const { hub, call } = await asked();
      await hub.configure(config);
      expect((await call).message?.error?.data).toMatchObject({ code: "server_changed" });
      await withdrawn(hub);
    }
  });

  it("when the hub ends, and nobody is asked any more then", async () => {
    const { hub, session, call } = await asked();
    hub.hub.endQuestions();
    expect((await call).message?.error?.data).toMatchObject({ code: "shutting_down" });
    await withdrawn(hub);
    const next = await hub.request(callOf("fake__echo", {}, 2), { session });
    expect(next.message?.error?.data).toMatchObject({ code: "shutting_down" });
  });

  it("alone; an identical call beside it waits on", async () => {
    const { hub, session, call, question } = await asked();
    const second = hub.request(callOf("fake__echo", { text: "hi" }, 2), { session });
    hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }, session);
    await call;
    expect((await hub.question()).call?.waiting).toBe(1);
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect(textOf(await second)).toBe('{"text":"hi"}');
    expect(hub.reached()).toHaveLength(1);
  });
});

describe("questions are bounded", () => {
  it("a client that floods is refused after a hundred", async () => {
    const hub = await askingHub();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const calls = Array.from({ length: 101 }, (_, n) =>
      hub.request(callOf("fake__echo", { n }, n + 1), { session }),
    );
    expect(
      textOf((await calls[100]) ?? { message: undefined, raw: "", notes: [], session: undefined }),
    ).toContain("too many calls wait");
    expect(await hub.pending()).toHaveLength(100);
    hub.hub.mcp.endSession(session);
    await Promise.all(calls);
  });
});
