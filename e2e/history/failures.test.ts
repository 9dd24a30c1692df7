// What goes wrong with the files that hold the history: calls go on or are refused clearly, nothing recorded is lost, and
// the person is told.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { marked, PATIENCE, startTestHub, type TestHub, textOf } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { asWindow, echoes, keptCalls, keptHome, listedClient, problems, segments } from "./kit.ts";

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
    const { token, sessionId, recorded } = await keptCalls(folder, config);
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
