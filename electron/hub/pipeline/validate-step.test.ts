import { afterEach, describe, expect, it } from "vitest";
import { callOf, createTestHub, type TestHub } from "../testing/test-hub.ts";

let open: TestHub | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

const inputSchema = {
  type: "object",
  properties: { text: { type: "string" }, count: { type: "integer" } },
  required: ["text"],
};
const outputSchema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };

/** A hub over a server with the tool `echo` of these schemas, and a session that has listed it. */
async function start(entry = "", consent = "allow", tool: object = { inputSchema }) {
  const config = `{ "consent": { "default": "${consent}" }, "mcpServers": { "fake": { "command": "fake"${entry} } } }`;
  open = await createTestHub({ config: '{ "mcpServers": {} }' });
  const hub = open;
  hub.server.answer["tools/list"] = () => ({ tools: [{ name: "echo", ...tool }] });
  await hub.configure(config);
  const session = await hub.open();
  await hub.request({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { session });
  return {
    hub,
    call: (args: unknown) => hub.request(callOf("fake__echo", args, "x"), { session }),
    raw: (text: string) => hub.request(text, { session }),
    sent: () => hub.server.received.filter(({ method }) => method === "tools/call"),
    problems: () =>
      (hub.hub.state.servers.get("fake")?.problems() ?? []).map(({ code, message }) => [code, message]),
  };
}

describe("a call whose arguments do not fit the tool's schema", () => {
  it.each(["allow", "ask", "deny"])(
    "is a result that tells the model, is recorded, and reaches neither the server nor (consent %s) a person",
    async (consent) => {
      const { hub, call, sent, problems } = await start("", consent);
      const { message } = await call({ count: "three" });
      const result = {
        content: [
          {
            type: "text",
            text:
              "The arguments do not fit the input schema of fake__echo, so the call was not made:\n" +
              '- arguments must have the property "text", which is missing\n' +
              '- arguments.count must be an integer, but is the string "three"\n' +
              "Correct them and call it again.",
          },
        ],
        isError: true,
      };
      expect(message).toEqual({ jsonrpc: "2.0", id: "x", result });
      expect(sent()).toEqual([]);
      expect(hub.storage.rows).toMatchObject([
        { status: "tool_error", rule: null, server: "fake", tool: "echo", error: null, upstreamUs: 0 },
      ]);
      expect(JSON.parse(Buffer.from(hub.storage.rows[0]?.result ?? "").toString())).toEqual(result);
      expect(problems()).toEqual([]);
    },
  );

  it("is sent as it came under warn, and listed once, without values", async () => {
    const { hub, call, sent, problems } = await start(', "validate": "warn"');
    await call({ text: 1 });
    await call({ text: { secret: 2 } });
    expect(sent()).toMatchObject([
      { params: { arguments: { text: 1 } } },
      { params: { arguments: { text: { secret: 2 } } } },
    ]);
    expect(hub.storage.rows).toMatchObject([{ status: "ok" }, { status: "ok" }]);
    expect(problems()).toEqual([
      [
        "arguments_mismatch",
        "the tool echo was called 2 times with arguments that do not fit its input schema, such as: arguments.text must be a string",
      ],
    ]);
  });

  it("is sent under off, and nothing is listed", async () => {
    const { call, sent, problems } = await start(', "validate": "off"', "allow", {
      inputSchema: { type: "objekt" },
      outputSchema,
    });
    await call({ count: "three" });
    expect(sent()).toHaveLength(1);
    expect(problems()).toEqual([]);
  });

  it("is judged by the setting of the moment, without a restart of the server", async () => {
    const { hub, call, sent } = await start(', "validate": "off"');
    await call({});
    await hub.configure(
      '{ "consent": { "default": "allow" }, "mcpServers": { "fake": { "command": "fake" } } }',
    );
    await call({});
    expect(sent()).toHaveLength(1);
    expect(hub.server.opened).toHaveLength(1);
  });
});

describe("a call passes", () => {
  it("when its arguments fit, byte for byte", async () => {
    const { raw, hub, sent } = await start();
    const params =
      '{"name":"fake__echo","arguments":{"text":"\\u00e9","count":90071992547409931, "more": [1.10]}}';
    await raw(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
    expect(sent()).toHaveLength(1);
    expect(hub.storage.rows).toMatchObject([{ status: "ok" }]);
    expect(Buffer.from(hub.storage.rows[0]?.request ?? "").toString()).toBe(params);
  });

  it.each(["", ',"arguments":null', ',"arguments":{}'])(
    "with no arguments (%s) to a tool that needs none",
    async (none) => {
      const { raw, sent } = await start("", "allow", {
        inputSchema: { type: "object", additionalProperties: false },
      });
      await raw(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fake__echo"${none}}}`);
      expect(sent()).toHaveLength(1);
    },
  );

  it("when the schema cannot be used, which is listed once and told to the windows", async () => {
    const { hub, call, sent, problems } = await start("", "allow", { inputSchema: { type: "objekt" } });
    const changed: unknown[] = [];
    const stop = hub.hub.state.broadcaster.subscribe(() => changed.push("told"));
    await call({ any: 1 });
    const told = changed.length;
    await call({ any: 2 });
    expect(sent()).toHaveLength(2);
    expect(problems()).toMatchObject([["schema_unusable", expect.stringContaining('"objekt"')]]);
    expect(told).toBeGreaterThan(0);
    stop();
  });
});

describe("a structured result", () => {
  const answering = async (result: unknown, entry = "") => {
    const started = await start(entry, "allow", { inputSchema: { type: "object" }, outputSchema });
    started.hub.server.answer["tools/call"] = () => result;
    return started;
  };
  const content = [{ type: "text", text: "…" }];

  it.each([
    [
      "that does not fit",
      { content, structuredContent: { n: "a secret" } },
      "structuredContent.n must be a number",
    ],
    ["that is missing", { content }, "there is no structuredContent"],
  ])("%s is passed on unchanged, counted and listed", async (_what, result, why) => {
    const { hub, call, problems } = await answering(result);
    await call({});
    const { message } = await call({});
    expect(message?.result).toEqual(result);
    expect(hub.storage.rows).toMatchObject([{ status: "ok" }, { status: "ok" }]);
    expect(problems()).toEqual([
      ["output_mismatch", `the tool echo gave 2 results that do not fit its output schema, such as: ${why}`],
    ]);
  });

  it.each([
    ["that fits", { content, structuredContent: { n: 1 } }, ""],
    ["of a failure", { content, isError: true }, ""],
    ["that is still a question", { resultType: "input_required", inputRequests: {} }, ""],
    ["that is still a task", { task: { taskId: "1", status: "working" } }, ""],
    ["that nobody wants checked", { content, structuredContent: {} }, ', "validate": "off"'],
  ])("%s is no problem", async (_what, result, entry) => {
    const { call, problems } = await answering(result, entry);
    const { message } = await call({});
    expect(message?.result).toEqual(result);
    expect(problems()).toEqual([]);
  });
});
