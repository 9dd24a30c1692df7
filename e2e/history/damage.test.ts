// Damaged pages of the history: what can be read is shown, calls go on, and the person is told.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { PATIENCE, type RecordedCall, startTestHub, textOf } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { echoes, keptHome, listedClient, problems, verified } from "./kit.ts";

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
