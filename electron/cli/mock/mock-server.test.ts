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

function mock(pace = 0, fixture: object | string = FIXTURE) {
  const text = typeof fixture === "string" ? fixture : JSON.stringify(fixture);
  const server = new MockServer(readRecording(encoder.encode(text)), pace);
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

  it("sends lines, however the recording was laid out", () => {
    const text = `\ufeff${JSON.stringify(FIXTURE, null, 2).replaceAll("\n", "\r\n")}`;
    const server = new MockServer(readRecording(encoder.encode(text)));
    for (const [method, params] of [
      ["initialize", { protocolVersion: "2025-06-18" }],
      ["tools/list", {}],
      ["tools/call", { name: "read", arguments: { a: 1, b: 2 } }],
    ] as const) {
      const request = encoder.encode(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      const sent = Buffer.from(server.answer(request)?.message ?? []).toString();
      expect(sent).not.toMatch(/[\r\n]/);
      expect(sent).toContain('"result"');
    }
  });

  it("tells completions apart by what is completed, as far as it was typed, and says that it has them", () => {
    const asked = (ref: object, name: string, value: string, context?: object) => ({
      ref,
      argument: { name, value },
      ...(context === undefined ? {} : { context }),
    });
    const prompt = { type: "ref/prompt", name: "one__plan" };
    const template = { type: "ref/resource", uri: "a://{x}" };
    const given: [string, object, string][] = [
      ["plan", asked(prompt, "who", "E"), "Eve"],
      ["plan", asked(prompt, "who", "S"), "Sam"],
      ["plan", asked(prompt, "who", "S", { arguments: { team: "b" } }), "Sue"],
      ["a://{x}", asked(template, "x", "1"), "12"],
    ];
    const result = (value: string) => ({ completion: { values: [value] } });
    const calls = given.map(([target, params, value]) => ({
      ...{ server: "one", method: "completion/complete", target, params, result: result(value) },
    }));
    const servers = [{ name: "one", prompts: [{ name: "plan" }] }];
    const ask = mock(0, { ...FIXTURE, servers, calls });
    for (const [target, params, value] of given) {
      const ref = target === "plan" ? { type: "ref/prompt", name: "plan" } : template;
      expect(ask("completion/complete", { ...params, ref }).result).toEqual(result(value));
    }
    expect(ask("completion/complete", asked(template, "x", "9")).error.message).toBe(
      "the recording has calls of a://{x}, but none with these arguments",
    );
    expect(ask("initialize", {}).result.capabilities.completions).toEqual({});
    expect(mock()("initialize", {}).result.capabilities.completions).toBeUndefined();
  });

  it("tells numbers apart to the last digit", () => {
    const call = (n: string) =>
      `{"server":"s","method":"tools/call","target":"t","params":{"name":"t","arguments":{"n":${n}}},"result":{"n":"${n}"}}`;
    const numbers = ["9007199254740993", "9007199254740992", "1e400"];
    const server = new MockServer(
      readRecording(
        encoder.encode(`{"kind":"gatehouse-fixture/1","servers":[],"calls":[${numbers.map(call)}]}`),
      ),
    );
    for (const n of numbers) {
      const request = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":${n}}}}`;
      const { message } = server.answer(encoder.encode(request)) ?? {};
      expect(JSON.parse(Buffer.from(message ?? []).toString()).result).toEqual({ n });
    }
  });

  it("serves clients of the stateless era too, with what their results must say", () => {
    const ask = mock();
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    expect(ask("server/discover", { _meta }).result).toMatchObject({
      ...{ resultType: "complete", supportedVersions: ["2026-07-28"], instructions: "Read first." },
      capabilities: { tools: {}, resources: {} },
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "gatehouse-mock" } },
    });
    expect(ask("tools/list", { _meta }).result).toMatchObject({
      ...{ resultType: "complete", ttlMs: 0, cacheScope: "private" },
      tools: [tool("read"), tool("notes__read"), tool("write"), { name: "lost" }],
    });
    expect(ask("tools/call", { name: "read", arguments: { a: 1, b: 2 }, _meta }).result).toEqual({
      resultType: "complete",
      ...answer("one"),
    });
    expect(ask("tools/call", { name: "lost", _meta }).error).toEqual({ code: -5, message: "no" });
    expect(ask("ping", { _meta }).error.code).toBe(-32_601);
    const later = { ..._meta, "io.modelcontextprotocol/protocolVersion": "2999-01-01" };
    expect(ask("tools/list", { _meta: later }).error).toMatchObject({
      code: -32_022,
      data: { supported: ["2026-07-28"] },
    });
  });

  it("asks for more only who can be asked: the next answer is another client's first", () => {
    const ask = { method: "tools/call", target: "book", params: { name: "book" }, server: "one" };
    const more = { resultType: "input_required", inputRequests: {}, requestState: "s" };
    const calls = [
      { ...ask, result: more },
      { ...ask, result: answer("booked") },
    ];
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const stateless = mock(0, { ...FIXTURE, calls });
    expect(stateless("tools/call", { name: "book", _meta }).result).toEqual(more);
    expect(stateless("tools/call", { name: "book", _meta }).result).toMatchObject(answer("booked"));
    expect(mock(0, { ...FIXTURE, calls })("tools/call", { name: "book" }).result).toEqual(answer("booked"));
  });

  it("tells servers apart whose tools and prompts have one name, also where it knows no list of theirs", () => {
    const calls = ["one", "two", "files"].flatMap((server) => [
      { server, method: "tools/call", target: "read", params: { name: "x" }, result: answer(server) },
      {
        ...{ server, method: "prompts/get", target: "ask", params: { name: "y" } },
        result: { messages: [], description: server },
      },
    ]);
    const uri = { server: "two", method: "resources/read", target: "r://1", params: { uri: "r://1" } };
    const own = { name: "files", tools: [tool("read"), tool("one__read")] };
    const ask = mock(0, {
      ...{ kind: FIXTURE.kind, servers: [own] },
      calls: [...calls, { ...uri, result: { contents: [] } }],
    });
    const names = (list: { name: string }[]) => list.map(({ name }) => name);
    expect(names(ask("tools/list").result.tools)).toEqual(["read", "one__read", "one__read_2", "two__read"]);
    expect(names(ask("prompts/list").result.prompts)).toEqual(["ask", "two__ask", "files__ask"]);
    for (const [name, server] of [
      ["read", "files"],
      ["one__read_2", "one"],
      ["two__read", "two"],
    ])
      expect(ask("tools/call", { name }).result, name).toEqual(answer(server ?? ""));
    expect(ask("tools/call", { name: "one__read" }).result).toMatchObject({ isError: true });
    for (const [name, server] of [
      ["ask", "one"],
      ["two__ask", "two"],
      ["files__ask", "files"],
    ])
      expect(ask("prompts/get", { name }).result, name).toMatchObject({ description: server });
    expect(ask("initialize").result.capabilities).toEqual({ tools: {}, prompts: {}, resources: {} });
    expect(ask("resources/read", { uri: "r://1" }).result).toEqual({ contents: [] });
  });

  it("tells servers apart whose resources have one URI", () => {
    const uri = "r://1";
    const resources = [{ uri, name: "first" }];
    const read = (server: string) => ({
      ...{ server, method: "resources/read", target: uri, params: { uri } },
      result: { contents: [{ uri, text: server }] },
    });
    const servers = ["one", "two"].map((name) => ({ name, resources }));
    const ask = mock(0, { kind: FIXTURE.kind, servers, calls: ["two", "one", "three"].map(read) });
    expect(ask("resources/list").result.resources).toEqual([
      { uri, name: "first" },
      { uri: "gatehouse://two/r://1", name: "first" },
    ]);
    for (const [asked, server] of [
      [uri, "one"],
      [`gatehouse://two/${uri}`, "two"],
      [`gatehouse://three/${uri}`, "three"],
    ])
      expect(ask("resources/read", { uri: asked }).result.contents[0].text).toBe(server);
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
    expect(ask("tools/call", { name: "unheard_of" }).error).toMatchObject({
      code: -32_602,
      message: "the recording has no call of unheard_of",
    });
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
