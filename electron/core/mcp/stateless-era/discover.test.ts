import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { missingOf, requiredCapability, statelessCapabilities } from "./capabilities.ts";
import { discoverFromInitialize, discoverResult, initializeFromDiscover, readDiscovery } from "./discover.ts";
import { META, message, raw, request, text } from "./fixtures/messages.ts";
import { judgeProbe } from "./probe.ts";

const info = { name: "f", version: "1", title: "F", icons: [{ src: "data:," }] };
const parse = (bytes: Uint8Array): unknown => JSON.parse(text(bytes));

describe("discover and initialize", () => {
  const initialize = {
    protocolVersion: "2025-11-25",
    capabilities: {
      tools: { listChanged: true },
      tasks: { list: {} },
      experimental: { x: { y: 1 } },
      "com.example/z": 1,
    },
    serverInfo: info,
    instructions: "Call it.",
    _meta: { a: 1 },
    extra: [1.0],
  };
  const discover = {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: { listChanged: true }, experimental: { x: { y: 1 } }, "com.example/z": 1 },
    instructions: "Call it.",
    _meta: { a: 1, "io.modelcontextprotocol/serverInfo": info },
    extra: [1.0],
    ttlMs: 5000,
    cacheScope: "private",
  };

  test("an initialize result becomes a discover result, and unknown members stay", () => {
    const made = discoverFromInitialize(raw(initialize), { ttlMs: 5000, cacheScope: "private" });
    expect(parse(made)).toEqual(discover);
    expect(
      parse(
        discoverFromInitialize(raw({ protocolVersion: "2025-11-25" }), { ttlMs: 0, cacheScope: "public" }),
      ),
    ).toEqual({
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: {},
      ttlMs: 0,
      cacheScope: "public",
    });
  });

  test("a discover result becomes an initialize result, which must say who serves", () => {
    expect(parse(initializeFromDiscover(raw(discover), "2025-06-18", raw({ name: "x" })))).toEqual({
      protocolVersion: "2025-06-18",
      capabilities: discover.capabilities,
      serverInfo: info,
      instructions: "Call it.",
      _meta: discover._meta,
      extra: [1.0],
    });
    const anonymous = {
      supportedVersions: [],
      capabilities: {},
      _meta: { "io.modelcontextprotocol/serverInfo": 1 },
    };
    expect(parse(initializeFromDiscover(raw(anonymous), "2025-06-18", raw(info)))).toMatchObject({
      serverInfo: info,
    });
  });

  test("what is built is read back", () => {
    const answer = {
      capabilities: raw({ tools: {} }),
      serverInfo: raw(info),
      instructions: "ü",
      ttlMs: 7,
      cacheScope: "private",
    } as const;
    const bytes = discoverResult(answer);
    const read = readDiscovery(bytes);
    expect(read).toMatchObject({
      supportedVersions: ["2026-07-28"],
      instructions: "ü",
      ttlMs: 7,
      cacheScope: "private",
    });
    expect(read?.serverInfo && parse(bytes.subarray(read.serverInfo.start, read.serverInfo.end))).toEqual(
      info,
    );
  });

  test.each([
    [
      { supportedVersions: [], capabilities: {} },
      { ttlMs: 0, cacheScope: "private" },
    ],
    [
      { supportedVersions: [], capabilities: {}, ttlMs: -1, cacheScope: "all" },
      { ttlMs: 0, cacheScope: "private" },
    ],
    [
      { supportedVersions: [], capabilities: {}, ttlMs: 1e3, cacheScope: "public" },
      { ttlMs: 1000, cacheScope: "public" },
    ],
  ])("%j is read with the caching of %j", (result, caching) => {
    expect(readDiscovery(raw(result))).toMatchObject(caching);
  });

  test.each([
    {},
    { supportedVersions: "2026-07-28", capabilities: {} },
    { supportedVersions: [1], capabilities: {} },
    { supportedVersions: [] },
    [],
  ])("%j is no discover result", (result) => expect(readDiscovery(raw(result))).toBeUndefined());

  test("the SDK's client connects to a server whose discover result is ours", async () => {
    const handler = createMcpHandler(() => new McpServer(info, { capabilities: { tools: {} } }));
    const client = new Client({ name: "c", version: "1" }, { versionNegotiation: { mode: "auto" } });
    const transport = new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: async (url, init) => {
        const body = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
        if (body?.method !== "server/discover") return await handler.fetch(new Request(url, init));
        const result = discoverFromInitialize(raw(initialize), { ttlMs: 1, cacheScope: "private" });
        return Response.json({ jsonrpc: "2.0", id: body.id, result: parse(result) });
      },
    });
    await client.connect(transport);
    expect(client.getServerVersion()).toMatchObject({ name: "f", version: "1" });
    expect(client.getInstructions()).toBe("Call it.");
    await client.close();
  });
});

describe("probing", () => {
  const result = (supportedVersions: unknown) => ({
    jsonrpc: "2.0",
    id: 1,
    result: { supportedVersions, capabilities: {} },
  });
  const error = (code: number, data?: unknown) => ({
    jsonrpc: "2.0",
    id: 1,
    error: { code, message: "m", data },
  });
  test.each([
    ["a discover result", result(["2025-11-25", "2026-07-28"]), { era: "stateless", version: "2026-07-28" }],
    ["one without a common version", result(["2099-01-01"]), { era: "none", supported: ["2099-01-01"] }],
    ["one of the session era", result(["2025-11-25"]), { era: "session" }],
    ["any other result", { jsonrpc: "2.0", id: 1, result: {} }, { era: "session" }],
    [
      "an unsupported version",
      error(-32022, { supported: ["2026-07-28"], requested: "x" }),
      { era: "again", version: "2026-07-28" },
    ],
    ["one that supports the session era", error(-32022, { supported: ["2025-11-25"] }), { era: "session" }],
    [
      "one that supports later ones only",
      error(-32022, { supported: ["2099-01-01"] }),
      { era: "none", supported: ["2099-01-01"] },
    ],
    ["one without a list", error(-32022), { era: "session" }],
    ["method not found", error(-32601), { era: "session" }],
    ["anything else", error(-32000, { supported: ["2026-07-28"] }), { era: "session" }],
  ])("%s", (_, answer, verdict) => {
    const { bytes, envelope } = message(answer);
    expect(judgeProbe(bytes, envelope)).toEqual(verdict);
  });

  test("the SDK's server is found stateless", async () => {
    const handler = createMcpHandler(() => new McpServer(info, { capabilities: { tools: {} } }));
    const headers = {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "server/discover",
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const response = await handler.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers,
        body: request("server/discover", { _meta: META }).bytes.slice(),
      }),
    );
    const { bytes, envelope } = message(await response.text());
    expect(judgeProbe(bytes, envelope)).toEqual({ era: "stateless", version: "2026-07-28" });
  });
});

describe("capabilities", () => {
  test.each([
    ["sampling/createMessage", { messages: [] }, { sampling: {} }],
    ["sampling/createMessage", { tools: [] }, { sampling: { tools: {} } }],
    ["sampling/createMessage", { toolChoice: {} }, { sampling: { tools: {} } }],
    ["elicitation/create", { message: "" }, { elicitation: { form: {} } }],
    ["elicitation/create", { mode: "url" }, { elicitation: { url: {} } }],
    ["roots/list", undefined, { roots: {} }],
  ] as const)("%s with %j needs %j", (method, params, required) => {
    expect(requiredCapability(method, params === undefined ? undefined : raw(params))).toEqual(required);
  });

  test.each([
    [{ sampling: {} }, {}, { sampling: {} }],
    [{ sampling: {} }, { sampling: {} }, undefined],
    [{ sampling: {} }, { sampling: null }, { sampling: {} }],
    [{ sampling: { tools: {} } }, { sampling: {} }, { sampling: { tools: {} } }],
    [{ sampling: { tools: {} } }, { sampling: { tools: {} } }, undefined],
    [{ elicitation: { form: {} } }, { elicitation: {} }, undefined],
    [{ elicitation: { form: {} } }, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    [{ elicitation: { url: {} } }, { elicitation: {} }, { elicitation: { url: {} } }],
    [{ roots: {} }, { roots: { listChanged: true } }, undefined],
  ])("of %j, %j lacks %j", (required, declared, missing) => {
    expect(missingOf(required, raw(declared))).toEqual(missing);
  });

  test("tasks and changing roots are of the session era, and the rest stays", () => {
    const before = {
      tasks: { list: {} },
      roots: { listChanged: true, x: 1 },
      sampling: { tools: {} },
      extensions: { "a/b": {} },
    };
    expect(parse(statelessCapabilities(raw(before)))).toEqual({
      roots: { x: 1 },
      sampling: { tools: {} },
      extensions: { "a/b": {} },
    });
    expect(text(statelessCapabilities(raw({ tools: {} })))).toBe('{"tools":{}}');
  });
});
