import { classifyInboundRequest } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { textOf } from "../../jsonrpc/json.ts";
import { META, message, request } from "./fixtures/messages.ts";
import { classify, readRequestMeta } from "./meta.ts";

const without = (key: keyof typeof META) => {
  const { [key]: _, ...rest } = META;
  return rest;
};
const call = (meta?: unknown) =>
  request("tools/call", { name: "x", ...(meta === undefined ? {} : { _meta: meta }) });
const initialize = (meta?: unknown) =>
  request("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "c", version: "1" },
    _meta: meta,
  });
const notification = (meta?: unknown) =>
  message({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1, _meta: meta } });

describe("telling the eras apart, as the SDK does", () => {
  test.each([
    ["a request with a version", call(META), undefined],
    ["a request with a version and its header", call(META), "2026-07-28"],
    ["a request without _meta", call(), undefined],
    ["a request with a progress token only", call({ progressToken: 1 }), "2025-11-25"],
    ["client info without a version", call(without("io.modelcontextprotocol/protocolVersion")), undefined],
    ["a header of the stateless era without a version", call(), "2026-07-28"],
    ["the same with other members", call(without("io.modelcontextprotocol/protocolVersion")), "2027-01-01"],
    ["no capabilities", call(without("io.modelcontextprotocol/clientCapabilities")), undefined],
    ["no client info", call(without("io.modelcontextprotocol/clientInfo")), undefined],
    [
      "a version that is no string",
      call({ ...META, "io.modelcontextprotocol/protocolVersion": 1 }),
      undefined,
    ],
    [
      "capabilities that are no object",
      call({ ...META, "io.modelcontextprotocol/clientCapabilities": [] }),
      undefined,
    ],
    [
      "client info without a name",
      call({ ...META, "io.modelcontextprotocol/clientInfo": { version: "1" } }),
      undefined,
    ],
    ["a log level", call({ ...META, "io.modelcontextprotocol/logLevel": "notice" }), undefined],
    ["an unknown log level", call({ ...META, "io.modelcontextprotocol/logLevel": "loud" }), undefined],
    [
      "a version of the future",
      call({ ...META, "io.modelcontextprotocol/protocolVersion": "2030-01-01" }),
      undefined,
    ],
    ["initialize", initialize(), undefined],
    ["initialize under its own header", initialize(), "2025-11-25"],
    ["initialize under a stateless header", initialize(), "2026-07-28"],
    ["initialize with a version", initialize(META), "2026-07-28"],
    [
      "initialize with an incomplete _meta",
      initialize(without("io.modelcontextprotocol/clientCapabilities")),
      undefined,
    ],
    ["a notification", notification(), undefined],
    ["a notification under a stateless header", notification(), "2026-07-28"],
    ["a notification with a version", notification(META), undefined],
    [
      "a notification with a version that is no string",
      notification({ "io.modelcontextprotocol/protocolVersion": 7 }),
      undefined,
    ],
    ["a response", message({ jsonrpc: "2.0", id: 1, result: {} }), "2026-07-28"],
  ])("%s", (_, { bytes, envelope }, header) => {
    const body = JSON.parse(new TextDecoder().decode(bytes));
    const theirs = classifyInboundRequest({
      httpMethod: "POST",
      body,
      ...(header === undefined ? {} : { protocolVersionHeader: header }),
    });
    const ours = classify(bytes, envelope, header);
    if (theirs.kind === "legacy") expect(ours).toEqual({ era: "session" });
    else if (theirs.kind === "modern") {
      expect(ours).toMatchObject({ era: "stateless", version: theirs.classification.revision });
    } else {
      expect(ours).toMatchObject({
        era: "refused",
        refusal: { httpStatus: theirs.httpStatus, code: theirs.code },
      });
    }
  });

  test("a version of the session era in _meta is stateless, and later refused as unsupported", () => {
    const { bytes, envelope } = call({ ...META, "io.modelcontextprotocol/protocolVersion": "2025-11-25" });
    expect(classify(bytes, envelope)).toMatchObject({ era: "stateless", version: "2025-11-25" });
  });
});

test("who asks is read as raw spans", () => {
  const { bytes, envelope } = call({ ...META, "io.modelcontextprotocol/logLevel": "error" });
  const meta = readRequestMeta(bytes, envelope);
  if (!("version" in meta)) throw new Error("refused");
  expect([meta.version, meta.logLevel]).toEqual(["2026-07-28", "error"]);
  expect(textOf(bytes, meta.clientCapabilities)).toBe("{}");
  expect(meta.clientInfo && textOf(bytes, meta.clientInfo)).toBe('{"name":"c","version":"1"}');
});
