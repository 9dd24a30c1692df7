import { describe, expect, it } from "vitest";
import { MockServer } from "./mock-server.ts";
import { readRecording } from "./recording.ts";

const encoder = new TextEncoder();
const tool = (name: string) => ({ name, inputSchema: { type: "object" }, "x-own": 1 });
const answer = (text: string) => ({ content: [{ type: "text", text }] });

const FIXTURE = {
  kind: "gatehouse-fixture/1",
  recordedAt: "2030-01-01T00:00:00.000Z",
  servers: [
    {
      name: "files",
      initialize: { instructions: "Read first." },
      tools: [tool("read")],
      resources: [{ uri: "a://b", name: "b" }],
    },
    { name: "notes", tools: [tool("read"), tool("write")] },
  ],
  calls: [
    {
      server: "files",
      method: "tools/call",
      target: "read",
      params: { name: "files__read", arguments: { a: 1, b: 2 } },
      result: answer("one"),
      durationUs: 4_000,
    },
    {
      server: "files",
      method: "tools/call",
      target: "read",
      params: { name: "files__read", arguments: { b: 2, a: 1 } },
      result: answer("two"),
      durationUs: 0,
    },
    {
      server: "notes",
      method: "tools/call",
      target: "read",
      params: { name: "x", arguments: {} },
      result: answer("notes"),
      durationUs: 0,
    },
    {
      server: "files",
      method: "resources/read",
      target: "a://b",
      params: { uri: "a://b" },
      result: { contents: [] },
      durationUs: 0,
    },
    {
      server: "gone",
      method: "tools/call",
      target: "lost",
      params: { name: "lost" },
      error: { code: -5, message: "no" },
      durationUs: 0,
    },
  ],
};

function mock(pace = 0) {
  const server = new MockServer(readRecording(encoder.encode(JSON.stringify(FIXTURE))), pace);
  return (method: string, params: object = {}) => {
    const given = server.answer(encoder.encode(JSON.stringify({ jsonrpc: "2.0", id: "x", method, params })));
    if (given === undefined) throw new Error("no answer");
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    return { ...(JSON.parse(Buffer.from(given.message).toString()) as any), afterMs: given.afterMs };
  };
}

describe("a mock", () => {
  it("greets with the revision that is asked for, and what was recorded", () => {
    const { result, id } = mock()("initialize", { protocolVersion: "2025-06-18" });
    expect(id).toBe("x");
    expect(result).toMatchObject({
      protocolVersion: "2025-06-18",
      capabilities: { tools: {}, resources: {} },
      instructions: "Read first.",
    });
  });

  it("lists the recorded servers' tools together, whole; a second of one name gets its server's", () => {
    expect(mock()("tools/list").result.tools).toEqual([
      tool("read"),
      tool("notes__read"),
      tool("write"),
      { name: "lost", inputSchema: { type: "object" } },
    ]);
    expect(mock()("resources/list").result.resources).toEqual([{ uri: "a://b", name: "b" }]);
  });

  it("answers a call whatever the order of its arguments, in the order of recording, the last one for ever", () => {
    const ask = mock();
    const read = () => ask("tools/call", { name: "read", arguments: { b: 2, a: 1 }, _meta: {} }).result;
    expect([read(), read(), read()]).toEqual([answer("one"), answer("two"), answer("two")]);
    expect(ask("tools/call", { name: "notes__read", arguments: {} }).result).toEqual(answer("notes"));
    expect(ask("tools/call", { name: "notes__read" }).result).toEqual(answer("notes"));
    expect(ask("resources/read", { uri: "a://b" }).result).toEqual({ contents: [] });
    expect(ask("tools/call", { name: "lost" }).error).toEqual({ code: -5, message: "no" });
  });

  it("takes its share of the recorded time", () => {
    const call = { name: "read", arguments: { a: 1, b: 2 } };
    expect(mock(0.5)("tools/call", call).afterMs).toBe(2);
    expect(mock()("tools/call", call).afterMs).toBe(0);
  });

  it("says what it has no answer for, and never makes one up", () => {
    const ask = mock();
    const text = (params: object) => ask("tools/call", params).result;
    expect(text({ name: "read", arguments: { a: 9 } })).toEqual({
      ...answer("the recording has calls of read, but none with these arguments"),
      isError: true,
    });
    expect(text({ name: "write" })).toMatchObject({ isError: true });
    expect(ask("resources/read", { uri: "z://" }).error.code).toBe(-32_602);
    expect(ask("server/discover").error.code).toBe(-32_601);
  });

  it("answers nonsense as JSON-RPC says, and notifications not at all", () => {
    const server = new MockServer(readRecording(encoder.encode(JSON.stringify(FIXTURE))));
    const code = (text: string) =>
      JSON.parse(Buffer.from(server.answer(encoder.encode(text))?.message ?? []).toString()).error.code;
    expect(code("{")).toBe(-32_700);
    expect(code("[]")).toBe(-32_600);
    expect(server.answer(encoder.encode('{"jsonrpc":"2.0","method":"notifications/initialized"}'))).toBe(
      undefined,
    );
  });
});

describe("a recording", () => {
  it.each([
    ["{", "the recording cannot be read"],
    ["{}", 'its "kind" is not'],
    ['{"kind":"gatehouse-fixture/1","calls":[{}]}', "a call has no method"],
    [
      '{"kind":"gatehouse-fixture/1","calls":[{"method":"tools/call","params":{}}]}',
      "a call has neither result nor error",
    ],
  ])("refuses %s", (text, why) => {
    expect(() => readRecording(encoder.encode(text))).toThrow(why);
  });
});
