import { afterEach, describe, expect, it } from "vitest";
import { callOf, createTestHub, fakeConfig, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
const start = async (...args: Parameters<typeof createTestHub>): Promise<TestHub> => {
  open = await createTestHub(...args);
  return open;
};
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const calls = (hub: TestHub) => hub.server.received.filter((message) => message.method === "tools/call");

describe("the pipeline", () => {
  it("carries a call to the server under its own name and records it", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    const answer = await hub.request(callOf("fake__echo", { text: "hi" }, "seven"), { session });
    expect(answer.message).toEqual({
      jsonrpc: "2.0",
      id: "seven",
      result: { content: [{ type: "text", text: '{"text":"hi"}' }] },
    });
    expect(calls(hub)).toMatchObject([{ params: { name: "echo", arguments: { text: "hi" } } }]);
    expect(hub.storage.rows).toMatchObject([
      {
        client: "tester",
        server: "fake",
        tool: "echo",
        method: "tools/call",
        status: "ok",
        rule: "consent.default",
      },
    ]);
    const [row] = hub.storage.rows;
    expect((row?.queueUs ?? 0) + (row?.consentUs ?? 0) + (row?.upstreamUs ?? 0) + (row?.hubUs ?? 0)).toBe(
      row?.durationUs,
    );
    expect(row?.request?.toString()).toBe('{"name":"fake__echo","arguments":{"text":"hi"}}');
  });

  it("never lets a reply leave before its row is committed", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    hub.storage.hold = true;
    let answered = false;
    const pending = hub.request(callOf("fake__echo"), { session }).then((answer) => {
      answered = true;
      return answer;
    });
    await expect.poll(() => calls(hub).length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    hub.storage.release();
    await pending;
    expect(hub.storage.rows).toHaveLength(1);
  });

  it("tells the client when a call could not be recorded instead of handing out an unrecorded answer", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    hub.storage.failWith = new Error("disk full");
    const { message } = await hub.request(callOf("fake__echo"), { session });
    expect(message?.error).toMatchObject({ code: -32603, message: expect.stringContaining("disk full") });
    expect(message?.result).toBeUndefined();
  });

  it.each([
    ["deny", "denied by the default", undefined],
    ["allow", "denied by a rule", '"rules": [{ "server": "fake", "tool": "e*", "decision": "deny" }]'],
  ])(
    "a call under consent %s (%s) is recorded, told to the model and never reaches the server",
    async (consent, _why, rules) => {
      const hub = await start({
        config: `{ "consent": { "default": "${consent}" }, "mcpServers": { "fake": { "command": "fake" } } ${rules === undefined ? "" : `, ${rules}`} }`,
      });
      const session = await hub.open();
      await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
      const { message } = await hub.request(callOf("fake__echo"), { session });
      expect(message?.result).toMatchObject({
        isError: true,
        content: [{ type: "text", text: expect.stringContaining("denied") }],
      });
      expect(calls(hub)).toEqual([]);
      expect(hub.storage.rows).toMatchObject([{ status: "denied", server: "fake", tool: "echo" }]);
    },
  );

  it("an unknown tool is an error of params, and is recorded", async () => {
    const hub = await start();
    const session = await hub.open();
    const { message } = await hub.request(callOf("nobody__knows"), { session });
    expect(message?.error).toMatchObject({ code: -32602, message: "Unknown tool: nobody__knows" });
    expect(hub.storage.rows).toMatchObject([{ status: "error", server: null, tool: "nobody__knows" }]);
  });

  describe("while a changed server is being learnt", () => {
    const learning = async () => {
      const hub = await start();
      const session = await hub.open();
      const { initialize } = hub.server.answer;
      let id = 0;
      hub.server.answer.initialize = (_params, asked) => {
        id = asked;
        return undefined;
      };
      await hub.configure(fakeConfig().replace('"fake" }', '"fake", "args": ["changed"] }'));
      await expect.poll(() => id).toBeGreaterThan(0);
      return {
        hub,
        session,
        learn: () => hub.server.say({ jsonrpc: "2.0", id, result: initialize?.({}, id) }),
      };
    };

    it("a call waits for it as a list does", async () => {
      const { hub, session, learn } = await learning();
      const pending = hub.request(callOf("fake__echo", { early: true }), { session });
      learn();
      expect((await pending).message?.result).toEqual({
        content: [{ type: "text", text: '{"early":true}' }],
      });
      expect(hub.storage.rows).toMatchObject([{ status: "ok", server: "fake", tool: "echo" }]);
    });

    it("a call that is cancelled is recorded and never sent", async () => {
      const { hub, session, learn } = await learning();
      const pending = hub.request(callOf("fake__echo"), { session });
      hub.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }, session);
      learn();
      expect((await pending).message).toBeUndefined();
      await hub.request({ jsonrpc: "2.0", id: 2, method: "tools/list" }, { session });
      expect(calls(hub)).toEqual([]);
      expect(hub.storage.rows).toMatchObject([{ status: "cancelled", server: null, tool: "fake__echo" }]);
    });
  });

  it("a tool outside the client's profile is as unknown as one that does not exist", async () => {
    const hub = await start({
      config: fakeConfig(
        ', "profiles": { "none": { "servers": [] }, "some": { "tools": { "fake": { "deny": ["echo"] } } } }',
      ),
    });
    for (const profile of ["none", "some"]) {
      const client = { ...hub.client, profile };
      const session = await hub.open({ kind: "all" }, client);
      const list = await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session, client });
      expect(list.message?.result).toEqual({ tools: [] });
      const { message } = await hub.request(callOf("fake__echo"), { session, client });
      expect(message?.error?.message).toBe("Unknown tool: fake__echo");
    }
    expect(calls(hub)).toEqual([]);
  });

  it("a paused hub refuses calls, records the refusal, and resumes", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    await hub.hub.callAs("viewer", "hub.pause", {});
    const { message } = await hub.request(callOf("fake__echo"), { session });
    expect(message?.error?.message).toContain("paused");
    expect(hub.storage.rows).toMatchObject([{ status: "denied" }]);
    await hub.hub.callAs("operator", "hub.resume", {});
    expect((await hub.request(callOf("fake__echo"), { session })).message?.result).toBeDefined();
  });

  it("a cancelled call is told to the server under its id there, answered with nothing, and recorded", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    let upstreamId = 0;
    hub.server.answer["tools/call"] = (_params, id) => {
      upstreamId = id;
      return undefined;
    };
    const pending = hub.request(callOf("fake__echo", {}, "mine"), { session });
    await expect.poll(() => upstreamId).toBeGreaterThan(0);
    hub.notify(
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "mine", reason: "enough" } },
      session,
    );
    expect((await pending).message).toBeUndefined();
    expect(hub.server.received.at(-1)).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: upstreamId, reason: "enough" },
    });
    expect(hub.storage.rows).toMatchObject([{ status: "cancelled" }]);
    // Its late answer belongs to nobody.
    hub.server.say({ jsonrpc: "2.0", id: upstreamId, result: {} });
    expect(
      (await hub.request({ jsonrpc: "2.0", id: "mine", method: "ping" }, { session })).message?.result,
    ).toEqual({});
  });

  it("a call past the server's limit times out, is cancelled there and recorded as such", async () => {
    const hub = await start({
      config:
        '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake", "timeoutSeconds": 0.05 } } }',
    });
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    hub.server.answer["tools/call"] = () => undefined;
    const { message } = await hub.request(callOf("fake__echo"), { session });
    expect(message?.error).toMatchObject({ code: -32001, message: expect.stringContaining("0.05 s") });
    expect(hub.server.received.at(-1)?.method).toBe("notifications/cancelled");
    expect(hub.storage.rows).toMatchObject([{ status: "timeout" }]);
  });

  it("keeps long integers, long decimals, key order and unknown fields as they were, both ways", async () => {
    const hub = await start();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
    const args =
      '{"z":12345678901234567890,"a":0.1000000000000000055511151231257827,"\\u0061b":[1e400,-0],"é":"\\ud800"}';
    const raw = `{"jsonrpc":"2.0","x-extra":{"b":1,"a":2},"id":9007199254740993,"method":"tools/call","params":{"arguments":${args},"name":"fake__echo","unknown":18446744073709551615}}`;
    let sent = "";
    hub.server.answer["tools/call"] = (_params, id) => {
      sent = String(id);
      return undefined;
    };
    const pending = hub.request(raw, { session });
    await expect.poll(() => sent).not.toBe("");
    expect(hub.storage.rows).toEqual([]);
    hub.server.say({ jsonrpc: "2.0", id: Number(sent), result: { ok: true } });
    const answer = await pending;
    expect(answer.raw).toBe('{"jsonrpc":"2.0","id":9007199254740993,"result":{"ok":true}}');
    expect(hub.storage.rows[0]?.request?.toString()).toBe(
      `{"arguments":${args},"name":"fake__echo","unknown":18446744073709551615}`,
    );
  });

  it("maps progress tokens both ways, so that equal tokens of two sessions do not meet", async () => {
    const hub = await start();
    const [one, two] = [await hub.open(), await hub.open()];
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session: one });
    const tokens: number[] = [];
    hub.server.answer["tools/call"] = (params, id) => {
      const token = (params as { _meta: { progressToken: number } })._meta.progressToken;
      tokens.push(token);
      hub.server.say({
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: token, progress: id },
      });
      return { content: [], id };
    };
    const [first, second] = await Promise.all([
      hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session: one }),
      hub.request(callOf("fake__echo", {}, 1, { progressToken: "t" }), { session: two }),
    ]);
    expect(new Set(tokens).size).toBe(2);
    const progress = (notes: string[]) =>
      notes.map((note) => (JSON.parse(note) as { params: unknown }).params);
    expect(progress(first.notes)).toEqual([{ progressToken: "t", progress: first.message?.result?.id }]);
    expect(progress(second.notes)).toEqual([{ progressToken: "t", progress: second.message?.result?.id }]);
  });

  it("refuses an id that is under way in the same session, but not in another", async () => {
    const hub = await start();
    const [one, two] = [await hub.open(), await hub.open()];
    await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session: one });
    let release: (() => void) | undefined;
    hub.server.answer["tools/call"] = (_params, id) => {
      if (release !== undefined) return { content: [] };
      release = () => hub.server.say({ jsonrpc: "2.0", id, result: { content: [] } });
      return undefined;
    };
    const first = hub.request(callOf("fake__echo", {}, 5), { session: one });
    await expect.poll(() => release).toBeDefined();
    expect((await hub.request(callOf("fake__echo", {}, 5), { session: one })).message?.error?.code).toBe(
      -32600,
    );
    expect((await hub.request(callOf("fake__echo", {}, 5), { session: two })).message?.result).toBeDefined();
    release?.();
    expect((await first).message?.result).toBeDefined();
  });
});
