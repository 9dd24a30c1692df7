import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, it } from "vitest";
import { readList } from "../../core/catalog/entry.ts";
import { ToolValidation } from "./tool-validation.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-validation-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly tools?: readonly { readonly name: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

/** A real server over stdio; `use` may ask it things. It is ended in any case. */
async function withServer(
  name: string,
  args: readonly string[],
  use: (ask: (method: string, params?: unknown) => Promise<Result>) => Promise<void>,
): Promise<void> {
  const main = createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const waiting = new Map<number, (result: Result) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, result } = JSON.parse(line) as { id?: number; result?: Result };
    if (id !== undefined && result !== undefined) waiting.get(id)?.(result);
  });
  const say = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let lastId = 0;
  const ask = (method: string, params: unknown = {}): Promise<Result> => {
    lastId += 1;
    const id = lastId;
    say({ id, method, params });
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  try {
    const clientInfo = { name: "test", version: "1" };
    await ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    say({ method: "notifications/initialized" });
    await use(ask);
  } finally {
    child.kill();
    await ended;
  }
}

const file = join(folder, "file.txt");
const entity = { name: "Ada", entityType: "person", observations: ["wrote notes"] };
const relation = { from: "Ada", to: "Ada", relationType: "knows" };

/** Calls as they are meant, in this order. */
const CALLS: Readonly<Record<string, readonly (readonly [tool: string, args?: object])[]>> = {
  everything: [
    ["echo", { message: "é😀" }],
    ["get-sum", { a: 2 ** 53 + 2, b: -0.5 }],
    ["get-tiny-image"],
    ["get-env", {}],
    ["get-annotated-message", { messageType: "error", includeImage: true }],
    ["get-structured-content", { location: "New York" }],
    ["get-resource-links", { count: 10 }],
    ["get-resource-reference", { resourceType: "Blob", resourceId: 2 }],
    ["trigger-long-running-operation", { duration: 0.01, steps: 1 }],
  ],
  memory: [
    ["create_entities", { entities: [entity] }],
    ["create_relations", { relations: [relation] }],
    ["add_observations", { observations: [{ entityName: "Ada", contents: ["more"] }] }],
    ["search_nodes", { query: "Ada" }],
    ["open_nodes", { names: ["Ada"] }],
    ["read_graph"],
    ["delete_relations", { relations: [relation] }],
    ["delete_entities", { entityNames: ["Ada"] }],
  ],
  filesystem: [
    ["write_file", { path: file, content: "one\ntwo" }],
    ["read_text_file", { path: file, head: 1 }],
    ["edit_file", { path: file, edits: [{ oldText: "one", newText: "1" }], dryRun: true }],
    ["read_multiple_files", { paths: [file] }],
    ["list_directory_with_sizes", { path: folder, sortBy: "size" }],
    ["search_files", { path: folder, pattern: "*.txt", excludePatterns: [] }],
    ["list_allowed_directories"],
  ],
  "sequential-thinking": [
    ["sequentialthinking", { thought: "so", nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }],
  ],
};

describe.each(Object.entries(CALLS))("server-%s", (name, calls) => {
  it("takes calls that fit by its own schemas and by ours, and its results fit, too", async () => {
    await withServer(name, name === "filesystem" ? [folder] : [], async (ask) => {
      const { tools = [] } = await ask("tools/list");
      const validation = new ToolValidation();
      validation.learn(readList("tools", Buffer.from(JSON.stringify(tools))).entries);
      for (const [tool, args] of calls) {
        const bytes = args === undefined ? undefined : Buffer.from(JSON.stringify(args));
        expect([tool, validation.checkArguments(tool, bytes)]).toEqual([tool, undefined]);
        const result = await ask("tools/call", { name: tool, arguments: args ?? {} });
        expect([tool, result.isError === true]).toEqual([tool, false]);
        if (validation.checksResults(tool))
          validation.checkStructured(tool, Buffer.from(JSON.stringify(result.structuredContent)));
      }
      // Every other tool's schemas can be used as well.
      for (const tool of tools) {
        validation.checkArguments(tool.name, Buffer.from("{}"));
        validation.checksResults(tool.name);
      }
      expect(validation.problems).toEqual([]);
    });
  });
});

it("what server-everything itself refuses does not reach it", async () => {
  await withServer("everything", [], async (ask) => {
    const { tools = [] } = await ask("tools/list");
    const validation = new ToolValidation();
    validation.learn(readList("tools", Buffer.from(JSON.stringify(tools))).entries);
    for (const [tool, args] of [
      ["echo", { message: 1 }],
      ["get-sum", { a: "1", b: 2 }],
      ["get-annotated-message", { messageType: "fatal" }],
      ["get-resource-links", { count: 11 }],
    ] as const) {
      expect(validation.checkArguments(tool, Buffer.from(JSON.stringify(args)))).toHaveLength(1);
      expect((await ask("tools/call", { name: tool, arguments: args })).isError).toBe(true);
    }
  });
});
