// Consent without a window: what `gatehouse pending` and `gatehouse answer` do, end to end, on a server that counts.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Question } from "../../shared/model/question.ts";
import { hubForTest, type TestHub, textOf } from "../hub/kit.ts";
import { openControl } from "../lib/control.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient, Message } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";

const CONFIG = { consent: { default: "ask", timeoutSeconds: 120 }, mcpServers: { echo: echoServer() } };

async function start(config: Record<string, unknown> = CONFIG) {
  const hub = await hubForTest({ config });
  const client = await hub.connect(await hub.addClient("agent"));
  await client.toolNames();
  return { hub, client };
}

const pendingOf = async (hub: TestHub): Promise<Question[]> =>
  (JSON.parse(await hub.command("pending", "--json")) as { pending: Question[] }).pending;

const theQuestion = (hub: TestHub): Promise<Question> =>
  waitFor(async () => (await pendingOf(hub))[0], { deadlineMs: 30_000, what: "a question" });

/** How often the server itself has been called, from its own count; asking it is a call that has to be allowed. */
const reached = async (hub: TestHub): Promise<number> =>
  (await hub.calls("--tool", "echo")).filter(({ times }) => times.upstream > 0).length;

async function answered(hub: TestHub, call: Promise<Message>, ...answer: string[]): Promise<Message> {
  const { id } = await theQuestion(hub);
  await hub.command("answer", id, ...answer);
  return call;
}

const echo = (client: McpHttpClient, text: string): Promise<Message> => client.call("echo__echo", { text });

describe("headless", () => {
  test("pending shows the call as it was made, and allow-once lets it pass once", async () => {
    const { hub, client } = await start();
    const call = echo(client, "one");
    expect(await theQuestion(hub)).toMatchObject({
      kind: "call",
      client: "agent",
      server: "echo",
      tool: "echo",
      arguments: { text: "one" },
      askedAt: expect.stringMatching(/Z$/),
      deadline: expect.stringMatching(/Z$/),
    });
    expect((await hub.status()).pending).toBe(1);
    expect(textOf(await answered(hub, call, "allow-once"))).toBe("one");
    expect(textOf(await answered(hub, echo(client, "one"), "deny", "--reason", "enough"))).toContain(
      "says: enough",
    );
    expect((await hub.calls("--tool", "echo")).map(({ status }) => status)).toEqual(["denied", "ok"]);
    expect((await hub.calls("--tool", "echo"))[1]?.times.consent).toBeGreaterThan(0);
    expect(await reached(hub)).toBe(1);
  });

  test("allow-session, allow-hour and allow-always let other arguments pass too; always is a rule in the file", async () => {
    const { hub, client } = await start();
    expect(textOf(await answered(hub, echo(client, "a"), "allow-session"))).toBe("a");
    expect(textOf(await echo(client, "b"))).toBe("b");
    await client.endSession();
    const again = await hub.connect(await hub.addClient("other"));
    await again.toolNames();
    expect(textOf(await answered(hub, echo(again, "c"), "allow-hour"))).toBe("c");
    expect(textOf(await echo(again, "d"))).toBe("d");
    const third = await hub.connect(await hub.addClient("third"));
    await third.toolNames();
    expect(textOf(await answered(hub, echo(third, "e"), "allow-always"))).toBe("e");
    expect(textOf(await echo(third, "f"))).toBe("f");
    expect(readFileSync(`${hub.home}/gatehouse.json`, "utf8")).toContain('"madeBy": "cli"');
    expect(JSON.parse(await hub.command("rule", "list", "--json")).rules).toMatchObject([{ uses: 1 }]);
  });

  test("--narrow grants no more than it says, and --arguments sends what the person wrote", async () => {
    const { hub, client } = await start();
    await answered(hub, echo(client, "exactly"), "allow-always", "--narrow", "exact");
    expect(textOf(await echo(client, "exactly"))).toBe("exactly");
    const other = echo(client, "other");
    expect(textOf(await answered(hub, other, "allow-once", "--arguments", '{"text":"edited"}'))).toBe(
      "edited",
    );
    const [last] = await hub.calls("--limit", "1");
    expect(last?.request.arguments).toEqual({ text: "edited" });
  });

  test("the second answer is told that it came too late", async () => {
    const { hub, client } = await start();
    const call = echo(client, "x");
    const { id } = await theQuestion(hub);
    await hub.command("answer", id, "deny");
    const second = await hub.cli(["answer", id, "allow-once"]);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining("not_found")]);
    expect((await call).result?.isError).toBe(true);
    expect(await reached(hub)).toBe(0);
  });

  test("nobody answers: the model is told, and the late allow lets the same call pass once", async () => {
    const { hub, client } = await start({ ...CONFIG, consent: { default: "ask", timeoutSeconds: 1 } });
    expect(textOf(await echo(client, "late"))).toContain("nobody answered within 1 s");
    const late = await theQuestion(hub);
    expect(late.call?.waiting).toBe(0);
    await hub.command("answer", late.id, "allow-once");
    expect(textOf(await echo(client, "late"))).toBe("late");
    expect(textOf(await echo(client, "late"))).toContain("nobody answered within 1 s");
    expect(await reached(hub)).toBe(1);
  });

  test("a call whose client is gone is withdrawn: its connection lost for ten seconds, its session ended", async () => {
    const { hub, client } = await start();
    const gone = new AbortController();
    const call = client.call("echo__echo", { text: "gone" }, { signal: gone.signal }).catch(() => undefined);
    await theQuestion(hub);
    gone.abort();
    await call;
    await waitFor(async () => (await pendingOf(hub)).length === 0, {
      deadlineMs: 40_000,
      what: "the question to be withdrawn",
    });
    const ended = echo(client, "ended").catch(() => undefined);
    await theQuestion(hub);
    await client.endSession();
    await ended;
    expect(await pendingOf(hub)).toEqual([]);
    expect((await hub.calls("--tool", "echo")).map(({ status }) => status)).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect(await reached(hub)).toBe(0);
  });

  test("the end of the hub waits for an answer no longer than it was told to", async () => {
    const { hub, client } = await start();
    const call = echo(client, "x").catch(() => undefined);
    await theQuestion(hub);
    const { port, token } = JSON.parse(readFileSync(`${hub.home}/run.json`, "utf8"));
    const control = await openControl(`ws://127.0.0.1:${port}/control`, token);
    await control.client.call("hub.shutdown", { drainSeconds: 1 });
    expect((await call)?.error?.data).toMatchObject({ code: "shutting_down" });
    control.close();
  });
});
