import { describe, expect, it, test } from "vitest";
import type { CallDetail } from "../../../shared/model/call.ts";
import { callDetail, payload } from "../../testing/calls.ts";
import { callText, copyAs, copyFormsOf } from "./copy-as.ts";

const call = (more: Partial<CallDetail> = {}): CallDetail =>
  callDetail({
    id: 7,
    server: "my files",
    tool: "write_file",
    request: payload(
      '{"name":"write_file","arguments":{"big":9007199254740993,"text":"it\'s \\"1\\"","b":[1.10,null]},"_meta":{"progressToken":3}}',
    ),
    result: payload('{"content":[],"n":12345678901234567890}'),
    ...more,
  });

test.each([
  [{ server: "files", tool: "read", method: "tools/call" }, ["json", "curl", "command"]],
  [{ server: "files", tool: null, method: "resources/read" }, ["json", "curl"]],
  [{ server: null, tool: "read", method: "tools/call" }, ["json"]],
] as const)("a call %j can be copied as %j", (call, forms) => {
  expect(copyFormsOf(call)).toEqual(forms);
});

describe("as JSON", () => {
  it("keeps every digit, and tells a cut payload as text", () => {
    expect(callText(call())).toContain('"result":{"content":[],"n":12345678901234567890},"error":null');
    const cut = callText(call({ result: { text: '{"a":', bytes: 99, truncated: true } }));
    expect(JSON.parse(cut)).toMatchObject({ id: 7, result: '{"a":' });
  });
});

describe("as cURL", () => {
  it("is one request to the server alone, with a variable in place of the token", () => {
    expect(copyAs("curl", call(), "http://127.0.0.1:4999/mcp")).toBe(
      [
        "curl http://127.0.0.1:4999/mcp/s/my%20files \\",
        '  -H "Authorization: Bearer $GATEHOUSE_TOKEN" \\',
        "  -H 'Content-Type: application/json' \\",
        "  -H 'Accept: application/json, text/event-stream' \\",
        "  -H 'MCP-Protocol-Version: 2026-07-28' \\",
        "  -H 'Mcp-Method: tools/call' \\",
        "  -H 'Mcp-Name: write_file' \\",
        `  --data-raw '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_file","arguments":{"big":9007199254740993,"text":"it'\\''s \\"1\\"","b":[1.10,null]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'`,
      ].join("\n"),
    );
  });

  it("asks the server by its own names, whatever the client knew them by", () => {
    const meta =
      '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
    const prefixed = call({ request: payload('{"name":"files__write_file","arguments":{"n":1.0}}') });
    expect(copyAs("curl", prefixed, null)).toContain("'Mcp-Name: write_file'");
    expect(copyAs("curl", prefixed, null)).toContain(`{"name":"write_file","arguments":{"n":1.0},${meta}}`);
    const prompt = { method: "prompts/get", tool: "plan", request: payload('{"name":"files__plan"}') };
    expect(copyAs("curl", call(prompt), null)).toContain(`{"name":"plan",${meta}}`);
    const ref = (name: string) => `{"ref":{"type":"ref/prompt","name":"${name}"}`;
    const completion = {
      ...{ method: "completion/complete", tool: "plan" },
      request: payload(`${ref("files__plan")},"argument":{"name":"a","value":"b"}}`),
    };
    expect(copyAs("curl", call(completion), null)).toContain(ref("plan"));
  });

  it("leaves out what was good for one answer only", () => {
    const retry = call({
      request: payload('{"name":"x","inputResponses":{},"requestState":"s","arguments":{}}'),
    });
    expect(copyAs("curl", retry, null)).toContain('"params":{"name":"write_file","arguments":{},"_meta"');
  });

  it("repeats the arguments that its tool's schema marks, as they are told", () => {
    const mirrored = [{ name: "Mcp-Param-Region", value: "it's north" }];
    expect(copyAs("curl", call(), null, mirrored)).toContain(" -H 'Mcp-Param-Region: it'\\''s north' \\\n");
  });

  it("gives a body that is longer than an argument can be as input", () => {
    const text = "é'".repeat(50_000);
    const long = call({ request: payload(JSON.stringify({ name: "x", arguments: { text } })) });
    const [head, body, end, rest] = copyAs("curl", long, null).split(
      / <<'END_OF_BODY'\n|\n(?=END)|(?<=END_OF_BODY)\n/,
    );
    expect(head).toMatch(/--data-binary @-$/);
    expect(JSON.parse(body ?? "").params.arguments).toEqual({ text });
    expect([end, rest]).toEqual(["END_OF_BODY", ""]);
    expect(() => copyAs("command", long, null)).toThrow("more arguments than a command line takes");
  });

  it("names what is read or asked for, in Base64 where a header cannot hold it", () => {
    const read = call({ method: "resources/read", tool: null, request: payload('{"uri":"file:///ü"}') });
    expect(copyAs("curl", read, null)).toContain("'Mcp-Name: =?base64?ZmlsZTovLy/DvA==?='");
    const list = call({ method: "tools/list", tool: null, request: null });
    expect(copyAs("curl", list, null)).not.toContain("Mcp-Name");
  });
});

describe("as a gatehouse command", () => {
  it("is quoted for a shell", () => {
    expect(copyAs("command", call({ project: "/home/ada/my proj" }), null)).toBe(
      `gatehouse call --project '/home/ada/my proj' 'my files' write_file '{"big":9007199254740993,"text":"it'\\''s \\"1\\"","b":[1.10,null]}'`,
    );
  });

  it("holds no control character, and says the same", () => {
    const text = "\u001b\u007f\u009b31m";
    const odd = call({ request: payload(JSON.stringify({ name: "x", arguments: { text } })) });
    const command = copyAs("command", odd, null);
    expect(command).not.toMatch(/\p{Cc}/u);
    expect(command).toContain('\'{"text":"\\u001b\\u007f\\u009b31m"}\'');
    expect(copyAs("command", call({ tool: "a\n\u001b[201~", request: null }), null)).toContain(
      "$'a\\x0a\\x1b[201~'",
    );
  });

  it("lets no name be taken for an option", () => {
    expect(copyAs("command", call({ server: "a", tool: "--help", request: null }), null)).toBe(
      "gatehouse call -- a --help '{}'",
    );
  });
});

test.each<[string, "curl" | "command", Partial<CallDetail>, RegExp]>([
  ["reached no server", "curl", { server: null }, /reached no server/],
  ["is no tool call", "command", { method: "tools/list", tool: null }, /no call of a tool/],
  ["was cut", "curl", { request: { text: "{", bytes: 99, truncated: true } }, /too large/],
  ["is no JSON", "command", { request: payload("redacted") }, /not recorded as JSON/],
])("a call that %s is refused with a sentence", (_, form, more, message) => {
  expect(() => copyAs(form, call(more), null)).toThrow(message);
});
