import { expect, it } from "vitest";
import { encodeJson } from "../../core/jsonrpc/json.ts";
import { ServerCatalog } from "./server-catalog.ts";

const tool = (name: string, properties: object): object => ({
  name,
  inputSchema: { type: "object", properties },
});

it("the arguments that HTTP repeats as headers are known by tool, and illegal ones leave their tool out", () => {
  const catalog = new ServerCatalog();
  const marked = { type: "string", "x-mcp-header": "Region" };
  const tools = [
    tool("weather", { region: marked }),
    tool("plain", { region: { type: "string" } }),
    tool("illegal", { region: { type: "string", "x-mcp-header": "a header" } }),
  ];
  catalog.put(new Map([["tools", encodeJson(tools)]]));
  expect(catalog.mirroredArguments("weather")).toEqual([
    { name: "Region", path: ["region"], type: "string" },
  ]);
  expect(catalog.tools?.map(({ key }) => key)).toEqual(["weather", "plain"]);
  expect(catalog.problems.map(({ message }) => message)).toEqual([
    "tool 3 of the list was left out: in the input schema of illegal, x-mcp-header at region is no header name",
  ]);
  for (const name of ["plain", "illegal", "unknown"]) expect(catalog.mirroredArguments(name)).toEqual([]);
});
