import { expect, it } from "vitest";
import { Outgoing } from "./outgoing.ts";

const META = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
const region = { name: "Region", path: ["region"], type: "string" } as const;

const headersOf = (params: object): Record<string, string> => {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  return new Outgoing(Buffer.from(JSON.stringify(message)), undefined, () => {}, [region]).headers;
};

it("a call to a stateless server says the marked arguments in headers, encoded where they must be", () => {
  const call = { name: "weather", _meta: META };
  expect(headersOf({ ...call, arguments: { region: "north" } })).toEqual({
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "weather",
    "mcp-param-region": "north",
  });
  expect(headersOf({ ...call, arguments: { region: "øst" } })["mcp-param-region"]).toBe(
    "=?base64?w7hzdA==?=",
  );
  expect(headersOf({ ...call, arguments: {} })).not.toHaveProperty("mcp-param-region");
});

it("a call to a session server says nothing in headers", () => {
  expect(headersOf({ name: "weather", arguments: { region: "north" } })).toEqual({});
});
