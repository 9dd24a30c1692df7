import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { CallsVerified } from "../../shared/model/history.ts";
import { hubForTest, marked, PATIENCE, startTestHub, type TestHub, textOf } from "../hub/kit.ts";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";

const DAY_MS = 86_400_000;

/** A home that the test keeps over several hubs. */
function home(): string {
  const made = temporaryHome();
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function client(hub: TestHub, name = "ada"): Promise<McpHttpClient> {
  const made = await hub.connect(await hub.addClient(name));
  await made.toolNames();
  return made;
}

/** What `calls verify` says, once every call is chained. */
const verified = (hub: TestHub): Promise<CallsVerified> =>
  waitFor(
    async () => {
      const { stdout } = await hub.cli(["calls", "verify", "--json"]);
      const found = JSON.parse(stdout) as CallsVerified;
      return found.pending === 0 && found.key !== null && found;
    },
    { deadlineMs: PATIENCE, what: "every call to be chained" },
  );

/** Changes the database while no hub has it open. */
function tamper(home: string, ...statements: string[]): void {
  const database = new Database(join(home, "gatehouse.db"));
  try {
    database.pragma("foreign_keys = OFF");
    for (const statement of statements) expect(database.prepare(statement).run().changes).toBeGreaterThan(0);
  } finally {
    database.close();
  }
}

const echoes = async (hub: TestHub): Promise<string[]> =>
  (await hub.calls("--limit", "1000"))
    .filter(({ tool }) => tool === "echo")
    .map(({ server, request }) => `${server} ${request.arguments.text}`);

const problems = async (hub: TestHub): Promise<{ code: string; message: string; advice: string | null }[]> =>
  JSON.parse(await hub.command("status", "--json")).hub.problems;

test(
  "what is older than `log` or a server's own `log.days` says is removed, and the chain over the rest still fits",
  async () => {
    const folder = home();
    const servers = { one: echoServer(), two: echoServer() };
    const config = {
      mcpServers: { ...servers, two: { ...servers.two, log: { days: 2 } } },
      log: { days: 30 },
    };
    const first = await startTestHub({ home: folder, config });
    const ada = await client(first);
    for (const text of ["old", "middle", "new"])
      for (const server of ["one", "two"]) await ada.call(`${server}__echo`, { text });
    const calls = await first.calls();
    await first.stop();
    // The calls become as old as their texts say, and have never been chained.
    const startOf = (text: string): number =>
      Date.now() - { old: 40, middle: 10, new: 0 }[text as "old"] * DAY_MS;
    const database = new Database(join(folder, "gatehouse.db"));
    const move = database.prepare("UPDATE call SET started_at = ? WHERE id = ?");
    for (const { id, tool, request } of calls)
      if (tool === "echo") move.run(startOf(request.arguments.text), id);
    for (const table of ["chain", "chain_gap", "chain_head", "chain_key"])
      database.prepare(`DELETE FROM ${table}`).run();
    database.close();

    const second = await startTestHub({ home: folder, config });
    onTestFinished(() => second.stop());
    await verified(second);
    await waitFor(async () => (await echoes(second)).length === 3, {
      deadlineMs: 90_000,
      what: "old calls to be removed",
    });
    expect(await echoes(second)).toEqual(["two new", "one new", "one middle"]);
    expect(await verified(second)).toMatchObject({ ok: true, findings: [] });

    // A shorter time is taken from the edited file.
    writeFileSync(
      join(folder, "gatehouse.json"),
      JSON.stringify(marked({ ...config, log: { days: 5 } }, second.mark)),
    );
    await waitFor(async () => (await echoes(second)).length === 2, {
      deadlineMs: 90_000,
      what: "more calls to be removed",
    });
    expect(await verified(second)).toMatchObject({ ok: true, findings: [] });
  },
  PATIENCE * 8,
);

test(
  "`log.maxMb` has the oldest calls removed, and the file given back",
  async () => {
    const hub = await hubForTest({
      config: { mcpServers: { one: echoServer() }, log: { maxMb: 0 } },
    });
    const ada = await client(hub);
    const text = Array.from({ length: 20_000 }, (_, i) => `word${i}`).join(" ");
    for (let i = 0; i < 60; i += 1) await ada.call("one__echo", { text: `${i} ${text}` });
    const file = join(hub.home, "gatehouse.db");
    await verified(hub);
    writeFileSync(
      join(hub.home, "gatehouse.json"),
      JSON.stringify(marked({ mcpServers: { one: echoServer() }, log: { maxMb: 4 } }, hub.mark)),
    );
    await waitFor(() => statSync(file).size < 5 * 1_048_576, {
      deadlineMs: 90_000,
      what: "the file to shrink",
    });
    const left = await echoes(hub);
    expect(left[0]).toMatch(/^one 59 /);
    expect(left.length).toBeLessThan(60);
    expect(await verified(hub)).toMatchObject({ ok: true, findings: [] });
  },
  PATIENCE * 5,
);

test(
  "`calls verify` finds what another program has altered, removed or exchanged while the hub was stopped",
  async () => {
    const folder = home();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const ada = await client(first);
    for (let i = 0; i < 12; i += 1) await ada.call("one__echo", { text: `call ${i}` });
    expect(await verified(first)).toMatchObject({ ok: true, findings: [] });
    const [newest] = (await first.calls()).map(({ id }) => id);
    if (newest === undefined) throw new Error("no calls");
    await first.stop();
    const [altered, removed, one, other] = [newest - 1, newest - 3, newest - 6, newest - 8];
    tamper(
      folder,
      `UPDATE call SET status = 1 WHERE id = ${altered}`,
      `DELETE FROM call WHERE id = ${removed}`,
      `UPDATE call SET id = 999999 WHERE id = ${one}`,
      `UPDATE call SET id = ${one} WHERE id = ${other}`,
      `UPDATE call SET id = ${other} WHERE id = 999999`,
    );
    const second = await startTestHub({ home: folder, config });
    onTestFinished(() => second.stop());
    const { code, stdout, stderr } = await second.cli(["calls", "verify", "--json"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error: history_not_whole: ");
    const { ok, findings } = JSON.parse(stdout) as CallsVerified;
    expect(ok).toBe(false);
    const touched = findings.flatMap(({ first: from, last }) =>
      Array.from({ length: last - from + 1 }, (_, at) => from + at),
    );
    expect([...new Set(touched)].sort((a, b) => a - b)).toEqual([other, one, removed, altered]);
    expect(findings.find(({ first: from }) => from === altered)?.kind).toBe("altered");
    expect(findings.find(({ first: from }) => from === removed)?.kind).toBe("removed");
  },
  PATIENCE * 3,
);

test(
  "`gatehouse backup` copies the history while calls are made, for its owner alone, and it opens as a home's own",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await client(hub);
    for (let i = 0; i < 30; i += 1) await ada.call("one__echo", { text: `before ${i}` });
    const other = home();
    const file = join(other, "gatehouse.db");
    const copied = hub.command("backup", file);
    for (let i = 0; i < 30; i += 1) await ada.call("one__echo", { text: `meanwhile ${i}` });
    expect(await copied).toContain(file);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);

    const again = await hubForTest({ home: other, config: { mcpServers: { one: echoServer() } } });
    const found = await echoes(again);
    for (let i = 0; i < 30; i += 1) expect(found).toContain(`one before ${i}`);
    expect((await again.calls("--search", "before 17")).map(({ tool }) => tool)).toEqual(["echo"]);
    expect(await problems(again)).toEqual([]);
    const refused = await hub.cli(["backup", file]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("error: bad_request: ");
  },
  PATIENCE * 3,
);

/** A home on a tmpfs of so many KB; undefined where it may not be mounted. */
function smallHome(kilobytes: number): string | undefined {
  const folder = home();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder]);
  });
  return folder;
}

/** Leaves no room on the disk; gives what frees it again. */
function fill(folder: string): () => void {
  const names: string[] = [];
  for (let size = 1_048_576; size >= 512; size = Math.floor(size / 2)) {
    for (;;) {
      const name = join(folder, `filler-${names.length}`);
      names.push(name);
      try {
        writeFileSync(name, Buffer.alloc(size, 1));
      } catch {
        break;
      }
    }
  }
  return () => {
    for (const name of names) rmSync(name, { force: true });
  };
}

for (const onFailure of ["refuse", "serve"] as const)
  test(
    onFailure === "refuse"
      ? "on a full disk a call is refused before it reaches its server, which is told, and goes on when there is room"
      : "on a full disk calls are answered without a record where the person wants it so, who is told how many",
    async (context) => {
      const folder = smallHome(12_000);
      if (folder === undefined) return context.skip("a small tmpfs can only be mounted by root");
      const hub = await startTestHub({
        home: folder,
        config: { mcpServers: { one: echoServer() }, log: { onFailure } },
      });
      onTestFinished(() => hub.stop());
      const ada = await client(hub);
      const count = async (): Promise<number> => Number(textOf(await ada.call("one__count")));
      const text = "x".repeat(60_000);
      expect(await count()).toBe(1);
      const recorded = (await hub.calls("--limit", "1000")).map(({ id }) => id);
      const free = fill(folder);
      const answers: Awaited<ReturnType<McpHttpClient["call"]>>[] = [];
      await waitFor(
        async () => {
          answers.push(await ada.call("one__echo", { text }));
          return (await problems(hub)).length > 0;
        },
        { deadlineMs: PATIENCE, what: "the full disk to be noticed" },
      );
      const [problem] = await problems(hub);
      expect(problem).toMatchObject({ code: "recording_failed", advice: expect.stringContaining("disk") });
      const answer = await ada.call("one__echo", { text });
      if (onFailure === "refuse") {
        expect(answer.error?.data).toMatchObject({ code: "recording_failed" });
        expect(answers.at(-1)?.error).toBeDefined();
      } else {
        expect(textOf(answer)).toBe(text);
        await waitFor(
          async () =>
            (await problems(hub)).some(({ message }) => /served without a record since/.test(message)),
          { deadlineMs: PATIENCE, what: "the number of unrecorded calls" },
        );
      }
      expect((await hub.calls("--limit", "1000")).map(({ id }) => id)).toEqual(
        expect.arrayContaining(recorded),
      );
      free();
      await waitFor(
        async () => (await problems(hub)).every(({ message }) => message.includes("without a record")),
        { deadlineMs: PATIENCE, what: "recording to go on" },
      );
      const before = (await hub.calls("--limit", "1000")).length;
      const reached = await count();
      expect((await hub.calls("--limit", "1000")).length).toBeGreaterThan(before);
      // The server has counted the calls that reached it: those answered, and at most the one whose record failed.
      const answered = answers.filter(({ error }) => error === undefined).length;
      if (onFailure === "serve") expect(reached).toBe(1 + answers.length + 2);
      else expect(reached - 2 - answered).toBeLessThanOrEqual(answers.length - answered);
    },
    PATIENCE * 4,
  );

/** Segments of calls that the index has, as another program sees them. */
function segments(index: string): number {
  if (!existsSync(index)) return 0;
  try {
    const database = new Database(index, { readonly: true, timeout: 5_000 });
    try {
      return Number(database.prepare("SELECT count(*) FROM segment").pluck().get());
    } finally {
      database.close();
    }
  } catch {
    return 0;
  }
}

test(
  "an index that was removed, or overwritten with nonsense, is made anew and finds what it found",
  async () => {
    const folder = home();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home: folder, config });
    const ada = await client(first);
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
    const folder = home();
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
