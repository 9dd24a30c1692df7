import { describe, expect, it, test } from "vitest";
import type { CallDetail } from "../../../shared/model/call.ts";
import { callDetail, payload } from "../../testing/calls.ts";
import { callText, copyAs } from "./copy-as.ts";

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
