import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createMcpHandler, McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
import { META, message, raw, request } from "./fixtures/messages.ts";
import { type HeaderParam, headerParams } from "./header-params.ts";
import { decodeHeaderValue, encodeHeaderValue } from "./header-value.ts";
import { checkHeaders, headersFor } from "./headers.ts";
import { httpStatusOf } from "./refusal.ts";

describe("values", () => {
  test.each([
    ["us-west1", "us-west1"],
    ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
    ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
    ["", "=?base64??="],
    ["a\tb", "a\tb"],
    ["=?base64?", "=?base64?"],
  ])("%j is sent as %j (the spec's examples, and edges)", (text, value) => {
    expect(encodeHeaderValue(text)).toBe(value);
    expect(decodeHeaderValue(value)).toBe(text);
  });

  test("any well-formed text survives, as printable ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const value = encodeHeaderValue(text);
        expect(value).toMatch(/^[\t\x20-\x7e]*$/);
        expect(decodeHeaderValue(value)).toBe(text);
      }),
    );
  });

  test.each([
    "é",
    "a\u0000b",
    "=?base64?a?=",
    "=?base64?YQ?=",
    "=?base64?YQ=?=",
    "=?base64?/w==?=",
    "=?base64?a b=?=",
  ])("%j is malformed", (value) => expect(decodeHeaderValue(value)).toBeUndefined());

  test("Base64 is what Buffer makes of it, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(toBase64(bytes)).toBe(buffer.toString("base64"));
        expect(toBase64Url(bytes)).toBe(buffer.toString("base64url"));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
    expect([fromBase64("YR=="), fromBase64("===="), fromBase64Url("a"), fromBase64Url("a+")]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

const marked = (name: unknown, type: unknown = "string") => ({ type, "x-mcp-header": name });
const schema = (properties: object, rest: object = {}) => raw({ type: "object", properties, ...rest });

describe("marked parameters", () => {
  test("are found at any depth below properties", () => {
    const found = headerParams(
      schema({
        a: marked("A"),
        b: { type: "object", properties: { "c.d": marked("B-c", "integer") } },
        e: {},
      }),
    );
    expect(found).toEqual([
      { name: "A", path: ["a"], type: "string" },
      { name: "B-c", path: ["b", "c.d"], type: "integer" },
    ]);
    expect(headerParams(schema({ a: { const: { "x-mcp-header": 1 } } }))).toEqual([]);
  });

  test.each([
    ["an empty name", schema({ a: marked("") })],
    ["a name with a space", schema({ a: marked("A B") })],
    ["a name with a line break", schema({ a: marked("A\r\nB") })],
    ["a name that is no string", schema({ a: marked(1) })],
    ["an object", schema({ a: marked("A", "object") })],
    ["no type", schema({ a: { "x-mcp-header": "A" } })],
    ["two of one name", schema({ a: marked("A"), b: marked("a") })],
    ["the root", schema({}, { "x-mcp-header": "A" })],
    ["items", schema({ a: { type: "array", items: marked("A") } })],
    ["anyOf", schema({ a: { anyOf: [marked("A")] } })],
    ["$defs", schema({}, { $defs: { a: marked("A") } })],
    ["properties below not", schema({}, { not: { properties: { a: marked("A") } } })],
    ["an escaped mark", raw('{"properties":{"a":{"type":"null","x-mcp-\\u0068eader":"A"}}}')],
  ])("%s is illegal", (_, bytes) => expect(headerParams(bytes)).toBeTypeOf("string"));
});

const inputSchema = z.object({
  region: z.string().optional().meta({ "x-mcp-header": "Region" }),
  count: z.int().optional().meta({ type: "integer", "x-mcp-header": "Count" }),
  on: z.boolean().optional(),
});
const PARAMS: readonly HeaderParam[] = [
  { name: "Region", path: ["region"], type: "string" },
  { name: "Count", path: ["count"], type: "integer" },
];

const sdkServer = () =>
  createMcpHandler(
    () => {
      const server = new McpServer({ name: "f", version: "1" }, { capabilities: {} });
      const run = () => ({ content: [{ type: "text" as const, text: "ok" }] });
      server.registerTool("add", { inputSchema: inputSchema.loose() }, run);
      server.registerPrompt("größe", {}, () => ({ messages: [] }));
      server.registerResource("r", new ResourceTemplate("x:{n}", { list: undefined }), {}, () => ({
        contents: [],
      }));
      return server;
    },
    { legacy: "reject" },
  );

describe("headers against the body, as the SDK's server checks them", () => {
  const call = (args: object) => request("tools/call", { name: "add", arguments: args, _meta: META });
  const good = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "add" };
  const versioned = (version: string) =>
    request("tools/list", { _meta: { ...META, "io.modelcontextprotocol/protocolVersion": version } });
  test.each([
    ["all there", call({}), good],
    ["white space around", call({}), { ...good, "mcp-method": " tools/call\t", "mcp-name": "  add " }],
    ["no version", call({}), { ...good, "mcp-protocol-version": undefined }],
    ["another version", call({}), { ...good, "mcp-protocol-version": "2025-11-25" }],
    ["no method", call({}), { ...good, "mcp-method": undefined }],
    ["another method", call({}), { ...good, "mcp-method": "tools/list" }],
    ["a method in other case", call({}), { ...good, "mcp-method": "Tools/Call" }],
    ["no name", call({}), { ...good, "mcp-name": undefined }],
    ["another name", call({}), { ...good, "mcp-name": "Add" }],
    ["a name in Base64", call({}), { ...good, "mcp-name": "=?base64?YWRk?=" }],
    [
      "a name beyond ASCII",
      request("prompts/get", { name: "größe", _meta: META }),
      { ...good, "mcp-method": "prompts/get", "mcp-name": "=?base64?Z3LDtsOfZQ==?=" },
    ],
    ["a name in broken Base64", call({}), { ...good, "mcp-name": "=?base64?YWR?=" }],
    [
      "a URI",
      request("resources/read", { uri: "x:ü", _meta: META }),
      { ...good, "mcp-method": "resources/read", "mcp-name": "=?base64?eDrDvA==?=" },
    ],
    [
      "another URI",
      request("resources/read", { uri: "x:ü", _meta: META }),
      { ...good, "mcp-method": "resources/read", "mcp-name": "x:u" },
    ],
    [
      "a list, which needs no name",
      request("tools/list", { _meta: META }),
      { ...good, "mcp-method": "tools/list", "mcp-name": undefined },
    ],
    [
      "an unsupported version",
      versioned("1900-01-01"),
      { "mcp-protocol-version": "1900-01-01", "mcp-method": "tools/list" },
    ],
    ["an unsupported version without headers", versioned("2030-01-01"), {}],
    [
      "a marked value",
      call({ region: "Zürich" }),
      { ...good, "mcp-param-region": "=?base64?WsO8cmljaA==?=" },
    ],
    ["a marked value without a header", call({ region: "a" }), good],
    ["another marked value", call({ region: "a" }), { ...good, "mcp-param-region": "b" }],
    ["null with a header", call({ region: null }), { ...good, "mcp-param-region": "b" }],
    ["an absent value with a header", call({}), { ...good, "mcp-param-region": "b" }],
    ["an integer", call({ count: 42 }), { ...good, "mcp-param-count": "42.0" }],
    ["another integer", call({ count: 42 }), { ...good, "mcp-param-count": "43" }],
    ["an integer in hex", call({ count: 42 }), { ...good, "mcp-param-count": "0x2a" }],
  ])("%s", async (_, { bytes, envelope }, given) => {
    const headers = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Record<string, string>;
    const response = await sdkServer().fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: bytes.slice(),
      }),
    );
    const answer = (await response.json()) as { error?: { code: number } };
    const ours = checkHeaders(headers, bytes, envelope, PARAMS);
    expect({ status: ours?.httpStatus ?? 200, code: ours?.code }).toEqual({
      status: response.status,
      code: answer.error?.code,
    });
  });

  test("an unsupported version is answered with those that are", () => {
    const { bytes, envelope } = versioned("1900-01-01");
    const headers = { "mcp-protocol-version": "1900-01-01", "mcp-method": "tools/list" };
    expect(checkHeaders(headers, bytes, envelope)?.data).toEqual({
      supported: ["2026-07-28"],
      requested: "1900-01-01",
    });
  });

  test("integers beyond 2^53 and zeros at the ends are compared exactly", () => {
    const { bytes, envelope } = message(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"count":9007199254740993},"_meta":${JSON.stringify(META)}}}`,
    );
    const check = (value: string) =>
      checkHeaders({ ...good, "mcp-param-count": value }, bytes, envelope, PARAMS)?.code;
    expect(["9007199254740993", "09007199254740993.00", "9007199254740992"].map(check)).toEqual([
      undefined,
      undefined,
      -32020,
    ]);
    expect(headersFor(bytes, envelope, { version: "2026-07-28", params: PARAMS })["Mcp-Param-Count"]).toBe(
      "9007199254740993",
    );
  });

  test("a task's id is a name that may be missing and must be true", () => {
    const { bytes, envelope } = request("tasks/get", { taskId: "t1", _meta: META });
    const check = (name: string | undefined) =>
      checkHeaders({ ...good, "mcp-method": "tasks/get", "mcp-name": name }, bytes, envelope)?.code;
    expect([undefined, "t1", "t2"].map(check)).toEqual([undefined, undefined, -32020]);
    expect(headersFor(bytes, envelope, { version: "2026-07-28" })["Mcp-Name"]).toBe("t1");
  });

  test("a notification needs no headers, and a header sent twice matches nothing", () => {
    const { bytes, envelope } = message({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 1 },
    });
    const version = { "mcp-protocol-version": "2026-07-28" };
    expect(checkHeaders(version, bytes, envelope)).toBeUndefined();
    expect(checkHeaders({ ...version, "mcp-method": "x" }, bytes, envelope)?.code).toBe(-32020);
    const twice = call({});
    expect(checkHeaders({ ...good, "mcp-name": ["add", "add"] }, twice.bytes, twice.envelope)?.code).toBe(
      -32020,
    );
  });
});

test("the headers that are sent are those of the SDK's client", async () => {
  const handler = sdkServer();
  const seen: { headers: Record<string, string>; body: string }[] = [];
  const client = new Client({ name: "c", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const transport = new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
    fetch: async (url, init) => {
      const sent = new Request(url, init);
      if (typeof init?.body === "string")
        seen.push({ headers: Object.fromEntries(sent.headers), body: init.body });
      return await handler.fetch(sent);
    },
  });
  await client.connect(transport);
  await client.listTools();
  await client.callTool({ name: "add", arguments: { region: " Zürich ", count: -7, on: true } });
  await client.getPrompt({ name: "größe" });
  await client.readResource({ uri: "x:ü" });
  await client.close();
  const posts = seen.filter(({ body }) => body.includes('"method"'));
  expect(posts.length).toBeGreaterThanOrEqual(5);
  for (const { headers, body } of posts) {
    const { bytes, envelope } = message(body);
    const ours = headersFor(bytes, envelope, { version: "2026-07-28", params: PARAMS });
    const lower = Object.fromEntries(
      Object.entries(ours).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("mcp-")))).toEqual(
      lower,
    );
    expect(checkHeaders(headers, bytes, envelope, PARAMS)).toBeUndefined();
  }
});

test("errors have the status that the spec fixes", () => {
  expect([-32700, -32601, -32020, -32021, -32022, -32602].map((code) => httpStatusOf(code, "hub"))).toEqual([
    400, 404, 400, 400, 400, 200,
  ]);
  expect([-32601, -32021, -32020, -32602, -1].map((code) => httpStatusOf(code, "server"))).toEqual([
    404, 400, 200, 200, 200,
  ]);
});
