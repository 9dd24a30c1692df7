import { describe, expect, it } from "vitest";
import { callOf } from "../testing/test-hub.ts";
import { asked, askingHub, STATELESS_META, textOf } from "./testing/asking-hub.ts";

const MINUTE = 60_000;

describe("what is allowed for longer", () => {
  it("for the session holds in it, for other arguments too, and in no other session", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-session" });
    await call;
    expect(textOf(await hub.request(callOf("fake__echo", { n: 2 }, 2), { session }))).toBe('{"n":2}');
    expect(hub.storage.rows.at(-1)?.rule).toBe("grant: session");
    const other = await hub.open();
    const elsewhere = hub.request(callOf("fake__echo", { n: 3 }, 3), { session: other });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await elsewhere).message?.result?.isError).toBe(true);
  });

  it("ends with the session", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-session" });
    await call;
    hub.hub.mcp.endSession(session);
    expect(await hub.hub.callAs("viewer", "grants.list", {})).toEqual({ grants: [] });
  });

  it("for a stateless client is for the client, while it does not idle for an hour", async () => {
    const hub = await askingHub();
    const call = hub.request(callOf("fake__echo", { n: 1 }, 1, STATELESS_META));
    await hub.answer({ id: (await hub.question()).id, answer: "allow-session" });
    await call;
    const pass = async (n: number) =>
      textOf(await hub.request(callOf("fake__echo", { n }, n, STATELESS_META)));
    hub.clock.pass(59 * MINUTE);
    expect(await pass(2)).toBe('{"n":2}');
    hub.clock.pass(59 * MINUTE);
    expect(await pass(3)).toBe('{"n":3}');
    hub.clock.pass(60 * MINUTE);
    const late = hub.request(callOf("fake__echo", { n: 4 }, 4, STATELESS_META));
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await late).message?.result?.isError).toBe(true);
  });

  it("for an hour holds in every session of the client, for an hour", async () => {
    const { hub, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-hour" });
    await call;
    const session = await hub.open();
    expect(textOf(await hub.request(callOf("fake__echo", {}, 2), { session }))).toBe("{}");
    hub.clock.pass(60 * MINUTE);
    const late = hub.request(callOf("fake__echo", {}, 3), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await late).message?.result?.isError).toBe(true);
  });

  it("always is a rule in gatehouse.json that says who made it and when", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-always" });
    await call;
    expect(hub.hub.state.store.config.rules).toMatchObject([
      {
        id: expect.stringMatching(/^r-[0-9a-f]{10}$/),
        server: "fake",
        decision: "allow",
        madeBy: "consent popup",
        madeAt: expect.any(String),
      },
    ]);
    const next = await hub.request(callOf("fake__echo", { n: 2 }, 2), { session });
    expect(textOf(next)).toBe('{"n":2}');
    expect(hub.storage.audited.some((line) => line.startsWith("owner rule.add"))).toBe(true);
  });

  it("always comes before the rule that asked, and after what denies", async () => {
    const { hub, call, question } = await asked({
      rules: [
        { server: "other", decision: "deny" },
        { server: "fake", decision: "ask" },
      ],
    });
    await hub.answer({ id: question.id, answer: "allow-always" });
    await call;
    expect(hub.hub.state.store.config.rules.map(({ decision }) => decision)).toEqual([
      "deny",
      "allow",
      "ask",
    ]);
  });

  it("needs a narrowing that the question has", async () => {
    const { hub, question, call } = await asked();
    await expect(
      hub.answer({ id: question.id, answer: "allow-session", narrowing: "nonsense" }),
    ).rejects.toMatchObject({ code: "bad_request" });
    expect(await hub.pending()).toHaveLength(1);
    await hub.answer({ id: question.id, answer: "deny" });
    await call;
  });

  it("can be taken back by anybody", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-session" });
    await call;
    const { grants } = (await hub.hub.callAs("viewer", "grants.list", {})) as { grants: { id: string }[] };
    await hub.hub.callAs("viewer", "grants.revoke", { id: grants[0]?.id });
    const next = hub.request(callOf("fake__echo", {}, 2), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await next).message?.result?.isError).toBe(true);
  });
});

describe("what is shown beside", () => {
  it("the arguments of the last call that went well, to tell what is new", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-once" });
    await call;
    const next = hub.request(callOf("fake__echo", { text: "other" }, 2), { session });
    const { id } = await hub.question();
    await expect.poll(async () => (await hub.question()).call?.previousText).toBe('{"text":"hi"}');
    expect(hub.told.at(-1)?.name).toBe("questionChanged");
    await hub.answer({ id, answer: "deny" });
    await next;
  });

  it("after three like approvals the rule that covers them, which then is taken", async () => {
    const { hub, session, call, question } = await asked();
    await hub.answer({ id: question.id, answer: "allow-once" });
    await call;
    for (const n of [2, 3]) {
      const again = hub.request(callOf("fake__echo", { n }, n), { session });
      const asking = await hub.question();
      expect(asking.call?.offer).toBeNull();
      await hub.answer({ id: asking.id, answer: "allow-once" });
      await again;
    }
    const fourth = hub.request(callOf("fake__echo", { n: 4 }, 4), { session });
    const offered = await hub.question();
    expect(offered.call?.offer).toMatchObject({ key: "offer", rule: { server: "fake", tool: "echo" } });
    await hub.answer({ id: offered.id, answer: "allow-always", narrowing: "offer" });
    await fourth;
    expect(textOf(await hub.request(callOf("fake__echo", { n: 5 }, 5), { session }))).toBe('{"n":5}');
  });
});
