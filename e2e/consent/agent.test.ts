// The agent cannot approve itself (issue 6): with the desktop attached, a server with a shell tries every way it knows.
// Each try is refused or held, recorded in the audit log, and shown to whoever looks there; the call that waits stays.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../shared/model/audit.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { GATEHOUSE, type OwnedHub, startOwnedHub } from "../lib/owned-hub.ts";
import { waitFor } from "../lib/wait.ts";

const WORKBENCH = fileURLToPath(new URL("../fixtures/workbench-server.ts", import.meta.url));
const ATTACK = fileURLToPath(new URL("../fixtures/workbench/attack.ts", import.meta.url));
const workbench = (kind: string, ...more: string[]) => ({
  command: process.execPath,
  args: [WORKBENCH, "--kind", kind, ...more],
});

let hub: OwnedHub;
let client: McpHttpClient;
let waiting: Promise<unknown>;

beforeAll(async () => {
  hub = await startOwnedHub({
    consent: { default: "ask", timeoutSeconds: 600 },
    mcpServers: { shell: workbench("shell"), trusted: workbench("files"), guarded: workbench("files") },
    // The person trusts the shell and one of the file servers.
    rules: [
      { server: "shell", decision: "allow" },
      { server: "trusted", decision: "allow" },
    ],
  });
  const { token } = await hub.owner("clients.add", { name: "agent" });
  client = new McpHttpClient(hub.url, { token });
  await client.initialize();
  await client.toolNames();
  waiting = client.call("guarded__read_file", { path: "/etc/hostname" }).catch((error: unknown) => error);
  await waitFor(async () => (await hub.owner("questions.list", {})).pending.length === 1, {
    deadlineMs: 20_000,
    what: "the question about the guarded call",
  });
});

afterAll(async () => {
  const { pending } = await hub.owner("questions.list", {});
  for (const { id } of pending) await hub.owner("questions.answer", { id, answer: "deny" });
  await waiting;
  client.close();
  await hub[Symbol.asyncDispose]();
});

/** Runs an attack in the shell tool, which the person has allowed; no argument names the home. */
async function attack(what: string): Promise<unknown> {
  const home64 = Buffer.from(hub.home).toString("base64");
  const command = [process.execPath, ATTACK, what, home64, GATEHOUSE].map((word) => `'${word}'`).join(" ");
  const { result } = await client.call("shell__run_command", { command });
  return JSON.parse(result?.content?.[0]?.text ?? "null");
}

const audit = async (): Promise<AuditEntry[]> => (await hub.owner("audit.list", { limit: 200 })).entries;

/** The call waits as before, nothing is allowed that was not, and nobody new is let in. */
async function nothingWon(): Promise<void> {
  const { pending } = await hub.owner("questions.list", {});
  expect(pending.filter(({ kind }) => kind === "call")).toHaveLength(1);
  const { rules, fallback } = await hub.owner("rules.list", {});
  expect([rules.map(({ rule }) => rule.server), fallback]).toEqual([["shell", "trusted"], "ask"]);
  expect((await hub.owner("grants.list", {})).grants).toEqual([]);
  expect((await hub.owner("clients.list", {})).clients.map(({ name }) => name)).toEqual(["agent"]);
  const { calls } = await hub.owner("calls.list", { filter: { server: "guarded" } });
  expect(calls).toEqual([]);
}

describe("an agent with a shell", () => {
  test.each<[string, string, (came: never) => void, RegExp]>([
    [
      "gatehouse answer",
      "answer",
      (came: { code: number; text: string }[]) => {
        expect(came.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
        for (const { text } of came) expect(text).toContain("error: forbidden: ");
      },
      /^operator refused questions\.answer/,
    ],
    [
      "gatehouse rule add",
      "rule",
      (came: { code: number; text: string }[]) => {
        expect(came.map(({ code }) => code)).toEqual([1]);
        for (const { text } of came) expect(text).toContain("error: forbidden: ");
      },
      /^operator refused rules\.add/,
    ],
    [
      "the operator's token of run.json",
      "token",
      (came: unknown) =>
        expect(came).toEqual({ role: "operator", codes: Array.from({ length: 5 }, () => "forbidden") }),
      /^operator refused settings\.set/,
    ],
    [
      "a window of its own, opened with the operator's right",
      "viewer",
      (came: unknown) => expect(came).toEqual({ role: "viewer", codes: ["forbidden", "forbidden"] }),
      /^viewer refused questions\.answer/,
    ],
    [
      "a message that pretends to come from the app's window",
      "window",
      (came: { refused?: string }) => expect(came.refused).toBeTruthy(),
      /^unknown refused login/,
    ],
  ])("tries %s, and is refused, and it is recorded", async (_how, what, refused, recorded) => {
    refused((await attack(what)) as never);
    const entries = await audit();
    const found = entries.find(({ role, act, detail }) => recorded.test(`${role} ${act} ${detail}`));
    expect(found).toBeDefined();
    if (process.platform === "linux") expect(found?.pid).toBeGreaterThan(0);
    // Shown: whoever looks at the log of acts sees it live.
    expect(hub.heard.filter(({ method }) => method === "auditRecorded").length).toBeGreaterThan(0);
    await nothingWon();
  });

  test("adds a server of its own: it is refused, or is a question to the person, and nothing runs", async () => {
    expect(await attack("server")).toMatchObject([
      { code: 1, text: expect.stringContaining("error: forbidden: ") },
      { role: "operator", codes: ["ok"] },
    ]);
    const { pending } = await hub.owner("questions.list", {});
    const asked = pending.find(({ kind }) => kind === "server");
    expect(asked).toMatchObject({ title: "Add the server own", launch: { command: "sh" } });
    expect((await audit()).map(({ act }) => act)).toContain("question.ask");
    expect((await hub.owner("servers.list", {})).servers.map(({ name }) => name)).not.toContain("own");
    await nothingWon();
    await hub.owner("questions.answer", { id: asked?.id ?? "", answer: "deny" });
  });

  test("tries to start a second hub on the same home, and is refused", async () => {
    expect(await attack("second")).toMatchObject({ code: 1, text: expect.stringContaining("hub_running") });
    await nothingWon();
  });

  test("rewrites gatehouse.json: the edit is held, shown with what it loosens, and not in force", async () => {
    const before = readFileSync(join(hub.home, "gatehouse.json"), "utf8");
    expect(await attack("config")).toBe("written");
    const held = await waitFor(
      async () => (await hub.owner("questions.list", {})).pending.find(({ kind }) => kind === "config"),
      { deadlineMs: 20_000, what: "the question about the edit" },
    );
    expect(held.warnings.join("\n")).toContain("consent.default: ask → allow");
    expect((await audit()).map(({ act }) => act)).toContain("config.held");
    await nothingWon();
    await hub.owner("questions.answer", { id: held.id, answer: "deny" });
    await nothingWon();
    writeFileSync(join(hub.home, "gatehouse.json"), before);
  });

  test.each([
    ["reads the operator's token with a file tool", "trusted__read_file", "run.json"],
    ["writes gatehouse.json with a file tool", "trusted__write_file", "gatehouse.json"],
    ["reaches for it in the shell by name", "shell__run_command", "gatehouse.json"],
  ])("%s, though the server is trusted: the built-in rule denies it", async (_how, tool, file) => {
    const path = join(hub.home, file);
    const before = readFileSync(path, "utf8");
    const args = tool.startsWith("shell") ? { command: `echo {} > ${path}` } : { path, content: "{}" };
    const { path: _path, ...rest } = args as Record<string, string>;
    const given = tool.endsWith("read_file") ? { path } : tool.startsWith("shell") ? rest : args;
    const { result } = await client.call(tool, given);
    expect(result?.isError).toBe(true);
    expect(readFileSync(path, "utf8")).toBe(before);
    const { calls } = await hub.owner("calls.list", { limit: 1 });
    expect(calls).toMatchObject([{ status: "denied", rule: expect.stringContaining("built-in") }]);
    await nothingWon();
  });
});
