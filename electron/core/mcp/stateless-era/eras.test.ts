import { describe, expect, test } from "vitest";
import { DOWNGRADED_REQUEST, downgradeError, downgradeNotification, downgradeResult } from "./downgrade.ts";
import { combine, paramsEdits } from "./edits.ts";
import { edited, META, message, raw, request } from "./fixtures/messages.ts";
import { type ResultUpgrade, upgradedRequest, upgradeError, upgradeResult } from "./upgrade.ts";

const result = (value: unknown) => message({ jsonrpc: "2.0", id: 1, result: value });
const error = (code: number, data?: unknown) =>
  message({ jsonrpc: "2.0", id: 1, error: { code, message: "m", data } });

describe("requests", () => {
  test("a stateless client's request loses what a session server knows from initialize", () => {
    const before = request("tools/call", {
      name: "x",
      arguments: { n: "é" },
      inputResponses: {},
      _meta: { ...META, progressToken: 7, traceparent: "t", "io.modelcontextprotocol/logLevel": "info" },
      requestState: "s",
    });
    expect(edited(before, paramsEdits(before.bytes, before.envelope, DOWNGRADED_REQUEST))).toEqual({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "x", arguments: { n: "é" }, _meta: { progressToken: 7, traceparent: "t" } },
    });
  });

  test("a session client's request gains it, and what it claimed itself is overwritten", () => {
    const change = upgradedRequest({
      version: "2026-07-28",
      capabilities: raw({ roots: {} }),
      clientInfo: raw({ name: "c", version: "1" }),
      logLevel: "info",
    });
    const wanted = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": { roots: {} },
      "io.modelcontextprotocol/clientInfo": { name: "c", version: "1" },
      "io.modelcontextprotocol/logLevel": "info",
    };
    for (const params of [
      undefined,
      {},
      { cursor: "c" },
      { _meta: { progressToken: 1, "io.modelcontextprotocol/logLevel": "debug" } },
    ]) {
      const before = request("tools/list", params);
      expect(edited(before, paramsEdits(before.bytes, before.envelope, change))).toMatchObject({
        params: { ...params, _meta: { ...(params?._meta ?? {}), ...wanted } },
      });
    }
    const silent = upgradedRequest({
      version: "2026-07-28",
      capabilities: raw({}),
      clientInfo: undefined,
      logLevel: undefined,
    });
    const before = request("tools/list", { _meta: { ...META, "io.modelcontextprotocol/logLevel": "debug" } });
    const { "io.modelcontextprotocol/clientInfo": _, ...rest } = META;
    expect(edited(before, paramsEdits(before.bytes, before.envelope, combine(silent)))).toMatchObject({
      params: { _meta: rest },
    });
    expect(JSON.stringify(edited(before, paramsEdits(before.bytes, before.envelope, silent)))).not.toMatch(
      /logLevel|clientInfo/,
    );
  });
});

describe("results up to a stateless client", () => {
  const S = "io.modelcontextprotocol/serverInfo";
  const cases: [string, string, object, ResultUpgrade, object][] = [
    [
      "a call's result is complete",
      "tools/call",
      { content: [], isError: true },
      {},
      { resultType: "complete", content: [], isError: true },
    ],
    ["an empty one", "x/y", {}, {}, { resultType: "complete" }],
    [
      "a foreign type means nothing",
      "tools/call",
      { resultType: "odd", content: [] },
      {},
      { resultType: "complete", content: [] },
    ],
    [
      "nor one that is no string",
      "tools/call",
      { content: [], resultType: 1 },
      {},
      { resultType: "complete", content: [] },
    ],
    [
      "a list can be kept by its client",
      "tools/list",
      { tools: [] },
      {},
      { resultType: "complete", ttlMs: 0, cacheScope: "private", tools: [] },
    ],
    [
      "for as long as the hub says",
      "resources/read",
      { contents: [] },
      { ttlMs: 60_000 },
      { resultType: "complete", ttlMs: 60_000, cacheScope: "private", contents: [] },
    ],
    [
      "the server's own word counts",
      "prompts/list",
      { prompts: [], ttlMs: 5, cacheScope: "public" },
      { ttlMs: 1 },
      { resultType: "complete", ttlMs: 5, cacheScope: "public", prompts: [] },
    ],
    [
      "but never public when filtered",
      "prompts/list",
      { cacheScope: "public", prompts: [], ttlMs: 5 },
      { filtered: true },
      { resultType: "complete", ttlMs: 5, cacheScope: "private", prompts: [] },
    ],
    [
      "an illegal word does not",
      "prompts/list",
      { prompts: [], ttlMs: -5, cacheScope: "all" },
      {},
      { resultType: "complete", ttlMs: 0, cacheScope: "private", prompts: [] },
    ],
    [
      "who serves is said",
      "tools/call",
      { content: [] },
      { serverInfo: raw({ name: "s" }) },
      { resultType: "complete", content: [], _meta: { [S]: { name: "s" } } },
    ],
    [
      "beside other metadata",
      "tools/call",
      { content: [], _meta: { a: 1 } },
      { serverInfo: raw({ name: "s" }) },
      { resultType: "complete", content: [], _meta: { a: 1, [S]: { name: "s" } } },
    ],
    [
      "unless the server says it",
      "tools/call",
      { _meta: { [S]: 1 } },
      { serverInfo: raw({ name: "s" }) },
      { resultType: "complete", _meta: { [S]: 1 } },
    ],
  ];
  test.each(cases)("%s", (_, method, before, options, after) => {
    const response = result(before);
    expect(edited(response, upgradeResult(method, response.bytes, response.envelope, options))).toEqual({
      jsonrpc: "2.0",
      id: 1,
      result: after,
    });
  });

  test("a stateless server's list is made private when filtered, and its questions are left alone", () => {
    const list = result({ resultType: "complete", tools: [], ttlMs: 9, cacheScope: "public" });
    expect(
      edited(list, upgradeResult("tools/list", list.bytes, list.envelope, { filtered: true }, true)),
    ).toMatchObject({
      result: { resultType: "complete", ttlMs: 9, cacheScope: "private" },
    });
    const asks = result({ resultType: "input_required", requestState: "s" });
    expect(upgradeResult("resources/read", asks.bytes, asks.envelope, {}, true)).toEqual([]);
  });
});

describe("results down to a session client", () => {
  test.each([
    [
      "the framing goes, the rest stays",
      "tools/list",
      {
        resultType: "complete",
        tools: [{ name: "a", execution: {} }],
        ttlMs: 1,
        cacheScope: "public",
        _meta: { a: 1 },
      },
      { tools: [{ name: "a", execution: {} }], ttlMs: 1, cacheScope: "public", _meta: { a: 1 } },
    ],
    ["an empty result is empty", "tasks/cancel", { resultType: "complete" }, {}],
    [
      "a structured object is the same in both eras",
      "tools/call",
      { structuredContent: { a: 1 }, content: [], resultType: "complete" },
      { structuredContent: { a: 1 }, content: [] },
    ],
    [
      "a structured list is wrapped, and said as text",
      "tools/call",
      { resultType: "complete", content: [], structuredContent: [1, 2] },
      { content: [{ type: "text", text: "[1,2]" }], structuredContent: { result: [1, 2] } },
    ],
    [
      "beside other content",
      "tools/call",
      { structuredContent: null, resultType: "complete", content: [{ type: "image" }] },
      { structuredContent: { result: null }, content: [{ type: "image" }, { type: "text", text: "null" }] },
    ],
    [
      "but not where there is text",
      "tools/call",
      { structuredContent: 1.5, content: [{ type: "text", text: "t" }] },
      { structuredContent: { result: 1.5 }, content: [{ type: "text", text: "t" }] },
    ],
    [
      "content that is missing is added",
      "tools/call",
      { structuredContent: "s" },
      { structuredContent: { result: "s" }, content: [{ type: "text", text: '"s"' }] },
    ],
  ])("%s", (_, method, before, after) => {
    const response = result(before);
    const edits = downgradeResult(method, response.bytes, response.envelope);
    expect(edited(response, edits ?? [])).toEqual({ jsonrpc: "2.0", id: 1, result: after });
  });

  test("the results of a tool whose output schema was wrapped are wrapped, objects too", () => {
    const response = result({ resultType: "complete", content: [], structuredContent: { a: 1 } });
    const edits = downgradeResult("tools/call", response.bytes, response.envelope, true);
    expect(edited(response, edits ?? [])).toMatchObject({
      result: { content: [], structuredContent: { result: { a: 1 } } },
    });
  });

  test("what a session client cannot be given is not made something else", () => {
    for (const resultType of ["input_required", "task"]) {
      const { bytes, envelope } = result({ resultType, requestState: "s" });
      expect(downgradeResult("tools/call", bytes, envelope)).toBeUndefined();
    }
  });

  test("output schemas that are no objects' are wrapped as the SDK's servers do, and references move along", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "array",
      items: { $ref: "#/$defs/n" },
      default: [{ $ref: "#/$defs/n" }],
      $defs: {
        n: { anyOf: [{ $ref: "#" }, { $dynamicRef: "#n" }, { $ref: "other#/a" }] },
        default: { $ref: "#/$defs/n" },
        own: { $id: "urn:x", $ref: "#/a" },
        anchor: { $id: "#a", $ref: "#/$defs/n" },
      },
    };
    const plain = { name: "b", outputSchema: { type: "object", $ref: "#/a" } };
    const response = result({
      tools: [{ name: "a", outputSchema: schema, x: 1 }, plain, { name: "c" }],
      resultType: "complete",
    });
    const edits = downgradeResult("tools/list", response.bytes, response.envelope);
    const ref = (path: string) => ({ $ref: `#/properties/result${path}` });
    const moved = {
      ...schema,
      items: ref("/$defs/n"),
      $defs: {
        n: { anyOf: [ref(""), { $dynamicRef: "#n" }, { $ref: "other#/a" }] },
        default: ref("/$defs/n"),
        own: schema.$defs.own,
        anchor: { $id: "#a", ...ref("/$defs/n") },
      },
    };
    expect(edited(response, edits ?? [])).toMatchObject({
      result: {
        tools: [
          {
            name: "a",
            x: 1,
            outputSchema: {
              $schema: schema.$schema,
              type: "object",
              properties: { result: moved },
              required: ["result"],
            },
          },
          plain,
          { name: "c" },
        ],
      },
    });
    const based = result({
      tools: [{ name: "a", outputSchema: { $id: "urn:y", anyOf: [{ $ref: "#/b" }] } }],
    });
    expect(
      JSON.stringify(edited(based, downgradeResult("tools/list", based.bytes, based.envelope) ?? [])),
    ).toContain('"$ref":"#/b"');
  });
});

describe("errors", () => {
  test.each([
    ["a resource that is not there", -32002, { uri: "x:" }, -32602],
    ["any other", -32000, undefined, -32000],
  ])("%s, up", (_, code, data, after) => {
    const response = error(code, data);
    expect(edited(response, upgradeError(response.bytes, response.envelope))).toEqual(
      JSON.parse(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: after, message: "m", data } })),
    );
  });

  test.each([
    ["a resource that is not there", "resources/read", -32602, { uri: "x:" }, -32002],
    ["invalid params without a URI", "resources/read", -32602, undefined, -32602],
    ["invalid params of a call", "tools/call", -32602, { uri: "x:" }, -32602],
    ["any other", "resources/read", -32603, { uri: "x:" }, -32603],
  ])("%s, down", (_, method, code, data, after) => {
    const response = error(code, data);
    expect(edited(response, downgradeError(method, response.bytes, response.envelope))).toMatchObject({
      error: { code: after, message: "m" },
    });
  });
});

test("a listen stream's tag is taken off a notification for a session client", () => {
  const updated = message({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri: "x:", _meta: { "io.modelcontextprotocol/subscriptionId": 1, a: 1 } },
  });
  expect(edited(updated, downgradeNotification(updated.bytes, updated.envelope))).toEqual({
    jsonrpc: "2.0",
    method: "notifications/resources/updated",
    params: { uri: "x:", _meta: { a: 1 } },
  });
});
