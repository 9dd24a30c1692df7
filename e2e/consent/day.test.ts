// How often a person is asked in a day (issue 6): 200 calls of a coding agent over four servers, from nothing.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { Params } from "../../shared/contract.ts";
import type { Question } from "../../shared/model/question.ts";
import { hubForTest } from "../hub/kit.ts";
import { openControl } from "../lib/control.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { callsOfTheDay, makeProject } from "./day.ts";

const MOST_QUESTIONS = 15;
const WORKBENCH = fileURLToPath(new URL("../fixtures/workbench-server.ts", import.meta.url));
const workbench = (kind: string) => ({ command: process.execPath, args: [WORKBENCH, "--kind", kind] });

/**
 * What a careful person answers: an offered rule is taken; work in the project and reading one host is allowed always,
 * but nowhere else; a script that will be run again is allowed exactly as it stands; what happens once, once. Looking
 * at the repository is allowed one by one, until the hub offers the rule.
 */
function answerOf({ id, server, tool, call }: Question): Params<"questions.answer"> {
  const keys = call?.narrowings.map(({ key }) => key) ?? [];
  const always = (narrowing: string) => ({ id, answer: "allow-always" as const, narrowing });
  if (call?.offer !== null && call?.offer !== undefined) return always(call.offer.key);
  if (server === "git" && tool !== "git_commit") return { id, answer: "allow-once" };
  if (server === "shell")
    return /node (?:test|lint)\.js/.test(call?.argumentsText ?? "")
      ? always("exact")
      : { id, answer: "allow-once" };
  const narrowing = ["project", "host", "folder"].find((key) => keys.includes(key));
  return narrowing === undefined ? { id, answer: "allow-once" } : always(narrowing);
}

async function website(): Promise<string> {
  const server = http.createServer((req, res) => res.end(`about ${req.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test(`a day of 200 calls over four servers asks at most ${MOST_QUESTIONS} questions`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-day-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const project = join(folder, "project");
  makeProject(project);
  const calls = callsOfTheDay(project, await website(), await website());
  expect(calls).toHaveLength(200);

  const hub = await hubForTest({
    config: {
      consent: { default: "ask", timeoutSeconds: 60 },
      mcpServers: Object.fromEntries(
        ["files", "shell", "git", "fetch"].map((kind) => [kind, workbench(kind)]),
      ),
    },
  });
  const token = await hub.addClient("agent");
  const { port, token: operator } = JSON.parse(readFileSync(join(hub.home, "run.json"), "utf8"));
  const control = await openControl(`ws://127.0.0.1:${port}/control`, operator);
  onTestFinished(() => control.close());
  const asked: string[] = [];
  let respond = answerOf;
  const failures: unknown[] = [];
  control.client.on("questionAsked", (question) => {
    asked.push(`${question.tool} ${question.call?.argumentsText ?? ""}`);
    control.client.call("questions.answer", respond(question)).catch((error) => failures.push(error));
  });

  // Two sessions, as after a lunch break: what is allowed for a session only would be asked anew.
  for (const half of [calls.slice(0, 100), calls.slice(100)]) {
    const client = new McpHttpClient(hub.url, { token, headers: { "x-gatehouse-project": project } });
    await client.initialize();
    await client.toolNames();
    for (const { tool, args } of half) {
      const { result, error } = await client.call(tool, args);
      expect([tool, error, result?.isError ?? false]).toEqual([tool, undefined, false]);
    }
    await client.endSession();
    client.close();
  }

  expect(failures).toEqual([]);
  expect(asked.length, asked.join("\n")).toBeLessThanOrEqual(MOST_QUESTIONS);
  // What was done was really done, and is in the log.
  expect(readFileSync(join(project, "src", "cli.js"), "utf8")).toBe(
    'export const cli = "version 10"; // checked\n',
  );
  const log = await hub.calls("--limit", "500");
  expect(log.filter(({ status, method }) => status === "ok" && method === "tools/call")).toHaveLength(200);

  // None of it allows more than the person meant: outside of the project, another host, another command are asked.
  const outside = new McpHttpClient(hub.url, { token, headers: { "x-gatehouse-project": project } });
  await outside.initialize();
  await outside.toolNames();
  respond = ({ id }) => ({ id, answer: "deny" });
  const before = asked.length;
  await outside.call("files__read_file", { path: "/etc/hostname" });
  await outside.call("files__write_file", { path: join(folder, "elsewhere.txt"), content: "x" });
  await outside.call("shell__run_command", { command: "id" });
  await outside.call("fetch__fetch", { url: "http://localhost:9/" });
  outside.close();
  expect(asked.length - before).toBe(4);
}, 180_000);
