import { describe, expect, test } from "vitest";
import { isJsonContent, isPlainContent, readAccept } from "./negotiation.ts";
import { scopeOf } from "./scope.ts";

describe("what a client accepts", () => {
  test.each([
    [undefined, { json: true, events: true }],
    ["*/*", { json: true, events: true }],
    ["application/json", { json: true, events: false }],
    ["text/event-stream", { json: false, events: true }],
    ["text/event-stream, application/json", { json: true, events: true }],
    ["Application/JSON;q=0.5 , text/html", { json: true, events: false }],
    ["application/json;q=0, text/event-stream", { json: false, events: true }],
    ["application/*, text/*;q=0.1", { json: true, events: true }],
    ["text/html", { json: false, events: false }],
    ["application/jsonp", { json: false, events: false }],
    ["", { json: false, events: false }],
  ])("Accept: %s", (header, expected) => {
    expect(readAccept(header)).toEqual(expected);
    expect(readAccept(header)).toEqual(expected);
  });

  test.each([
    ["application/json", true],
    ["application/json; charset=utf-8", true],
    ['Application/Json;charset="UTF-8"', true],
    ["application/json; charset=latin1", false],
    ["text/plain", false],
    ["application/jsonx", false],
    [undefined, false],
  ])("a body of type %s counts as JSON: %s", (header, expected) => {
    expect(isJsonContent(header)).toBe(expected);
  });

  test("only unencoded bodies are plain", () => {
    expect([undefined, "identity", "gzip", "br", "identity, gzip"].map(isPlainContent)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("the scope of a path", () => {
  test.each([
    ["/mcp", { kind: "all" }],
    ["/mcp/", { kind: "all" }],
    ["/mcp/p/work", { kind: "profile", name: "work" }],
    ["/mcp/s/files", { kind: "server", name: "files" }],
    ["/mcp/s/my%2Dfiles/", { kind: "server", name: "my-files" }],
    ["/mcp/s/a%2Fb", undefined],
    ["/mcp/s/..", undefined],
    ["/mcp/s/%zz", undefined],
    ["/mcp/s/", undefined],
    ["/mcp/x/files", undefined],
    ["/mcp/.well-known/oauth-protected-resource", undefined],
    ["/mcpx", undefined],
  ])("%s", (path, expected) => {
    expect(scopeOf(path)).toEqual(expected);
  });
});
