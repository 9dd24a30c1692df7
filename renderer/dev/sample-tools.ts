import type { Tool } from "../../shared/model/server.ts";
import { HOSTILE } from "./sample-hostile.ts";

const tool = (
  name: string,
  description: string,
  schema: object,
  annotations: Record<string, unknown> | null = null,
  title: string | null = null,
): Tool => ({
  name,
  exposedName: `everything__${name}`.slice(0, 48),
  title,
  description,
  inputSchema: JSON.stringify(schema),
  outputSchema: null,
  annotations,
});

const text = (description: string) => ({ type: "string", description });

/** The tools of a harmless server. */
export const TOOLS: Tool[] = [
  tool(
    "echo",
    "Echoes back the input",
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { message: text("Message to echo") },
      required: ["message"],
      additionalProperties: false,
    },
    { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    "Echo Tool",
  ),
  tool(
    "get-sum",
    "Returns the sum of two numbers",
    { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] },
    { readOnlyHint: true },
    "Get Sum Tool",
  ),
  tool("get-env", "Returns all environment variables, helpful for debugging MCP server configuration", {
    type: "object",
    properties: {},
  }),
  tool(
    "get-tiny-image",
    "Returns a tiny MCP logo image.",
    { type: "object", properties: {} },
    { readOnlyHint: true },
  ),
  tool("trigger-long-running-operation", "Demonstrates a long running operation with progress updates.", {
    type: "object",
    properties: { duration: { type: "number", default: 10 }, steps: { type: "number", default: 5 } },
  }),
  tool(
    "get-structured-content",
    "Returns structured content along with an output schema for client data validation",
    {
      type: "object",
      properties: { location: { type: "string", enum: ["New York", "Chicago", "Los Angeles"] } },
    },
  ),
  tool(
    "get-annotated-message",
    "Demonstrates how annotations can be used to provide metadata about content.",
    {
      type: "object",
      properties: {
        messageType: { enum: ["error", "success", "debug"] },
        includeImage: { type: "boolean", default: false },
      },
    },
  ),
  tool(
    "delete-everything",
    "Deletes whatever it is pointed at. Irreversible.",
    { type: "object", properties: { path: text("Folder") } },
    { destructiveHint: true, readOnlyHint: false, openWorldHint: true },
  ),
  tool(
    "simulate-research-query",
    "Simulates a deep research operation that gathers, analyses and synthesises information, demonstrating MCP task-based operations with elicitation. Set ambiguous to true to be asked for clarification.",
    {
      type: "object",
      properties: { topic: text("The research topic"), ambiguous: { type: "boolean", default: false } },
    },
  ),
];

const path = { type: "object", properties: { path: text("Path of the file") }, required: ["path"] };

/** The tools of a server for files. */
export const FILE_TOOLS: Tool[] = [
  tool(
    "read_text_file",
    "Reads a file as text, whole or its first lines",
    { ...path, properties: { ...path.properties, limit: { type: "integer" }, precise: { type: "number" } } },
    { readOnlyHint: true, openWorldHint: false },
  ),
  tool(
    "write_file",
    "Writes a file, in the place of one that is there",
    {
      type: "object",
      properties: { path: text("Path of the file"), content: text("All of its text") },
      required: ["path", "content"],
    },
    { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  ),
  tool("list_directory", "Lists what is in a folder", path, { readOnlyHint: true }),
];

/** The same with hostile text in every place that takes text. */
export const HOSTILE_TOOLS: Tool[] = HOSTILE.map((value, index) => ({
  ...tool(
    `tool-${index}`,
    value,
    { type: "object", description: value.slice(0, 5_000), [value.slice(0, 300)]: true },
    { title: value.slice(0, 2_000), readOnlyHint: value.slice(0, 400) },
  ),
  name: value,
  title: index % 2 === 0 ? value : null,
}));
