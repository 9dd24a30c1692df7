import { describe, expect, it } from "vitest";
import { callOf } from "../testing/test-hub.ts";
import { asked, askingHub, textOf } from "./testing/asking-hub.ts";

describe("edited arguments", () => {
  it("are what is sent and recorded, and the original is noted", async () => {
    const { hub, call, question } = await asked();
    await hub.answer({
      id: question.id,
      answer: "allow-once",
      arguments: '{ "text": 12345678901234567890 }',
    });
    expect(hub.reached("tools/call")).toMatchObject([{ params: { name: "echo" } }]);
    expect((await call).message?.result).toBeDefined();
    const [row] = hub.storage.rows;
    expect(row?.request?.toString()).toBe(
      '{"name":"fake__echo","arguments":{ "text": 12345678901234567890 }}',
    );
    expect(row?.rule).toBe("person: allow-once, edited");
    expect(hub.storage.audited.join("\n")).toContain('call.edited echo: instead of {"text":"hi"}');
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[1]"],
    ["a repeated key", '{"text":"a","text":"b"}'],
    ["what breaks out of its place", '{}, "name": "other"'],
  ])("that are %s are refused, and the question stays open", async (_what, text) => {
    const { hub, call, question } = await asked();
    await expect(
      hub.answer({ id: question.id, answer: "allow-once", arguments: text }),
    ).rejects.toMatchObject({ code: "bad_request" });
    expect(hub.reached()).toEqual([]);
    await hub.answer({ id: question.id, answer: "deny" });
    await call;
  });

  it("go through the tool's schema again", async () => {
    const hub = await askingHub();
    hub.server.answer["tools/list"] = () => ({
      tools: [
        {
          name: "echo",
          inputSchema: {
            type: "object",
            properties: { text: { type: "string" } },
            additionalProperties: false,
          },
        },
      ],
    });
    await hub.configure(
      '{ "consent": { "default": "ask" }, "mcpServers": { "fake": { "command": "fake", "args": ["anew"] } } }',
    );
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const call = hub.request(callOf("fake__echo", { text: "hi" }), { session });
    const { id } = await hub.question();
    await expect(hub.answer({ id, answer: "allow-once", arguments: '{"text": 5}' })).rejects.toMatchObject({
      code: "bad_request",
    });
    await hub.answer({ id, answer: "allow-once", arguments: '{"text":"fine"}' });
    expect(textOf(await call)).toBe('{"text":"fine"}');
  });
});

describe("what changed while the person thought", () => {
  it("a rule that denies now is stronger than the answer", async () => {
    const { hub, call, question } = await asked();
    await hub.configure(
      '{ "consent": { "default": "ask" }, "mcpServers": { "fake": { "command": "fake" } }, "rules": [{ "tool": "echo", "decision": "deny" }] }',
    );
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect((await call).message?.result?.isError).toBe(true);
    expect(hub.reached()).toEqual([]);
  });

  it("a pause holds", async () => {
    const { hub, call, question } = await asked();
    await hub.hub.callAs("owner", "hub.pause", {});
    await hub.answer({ id: question.id, answer: "allow-once" });
    expect((await call).message?.error?.data).toMatchObject({ code: "paused" });
    expect(hub.reached()).toEqual([]);
  });

  it("bytes that are not those that were approved are never sent", async () => {
    const hub = await askingHub();
    const session = await hub.open();
    await hub.request({ jsonrpc: "2.0", id: "l", method: "tools/list" }, { session });
    const text = JSON.stringify(callOf("fake__echo", { text: "aaaa" }));
    const bytes = Buffer.from(text);
    const call = hub.request(bytes, { session });
    const { id } = await hub.question();
    bytes.write("b", text.indexOf("aaaa"));
    await hub.answer({ id, answer: "allow-once" });
    expect(textOf(await call)).toContain("is not what the person approved");
    expect(hub.reached()).toEqual([]);
  });
});
