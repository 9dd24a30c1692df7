// Servers that run once per project (issue 7, Done when 7): real processes in real folders.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ECHO_SERVER } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { hubForTest, PATIENCE, textOf } from "./kit.ts";

const FILES = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js",
);

/** Two project folders, each with a file of its own. */
function folders(): { one: string; two: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gatehouse-projects-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const make = (name: string): string => {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "which.txt"), `the file of ${name}`);
    return join(root, name);
  };
  return { one: make("one"), two: make("two folder") };
}

const CONFIG = {
  consent: { default: "allow" },
  mcpServers: {
    files: { command: process.execPath, args: [FILES, "${project}"], isolation: "project" },
    echo: { command: process.execPath, args: [ECHO_SERVER], isolation: "project" },
  },
};

test("two projects at once: each call runs in its own folder, and what is recorded names it", {
  timeout: 2 * PATIENCE,
}, async () => {
  const { one, two } = folders();
  const hub = await hubForTest({ config: CONFIG });
  const token = await hub.addClient("claude");
  const open = async (folder: string): Promise<McpHttpClient> => {
    const client = await hub.connect(token);
    await client.toolNames();
    expect(textOf(await client.call("files__list_allowed_directories", {}, inFolder(folder)))).toContain(
      folder,
    );
    return client;
  };
  const inFolder = (folder: string) => ({ headers: { "x-gatehouse-project": pathToFileURL(folder).href } });
  const [a, b] = await Promise.all([open(one), open(two)]);
  const read = (client: McpHttpClient) => client.call("files__read_text_file", { path: "which.txt" });
  expect((await Promise.all([read(a), read(b)])).map(textOf)).toEqual([
    "the file of one",
    "the file of two folder",
  ]);
  const foreign = await a.call("files__read_text_file", { path: join(two, "which.txt") });
  expect([foreign.result?.isError, textOf(foreign)]).toEqual([
    true,
    expect.stringContaining("outside allowed"),
  ]);
  const pids = await Promise.all([a, b, a].map(async (client) => textOf(await client.call("echo__pid"))));
  expect(new Set(pids).size).toBe(2);
  expect(await hub.calls("--project", `${one}*`)).toHaveLength(5);
  expect((await hub.calls("--project", two)).map(({ tool }) => tool)).toEqual([
    "pid",
    "read_text_file",
    "list_allowed_directories",
  ]);
});

test("without a project a call says how to give one, and a folder that is not there is told", {
  timeout: 2 * PATIENCE,
}, async () => {
  const hub = await hubForTest({ config: CONFIG });
  const client = await hub.connect(await hub.addClient("claude"));
  expect(await client.toolNames()).toContain("echo__pid");
  const none = await client.call("echo__pid");
  expect(none.error).toMatchObject({ data: { code: "project_unknown" } });
  const gone = { headers: { "x-gatehouse-project": join(hub.home, "gone") } };
  expect((await client.call("echo__pid", {}, gone)).error?.message).toContain("is not there");
  const wrong = await client.post(
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { headers: { "x-gatehouse-project": "x" } },
  );
  expect([wrong.status, wrong.messages[0]?.error?.data]).toMatchObject([400, { code: "bad_project" }]);
});
