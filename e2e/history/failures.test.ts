// What goes wrong with the files that hold the history: calls go on or are refused clearly, nothing recorded is lost, and
// the person is told.
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import {
  callUnderWay,
  marked,
  PATIENCE,
  type RecordedCall,
  startTestHub,
  type TestHub,
  textOf,
} from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { fillDisk, mountSmallDisk } from "../lib/small-disk.ts";
import { waitFor } from "../lib/wait.ts";
import { asWindow, echoes, keptHome, listedClient, problems, segments, verified } from "./kit.ts";

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

test(
  "on a full disk no call reaches its server once that is known, each is told so, and it goes on when there is room",
  async (context) => {
    const folder = smallHome(12_000);
    if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
    const hub = await startTestHub({
      home: folder,
      config: { mcpServers: { one: echoServer() }, log: { onFailure: "refuse" } },
    });
    onTestFinished(() => hub.stop());
    const ada = await listedClient(hub);
    expect(await reached(ada)).toBe(1);
    const recorded = await hub.calls("--limit", "1000");
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
    const hub = await startTestHub({
      home: folder,
      config: { mcpServers: { one: echoServer() }, log: { onFailure: "serve" } },
    });
    onTestFinished(() => hub.stop());
    const ada = await listedClient(hub);
    expect(await reached(ada)).toBe(1);
    const recorded = await hub.calls("--limit", "1000");
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
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    const { sessionId } = await first.connect(token);
    const before = first.client(token, "/mcp", sessionId);
    for (let i = 0; i < 5; i += 1) await before.call("one__echo", { text: `kept ${i}` });
    const recorded = await first.calls("--limit", "1000");
    await first.stop();
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

/** Mounts a file of a home read-only on itself; false where it may not be. */
function boundReadOnly(file: string): boolean {
  try {
    execFileSync("mount", ["--bind", file, file], { stdio: "ignore" });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync("umount", ["-l", file]);
  });
  execFileSync("mount", ["-o", "remount,ro,bind", file], { stdio: "ignore" });
  return true;
}

test(
  "a history that cannot be written is read, the person is told, and calls are refused or served by the setting",
  async (context) => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    const { sessionId } = await first.connect(token);
    const before = first.client(token, "/mcp", sessionId);
    for (let i = 0; i < 5; i += 1) await before.call("one__echo", { text: `kept ${i}` });
    const recorded = await first.calls("--limit", "1000");
    await first.stop();
    if (!boundReadOnly(join(folder, "gatehouse.db")))
      return context.skip("a file can only be mounted read-only by root");

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    const told = (meanwhile: string) => ({
      code: "storage_read_only",
      message: expect.stringContaining("cannot be written"),
      advice: `Make the file writable and restart Gatehouse. Until then calls are ${meanwhile}.`,
    });
    expect(await problems(hub)).toEqual([expect.objectContaining(told("refused"))]);
    expect(await hub.calls("--limit", "1000")).toEqual(recorded);
    expect((await hub.calls("--search", "kept 3")).map(({ tool }) => tool)).toEqual(["echo"]);
    const ada = hub.client(token, "/mcp", sessionId);
    for (let i = 0; i < 3; i += 1)
      expect((await ada.call("one__echo", { text: "not made" })).error).toMatchObject({
        message: expect.stringContaining("so this one was not made"),
        data: { code: "recording_failed" },
      });
    writeFileSync(
      join(folder, "gatehouse.json"),
      JSON.stringify(
        marked(
          { mcpServers: { ...config.mcpServers, two: echoServer() }, log: { onFailure: "serve" } },
          hub.mark,
        ),
      ),
    );
    const served = await waitFor(
      async () => {
        const answer = await ada.call("one__count");
        return answer.error === undefined && answer;
      },
      { deadlineMs: PATIENCE, what: "the setting to be taken" },
    );
    // The server has never seen those that were refused.
    expect(textOf(served)).toMatch(/^1\b/);
    // What a new server lists, and that the file was edited, cannot be kept either: neither ends the hub.
    await waitFor(async () => (await ada.toolNames()).includes("two__echo"), {
      deadlineMs: PATIENCE,
      what: "the tools of the new server",
    });
    expect(textOf(await ada.call("two__echo", { text: "served" }))).toBe("served");
    await waitFor(
      async () => (await hub.status()).hub.problems.some(({ message }) => message.startsWith("2 calls")),
      { deadlineMs: PATIENCE, what: "the calls without a record to be told" },
    );
    expect(await problems(hub)).toMatchObject([
      told("answered without a record"),
      { message: expect.stringMatching(/^2 calls were served without a record since /) },
    ]);
    expect(await hub.calls("--limit", "1000")).toEqual(recorded);
  },
  PATIENCE * 3,
);

/** Overwrites one page in the middle of a table. */
function corrupt(home: string, table: string): void {
  const file = join(home, "gatehouse.db");
  const database = new Database(file, { readonly: true });
  const pageSize = Number(database.pragma("page_size", { simple: true }));
  const pages = database
    .prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path")
    .pluck()
    .all(table);
  database.close();
  const page = pages[Math.floor(pages.length / 2)];
  if (page === undefined) throw new Error(`${table} has no page`);
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(pageSize, 0xa5), 0, pageSize, (page - 1) * pageSize);
  closeSync(handle);
}

/** Overwrites a page of payloads, which no other table's reading depends on; gives the calls whose payloads lay there. */
function corruptPayloads(home: string): number[] {
  corrupt(home, "payload");
  const after = new Database(join(home, "gatehouse.db"), { readonly: true });
  const read = after.prepare("SELECT request, result FROM payload WHERE call_id = ?");
  const lost = after
    .prepare<[], number>("SELECT id FROM call ORDER BY id")
    .pluck()
    .all()
    .filter((id) => {
      try {
        return read.get(id) === undefined;
      } catch {
        return true;
      }
    });
  after.close();
  return lost;
}

test(
  "a corrupted page is found after an unclean end and told; all other calls are there, and recording goes on",
  async () => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const ada = await listedClient(first);
    for (let i = 0; i < 150; i += 1) await ada.call("one__echo", { text: `${i} ${"word ".repeat(100)}` });
    const recorded = await first.calls("--limit", "1000");
    await first.stop();
    const lost = corruptPayloads(folder);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(20);
    const second = await startTestHub({ home: folder, config });
    await second.connect(await second.addClient("bob"));
    await second.kill("SIGKILL");
    await second.stop();

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    await waitFor(async () => (await hub.status()).hub.problems.length > 0, {
      deadlineMs: PATIENCE,
      what: "the database to be looked over",
    });
    expect(await problems(hub)).toEqual([
      {
        code: "database_damaged",
        message: expect.stringContaining(join(folder, "gatehouse.db")),
        advice: expect.stringContaining("gatehouse backup"),
      },
    ]);
    // Each call stays in the list; only the contents that lay on the page are gone, which is said of each.
    const listed = await hub.cli(["calls", "--json", "--limit", "1000"]);
    const found = (JSON.parse(listed.stdout) as { calls: RecordedCall[] }).calls;
    const kept = recorded.map((call) =>
      lost.includes(call.id) ? { ...call, request: null, result: null, error: null } : call,
    );
    expect(found.slice(-recorded.length)).toEqual(kept);
    for (const id of lost) expect(listed.stderr).toContain(`the contents of call ${id} cannot be read: `);
    const lines = (await hub.command("calls", "export", "--tool", "echo")).trimEnd().split("\n");
    expect(lines).toHaveLength(150);
    const bob = await hub.connect(await hub.addClient("eve"));
    expect(textOf(await bob.call("one__echo", { text: "after" }))).toBe("after");
    expect((await hub.calls("--limit", "1"))[0]).toMatchObject({ tool: "echo", status: "ok" });
  },
  PATIENCE * 3,
);

test(
  "with a damaged page of calls the hub serves, records, says so, and lists all others",
  async () => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const ada = await listedClient(first);
    for (let i = 0; i < 3; i += 1)
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => ada.call("one__echo", { text: `${i * 100 + at}` })),
      );
    const recorded = await first.calls("--limit", "1000");
    await verified(first);
    await first.stop();
    corrupt(folder, "call");

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    const bob = await hub.connect(await hub.addClient("bob"));
    expect(textOf(await bob.call("one__echo", { text: "after" }))).toBe("after");
    const found = await hub.calls("--limit", "1000");
    expect(found[0]).toMatchObject({ tool: "echo", client: "bob", status: "ok" });
    const kept = found.filter(({ client }) => client === "ada");
    expect(kept.length).toBeGreaterThan(150);
    expect(recorded).toEqual(expect.arrayContaining(kept));
    const { code, stdout } = await hub.cli(["calls", "verify", "--json"]);
    const lost = recorded.filter(({ id }) => kept.every((call) => call.id !== id)).map(({ id }) => id);
    expect({ code, findings: JSON.parse(stdout).findings }).toEqual({
      code: 1,
      findings: [{ kind: "unreadable", first: Math.min(...lost), last: Math.max(...lost) }],
    });
    expect(await problems(hub)).toMatchObject([{ code: "database_damaged" }]);
  },
  PATIENCE * 3,
);

test.each([
  ["sessions", "session"],
  ["what was accepted of servers", "pin"],
  ["uses of rules", "rule_use"],
])(
  "with the page of %s damaged the hub starts, serves its clients, records, and says so",
  async (_, table) => {
    const folder = keptHome();
    const config = {
      mcpServers: { one: echoServer() },
      rules: [{ id: "echoes", tool: "echo", decision: "allow" }],
      log: { onFailure: "refuse" },
    };
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    await (await first.connect(token)).call("one__echo", { text: "kept" });
    await first.stop();
    corrupt(folder, table);

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    const ada = await hub.connect(token);
    expect(textOf(await ada.call("one__echo", { text: "after" }))).toBe("after");
    expect(await echoes(hub)).toEqual(["one after", "one kept"]);
    expect(await problems(hub)).toMatchObject([{ code: "database_damaged" }]);
  },
  PATIENCE * 3,
);

test(
  "with the page of clients damaged the hub starts, shows its history, says so, and admits nobody whom it cannot know",
  async () => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    await (await first.connect(token)).call("one__echo", { text: "kept" });
    await first.stop();
    corrupt(folder, "client");

    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    expect(await problems(hub)).toMatchObject([{ code: "database_damaged" }]);
    expect(await echoes(hub)).toEqual(["one kept"]);
    const { status } = await hub.client(token).post({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect(status).toBe(401);
  },
  PATIENCE * 3,
);

test(
  "an index that was removed, or overwritten with nonsense, is made anew and finds what it found",
  async () => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const ada = await listedClient(first);
    for (let i = 0; i < 24; i += 1)
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => ada.call("one__echo", { text: `数 needle-${i * 100 + at};` })),
      );
    await first.stop();
    const index = join(folder, "search.db");
    const finds = async (hub: TestHub): Promise<void> => {
      for (const number of [0, 1_203, 2_399])
        expect((await hub.calls("--search", `needle-${number};`)).map(({ tool }) => tool)).toEqual(["echo"]);
      expect(await hub.calls("--search", "needle-2400;")).toEqual([]);
    };
    const spoils = [
      () => rmSync(index),
      () => writeFileSync(index, "not an index at all\n".repeat(5_000)),
      () => writeFileSync(index, readFileSync(index).fill(0xa5, 4_096)),
    ];
    for (const spoil of spoils) {
      for (const name of ["search.db-wal", "search.db-shm"]) rmSync(join(folder, name), { force: true });
      spoil();
      const hub = await startTestHub({ home: folder, config });
      try {
        await finds(hub);
        await waitFor(() => segments(index) > 0, {
          deadlineMs: PATIENCE,
          what: "the index to be made anew",
        });
        await finds(hub);
        // A window sees how far it has come; it is no fault that the person has to do something about.
        await waitFor(
          async () => {
            const { through, of } = (await asWindow(hub, (control) => control.call("calls.state", {})))
              .indexed;
            expect(through).toBeLessThanOrEqual(of);
            return of >= 2_400 && through === of;
          },
          { deadlineMs: PATIENCE, what: "the index to reach the newest call" },
        );
        expect(await problems(hub)).toEqual([]);
      } finally {
        await hub.stop();
      }
    }
  },
  PATIENCE * 5,
);

test(
  "the history of a newer Gatehouse can be read, nothing is recorded, and the person is told",
  async () => {
    const folder = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const token = await first.addClient("ada");
    const ada = await first.connect(token);
    await ada.call("one__echo", { text: "kept" });
    await first.stop();
    const database = new Database(join(folder, "gatehouse.db"));
    database.exec("CREATE TABLE of_the_future (a); PRAGMA user_version = 999");
    database.close();
    const hub = await startTestHub({ home: folder, config });
    onTestFinished(() => hub.stop());
    expect(await problems(hub)).toMatchObject([
      { code: "storage_newer", message: expect.stringContaining("newer Gatehouse") },
    ]);
    expect(await echoes(hub)).toEqual(["one kept"]);
    expect((await hub.calls("--search", "kept")).map(({ tool }) => tool)).toContain("echo");
    const after = new Database(join(folder, "gatehouse.db"), { readonly: true });
    expect(after.pragma("user_version", { simple: true })).toBe(999);
    after.close();
  },
  PATIENCE * 2,
);
