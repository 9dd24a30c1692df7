import { describe, expect, it } from "vitest";
import { askingHub } from "../consent/testing/asking-hub.ts";
import { callOf } from "../testing/test-hub.ts";

const TRUST_ALL = { consent: { default: "allow", newTools: "allow" }, rules: [{ decision: "allow" }] };
const DENY = { rules: [{ server: "fake", decision: "deny" }] };
const REQUEST = {
  key: "k",
  server: "fake",
  tool: "echo",
  arguments: '{"n":12345678901234567890}',
  project: null,
};

const readOnly = () => ({
  tools: [{ name: "echo", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } }],
});

describe("a call of the person's own", () => {
  it("is asked about whatever rules and the default say, can be allowed once only, and is recorded", async () => {
    const hub = await askingHub({ config: TRUST_ALL });
    const made = hub.hub.state.ownCalls.make(REQUEST, true);
    const question = await hub.question();
    expect(question).toMatchObject({
      client: "you",
      server: "fake",
      tool: "echo",
      call: { narrowings: [], offer: null },
    });
    await expect(hub.answer({ id: question.id, answer: "allow-always" })).rejects.toThrow("once only");
    await expect(hub.answer({ id: question.id, answer: "allow-session" })).rejects.toThrow("once only");
    await hub.answer({ id: question.id, answer: "allow-once" });
    const { id, status, answer } = await made;
    expect(status).toBe("ok");
    expect(JSON.parse(answer ?? "")).toMatchObject({ id: 1, result: { content: [{ type: "text" }] } });
    const [row] = hub.storage.rows;
    expect(row).toMatchObject({ client: "you", tool: "echo", rule: "person: allow-once" });
    expect(Buffer.from(row?.request ?? []).toString()).toContain('"n":12345678901234567890');
    expect(id).toBe(hub.storage.rows.length);
  });

  it("is not covered by what another client was granted for the same call", async () => {
    const hub = await askingHub({});
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const theirs = hub.request(callOf("fake__echo", { a: 1 }, 1), { session });
    await hub.answer({ id: (await hub.question()).id, answer: "allow-session" });
    await theirs;
    const made = hub.hub.state.ownCalls.make({ ...REQUEST, arguments: '{"a":1}' }, true);
    await hub.answer({ id: (await hub.question()).id, answer: "deny" });
    expect((await made).status).toBe("denied");
  });

  it("of a tool that only reads passes in the desktop's window, and is asked about elsewhere", async () => {
    const hub = await askingHub({ config: TRUST_ALL });
    hub.server.answer["tools/list"] = readOnly;
    expect((await hub.hub.state.ownCalls.make(REQUEST, true)).status).toBe("ok");
    const made = hub.hub.state.ownCalls.make(REQUEST, false);
    await hub.answer({ id: (await hub.question()).id, answer: "allow-once" });
    expect((await made).status).toBe("ok");
  });

  it("is denied by a rule that denies", async () => {
    const hub = await askingHub({ config: DENY });
    hub.server.answer["tools/list"] = readOnly;
    expect((await hub.hub.state.ownCalls.make(REQUEST, true)).status).toBe("denied");
    expect(hub.reached()).toEqual([]);
  });

  it("can be stopped while it waits, and its name is free again", async () => {
    const hub = await askingHub({});
    const { ownCalls } = hub.hub.state;
    const made = ownCalls.make(REQUEST, true);
    await hub.question();
    await expect(ownCalls.make(REQUEST, true)).rejects.toThrow("under way");
    expect(ownCalls.stop("k")).toBe(true);
    expect(await made).toMatchObject({ status: "cancelled", answer: null });
    expect(ownCalls.stop("k")).toBe(false);
  });

  it.each(["[]", "", "{", '{},"name":"other"', "{}}{", "null"])(
    "is not made with the arguments %s",
    async (text) => {
      const hub = await askingHub({});
      await expect(hub.hub.state.ownCalls.make({ ...REQUEST, arguments: text }, true)).rejects.toMatchObject({
        code: "bad_request",
      });
    },
  );
});

it("nobody else can be called what the person's own calls are recorded under", async () => {
  const hub = await askingHub({});
  expect(() => hub.addClient("You")).toThrow("own calls");
});
