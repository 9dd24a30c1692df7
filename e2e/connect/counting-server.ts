/**
 * An MCP server whose tool `note` adds a line with its `text` to the file that the command line names: what was done is
 * counted there, however many processes did it. With `hang` it notes and never answers.
 */
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , file = ""] = process.argv;

interface Request {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: {
    readonly protocolVersion?: string;
    readonly arguments?: { text?: string; hang?: boolean };
  };
}

const TOOL = {
  name: "note",
  description: "Notes a text.",
  inputSchema: { type: "object", properties: { text: { type: "string" }, hang: { type: "boolean" } } },
};

function answer({ method, params }: Request): object | undefined {
  if (method === "initialize")
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "counting", version: "1.0.0" },
    };
  if (method === "tools/list") return { tools: [TOOL] };
  if (method !== "tools/call") return {};
  appendFileSync(file, `${params?.arguments?.text ?? ""}\n`);
  return params?.arguments?.hang === true ? undefined : { content: [{ type: "text", text: "noted" }] };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line) as Request;
  if (request.id === undefined) return;
  const result = answer(request);
  if (result !== undefined)
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: request.id, result })}\n`);
});
