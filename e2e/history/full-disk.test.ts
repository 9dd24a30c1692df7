// A full disk: calls go on or are refused clearly, nothing recorded is lost, and the person is told.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { callUnderWay, PATIENCE, startTestHub, textOf } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { fillDisk, mountSmallDisk } from "../lib/small-disk.ts";
import { waitFor } from "../lib/wait.ts";
import { echoes, keptCalls, keptHome, listedClient, problems, verified } from "./kit.ts";

/** A home on a tmpfs of so many KB; undefined where it may not be mounted. */
function smallHome(kilobytes: number): string | undefined {
  const folder = keptHome();
  const unmount = mountSmallDisk(folder, kilobytes);
  if (unmount === undefined) return undefined;
  onTestFinished(unmount);
  return folder;
}

/** Has the database's log go on without beginning anew, which would make room on a full disk; gives what lets go of it. */
function holdLog(home: string): () => void {
  const database = new Database(join(home, "gatehouse.db"), { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  database.exec("BEGIN");
  database.prepare("SELECT count(*) FROM call").get();
  return () => database.close();
}

/** Has calls made until one cannot be recorded; gives how many were answered before it. */
async function untilUnrecorded(ada: McpHttpClient, text: string): Promise<number> {
  for (let answered = 0; ; answered += 1) {
    const { error } = await ada.call("one__echo", { text });
    if (error === undefined) continue;
    // This one was under way: its record was tried when its answer was there.
    expect(error.message).toContain("the call was made, but could not be recorded");
    return answered;
  }
}

/** How many calls have reached the server, with this one. */
const reached = async (ada: McpHttpClient): Promise<number> =>
  Number(/^\d+/.exec(textOf(await ada.call("one__count")))?.[0]);

/** A hub in a home, that ends with the test, and what it has recorded: one call of ada's that reached its server. */
async function servingIn(home: string, onFailure: "refuse" | "serve") {
  const hub = await startTestHub({
    home,
    config: { mcpServers: { one: echoServer() }, log: { onFailure } },
  });
  onTestFinished(() => hub.stop());
  const ada = await listedClient(hub);
  expect(await reached(ada)).toBe(1);
  return { hub, ada, recorded: await hub.calls("--limit", "1000") };
}

test(
  "on a full disk no call reaches its server once that is known, each is told so, and it goes on when there is room",
  async (context) => {
    const folder = smallHome(12_000);
    if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
    const { hub, ada, recorded } = await servingIn(folder, "refuse");
    // One call is under way meanwhile, and ends only when it is told to.
    const waiting = await callUnderWay(ada, "one__", { steps: 1_000, delayMs: 50 });
    const letGo = holdLog(folder);
    const free = fillDisk(folder);
    const answered = await untilUnrecorded(ada, "x".repeat(60_000));

    // Known: not one of many at once is made, whatever its size, while the trials for room go on.
    const refusals = await Promise.all(
      Array.from({ length: 40 }, (_, at) => ada.call("one__echo", { text: "y".repeat(at % 2 ? 60_000 : 1) })),
    );
    for (const { error } of refusals) {
      expect(error?.data).toMatchObject({ code: "recording_failed" });
      expect(error?.message).toMatch(/Gatehouse cannot record calls \(.+\), so this one was not made/);
    }
    expect(await problems(hub)).toEqual([
      expect.objectContaining({
        code: "recording_failed",
        message: expect.stringContaining("calls cannot be recorded: "),
        advice: "Make room on the disk: it goes on by itself within seconds. Until then calls are refused.",
      }),
    ]);
    // What was recorded earlier can be read.
    expect(await hub.calls("--limit", "1000")).toEqual(expect.arrayContaining(recorded));
    expect(await echoes(hub)).toHaveLength(answered);

    free();
    letGo();
    await waitFor(async () => (await hub.status()).hub.problems.length === 0, {
      deadlineMs: PATIENCE,
      what: "recording to go on",
    });
    expect(await problems(hub)).toEqual([]);
    // The server has seen: the first count, the call under way, those answered, the one whose record failed, and this.
    expect(await reached(ada)).toBe(1 + 1 + answered + 1 + 1);
    expect((await hub.calls("--limit", "1"))[0]).toMatchObject({ tool: "count", status: "ok" });
    await ada.notify("notifications/cancelled", { requestId: waiting.id });
    expect(await verified(hub)).toMatchObject({ ok: true, findings: [] });
  },
  PATIENCE * 4,
);

test(
  "on a full disk calls are answered without a record where the person wants it so, who is told how many",
  async (context) => {
    const folder = smallHome(12_000);
    if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
    const { hub, ada, recorded } = await servingIn(folder, "serve");
    const free = fillDisk(folder);
    const text = "x".repeat(60_000);
    let calls = 0;
    const noticed = await waitFor(
      async () => {
        calls += 1;
        expect(textOf(await ada.call("one__echo", { text }))).toBe(text);
        return (await problems(hub)).find(({ code }) => code === "recording_failed");
      },
      { deadlineMs: PATIENCE, what: "the full disk to be noticed" },
    );
    expect(noticed.advice).toBe(
      "Make room on the disk: it goes on by itself within seconds. Until then calls are answered without a record.",
    );
    // Not one of many at once is refused.
    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.call("one__echo", { text })));
    for (const answer of answers) expect(textOf(answer)).toBe(text);
    calls += answers.length;
    const kept = (await echoes(hub)).length;
    expect(await hub.calls("--limit", "1000")).toEqual(expect.arrayContaining(recorded));
    const number = `${calls - kept} calls were served without a record since `;
    await waitFor(
      async () => (await hub.status()).hub.problems.some(({ message }) => message.startsWith(number)),
      { deadlineMs: PATIENCE, what: `the person to be told: ${number}` },
    );
    // By now the disk may have taken a small row again.
    expect((await problems(hub)).find(({ code }) => code === "calls_unrecorded")?.advice).toContain(
      '`log.onFailure: "refuse"`',
    );
    free();
    await waitFor(async () => (await hub.status()).hub.problems.length === 1, {
      deadlineMs: PATIENCE,
      what: "recording to go on",
    });
    expect(await reached(ada)).toBe(1 + calls + 1);
    expect((await hub.calls("--limit", "1"))[0]).toMatchObject({ tool: "count", status: "ok" });
    // What was not recorded stays told.
    expect(await problems(hub)).toMatchObject([{ message: expect.stringContaining(number) }]);
    expect(await verified(hub)).toMatchObject({ ok: true, findings: [] });
  },
  PATIENCE * 4,
);

test.for(["serve", "refuse"] as const)(
  "a hub that is started on a full disk (%s) knows its clients and history, says so, and records as soon as there is room",
  { timeout: PATIENCE * 4 },
  async (onFailure, context) => {
    const folder = smallHome(12_000);
    if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
    const config = { mcpServers: { one: echoServer() }, log: { onFailure } };
    const { token, sessionId, recorded } = await keptCalls(folder, config);
    const free = fillDisk(folder);

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    expect(await problems(hub)).toEqual([
      expect.objectContaining({ code: "disk_low", advice: expect.stringContaining("Make room on the disk") }),
    ]);
    expect(await hub.calls("--limit", "1000")).toEqual(recorded);
    const ada = hub.client(token, "/mcp", sessionId);
    // What was reserved takes a few calls, and then it is as on any full disk.
    const text = "x".repeat(60_000);
    await waitFor(
      async () => {
        const answer = await ada.call("one__echo", { text });
        if (onFailure === "refuse") return answer.error?.data?.code === "recording_failed";
        expect(textOf(answer)).toBe(text);
        return (await hub.status()).hub.problems.some(({ code }) => code === "calls_unrecorded");
      },
      { deadlineMs: PATIENCE, what: "a call to be refused, or to go unrecorded" },
    );
    expect(await hub.calls("--limit", "1000")).toEqual(expect.arrayContaining(recorded));
    // Then a backup on another disk is needed most.
    await hub.command("backup", join(keptHome(), "copy.db"));

    free();
    await waitFor(
      async () => (await hub.status()).hub.problems.every(({ code }) => code === "calls_unrecorded"),
      { deadlineMs: PATIENCE, what: "recording to go on" },
    );
    expect(textOf(await ada.call("one__echo", { text: "after" }))).toBe("after");
    expect((await hub.calls("--limit", "1"))[0]).toMatchObject({ tool: "echo", status: "ok" });
    expect(await verified(hub)).toMatchObject({ ok: true, findings: [] });
  },
);

test(
  "a hub that was killed on a full disk starts there again, time after time, and ends in order",
  async (context) => {
    const folder = smallHome(12_000);
    if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
    const config = { mcpServers: { one: echoServer() }, log: { onFailure: "serve" } };
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    const { sessionId } = await first.connect(token);
    const before = first.client(token, "/mcp", sessionId);
    for (let i = 0; i < 5; i += 1) await before.call("one__echo", { text: `kept ${i}` });
    const recorded = await first.calls("--limit", "1000");
    fillDisk(folder);
    await first.kill("SIGKILL");
    await first.stop();
    for (const end of ["SIGKILL", "SIGKILL", "SIGTERM", "SIGKILL"] as const) {
      const hub = await startTestHub({ home: folder, config });
      try {
        const ada = hub.client(token, "/mcp", sessionId);
        expect(textOf(await ada.call("one__echo", { text: "served" }))).toBe("served");
        expect((await hub.status()).hub.problems.map(({ code }) => code)).toContain("disk_low");
        expect(await hub.calls("--limit", "1000")).toEqual(expect.arrayContaining(recorded));
        await hub.kill(end);
      } finally {
        await hub.stop();
      }
      // Whatever room it has left is taken by others.
      fillDisk(folder);
    }
  },
  PATIENCE * 4,
);
