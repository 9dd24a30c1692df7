import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { type EraClient, REVISIONS, type Revision } from "./client.ts";
import { ANSWERS, call, textOf, told, until } from "./expectation.ts";
import { PairClient } from "./pair-client.ts";
import { SessionClient } from "./session-client.ts";
import { StatelessClient } from "./stateless-client.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/tasks-server.ts", import.meta.url));
const ERAS = ["session", "stateless"] as const;
const RELATED = "io.modelcontextprotocol/related-task";

let hub: RunningHub;
beforeAll(async () => {
  const server = (era: string) => ({ command: process.execPath, args: [FIXTURE, "--era", era] });
  hub = await startHub({
    config: {
      access: { anonymous: "allow" },
      consent: { default: "allow" },
      mcpServers: { session: server("session"), stateless: server("stateless"), second: server("session") },
    },
  });
  const client = new McpHttpClient(hub.url);
  await client.initialize();
  await waitFor(async () => (await client.toolNames()).length === 9, {
    deadlineMs: 30_000,
    what: "the tools",
  });
  await client.endSession();
  client.close();
});
afterAll(() => hub?.[Symbol.asyncDispose]());

const open = async (revision: Revision, name: string, answers = ANSWERS): Promise<EraClient> => {
  const url = name === "" ? hub.url : `${hub.url}/s/${name}`;
  if (revision === "2024-11-05") return PairClient.open(url, answers);
  return revision === "2026-07-28"
    ? new StatelessClient(url, { ...answers, tasks: () => ({}) })
    : SessionClient.open(url, revision, answers);
};

/** Whether the client can have tasks of this server: both speak of the same kind. */
const hasTasks = (revision: Revision, era: string): boolean =>
  (revision === "2025-11-25" && era === "session") || (revision === "2026-07-28" && era === "stateless");

/** Why a client has no tasks of a server, by the specifications. */
const because = (revision: Revision, era: string): string => {
  if (era === "stateless")
    return "tools of a stateless server have no execution.taskSupport, which forbids it";
  return revision === "2026-07-28"
    ? "under the extension a server, here the hub, decides by itself to give the answer"
    : "tasks came with 2025-11-25";
};

/** Calls a tool as a task; resolves with the task. */
async function begin(client: EraClient, name: string): Promise<{ taskId: string; status: string }> {
  const task = client.era === "session" ? { task: { ttl: 60_000 } } : {};
  const { answer } = await client.request("tools/call", { name, arguments: {}, ...task });
  if (client.era === "stateless") expect(answer.result?.resultType).toBe("task");
  return client.era === "session" ? answer.result.task : answer.result;
}

/** Asks for a task until it is in a state. */
const reached = (client: EraClient, taskId: string, status: string) =>
  until(async () => {
    const { answer } = await client.request("tasks/get", { taskId });
    return answer.result?.status === status ? answer.result : undefined;
  }, `the task to be ${status}`);

for (const era of ERAS)
  describe(`tasks of a server of the ${era} era`, () => {
    for (const revision of REVISIONS)
      describe(`and a client of ${revision}`, () => {
        if (hasTasks(revision, era)) own(revision, era);
        else seenThrough(revision, era);
      });
  });

/** Rows of the pairs that speak of the same kind of task: they are the client's own. */
function own(revision: Revision, era: string): void {
  it("a call gives the server's task, its states, and the final result word for word", async () => {
    await using client = await open(revision, era);
    const { taskId, status } = await begin(client, "research");
    expect(status).toBe("working");
    const last = await reached(client, taskId, "completed");
    const done = { content: [{ type: "text", text: `task ${taskId} is done` }], exact: 1 };
    if (revision === "2026-07-28") expect(last.result).toEqual(done);
    else {
      const { answer } = await client.request("tasks/result", { taskId });
      expect(answer.result).toEqual({ ...done, _meta: { [RELATED]: { taskId } } });
    }
  });

  it("what a task needs to know its client is asked", async () => {
    await using client = await open(revision, era);
    const { taskId } = await begin(client, "ask");
    const waiting = await reached(client, taskId, "input_required");
    if (revision === "2026-07-28") {
      expect(waiting.inputRequests.who.params.message).toBe("Who is it for?");
      const who = { action: "accept", content: { name: "Ada" } };
      await client.request("tasks/update", { taskId, inputResponses: { who } });
      expect((await reached(client, taskId, "completed")).result.content[0].text).toBe("for Ada");
    } else {
      const { answer, asked } = await client.request("tasks/result", { taskId });
      expect(asked).toMatchObject([
        { method: "elicitation/create", params: { _meta: { [RELATED]: { taskId } } } },
      ]);
      expect(answer.result.content[0].text).toBe("for name 1");
    }
  });

  it("a task is cancelled", async () => {
    await using client = await open(revision, era);
    const { taskId } = await begin(client, "ask");
    expect((await client.request("tasks/cancel", { taskId })).answer.error).toBeUndefined();
    await reached(client, taskId, "cancelled");
  });

  it("an unknown task is -32602", async () => {
    await using client = await open(revision, era);
    const { answer } = await client.request("tasks/get", { taskId: "999" });
    expect(answer.error?.code).toBe(-32602);
  });

  if (revision === "2026-07-28") {
    it("RULED OUT: tasks are listed (tasks/list and tasks/result are gone from the extension)", async () => {
      await using client = await open(revision, era);
      for (const method of ["tasks/list", "tasks/result"]) {
        const { answer, status } = await client.request(method, { taskId: "1" });
        expect([status, answer.error?.code]).toEqual([404, -32601]);
      }
    });
    it("a client that does not declare the extension is told what it lacks", async () => {
      await using client = new StatelessClient(`${hub.url}/s/${era}`, ANSWERS);
      for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
        const { answer, status } = await client.request(method, { taskId: "1" });
        expect([status, answer.error?.code]).toEqual([400, -32021]);
      }
    });
    return;
  }

  it("a task is told of and listed to its owner, and is unknown to every other client", async () => {
    await using client = await open(revision, era);
    await using other = await open(revision, era);
    await using hearing = await client.hear({});
    await using others = await other.hear({});
    const { taskId } = await begin(client, "research");
    const states = () => told(hearing.messages, "notifications/tasks/status").map(({ params }) => params);
    expect(await until(() => states()[0], "the state")).toMatchObject({ taskId, status: "completed" });
    expect(others.messages).toEqual([]);
    for (const method of ["tasks/get", "tasks/result", "tasks/cancel"])
      expect((await other.request(method, { taskId })).answer.error?.code).toBe(-32602);
    const listed = async (each: EraClient) => {
      const { answer } = await each.request("tasks/list");
      return answer.result.tasks.map((task: { taskId: string }) => task.taskId);
    };
    expect([await listed(client), await listed(other)]).toEqual([[taskId], []]);
  });

  it("tasks of several servers are listed together, and those of one id are told apart", async () => {
    await using client = await open(revision, "");
    const seen = new Map<string, string>();
    // Ids count up at each server: sooner or later both give the same.
    for (const tool of ["session__research", "second__research"])
      for (let n = 0; n < 12; n++) {
        const { taskId } = await begin(client, tool);
        expect(seen.has(taskId)).toBe(false);
        seen.set(taskId, tool);
      }
    const renamed = [...seen.keys()].filter((id) => !/^\d+$/.test(id));
    expect(renamed.length).toBeGreaterThan(0);
    const { answer } = await client.request("tasks/list");
    expect(answer.result.tasks.map(({ taskId }: { taskId: string }) => taskId).sort()).toEqual(
      [...seen.keys()].sort(),
    );
    for (const taskId of renamed.slice(0, 2)) {
      const result = (await client.request("tasks/result", { taskId })).answer.result;
      expect(result._meta[RELATED].taskId).toBe(taskId);
      expect(`task ${taskId} is done`).toContain(result.content[0].text.split(" ")[1]);
    }
  });
}

/** Rows of the other pairs: the hub sees the task through, and the client gets the final answer. */
function seenThrough(revision: Revision, era: string): void {
  const why = because(revision, era);

  it(`RULED OUT: a call gives a task (${why}); it gives the final answer`, async () => {
    await using client = await open(revision, era);
    const { answer } = await client.request("tools/call", { name: "must", arguments: {}, task: {} });
    expect(answer.result.content[0].text).toMatch(/^task \d+ is done$/);
    expect(answer.result).toMatchObject({ exact: 1 });
  });

  it("what the task needs to know is asked as for any call", async () => {
    await using client = await open(revision, era);
    const exchange = await call(client, "ask");
    if (revision < "2025-06-18") {
      // Elicitation came with 2025-06-18.
      expect(exchange.asked).toEqual([]);
      return;
    }
    expect(exchange.asked.map(({ method }) => method)).toEqual(["elicitation/create"]);
    expect(textOf(exchange)).toBe("for name 1");
  });

  it("tasks are not offered, and their methods not known, where the server has none for this client", async () => {
    await using client = await open(revision, era);
    if (era === "session" && revision !== "2026-07-28") return;
    const { answer } = await client.request("tasks/get", { taskId: "1" });
    expect(answer.error?.code).toBe(-32601);
  });
}
