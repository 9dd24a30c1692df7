import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { hubForTest, marked, PATIENCE, startTestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { echoes, keptHome, listedClient, problems, verified } from "./kit.ts";

const DAY_MS = 86_400_000;

test(
  "what is older than `log` or a server's own `log.days` says is removed, and the chain over the rest still fits",
  async () => {
    const folder = keptHome();
    const servers = { one: echoServer(), two: echoServer() };
    const config = {
      mcpServers: { ...servers, two: { ...servers.two, log: { days: 2 } } },
      log: { days: 30 },
    };
    const first = await startTestHub({ home: folder, config });
    const ada = await listedClient(first);
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
    database.pragma("application_id = 0");
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
    const ada = await listedClient(hub);
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
  "`gatehouse backup` copies the history while calls are made, for its owner alone, and it opens as a home's own",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await listedClient(hub);
    for (let i = 0; i < 30; i += 1) await ada.call("one__echo", { text: `before ${i}` });
    const other = keptHome();
    const file = join(other, "gatehouse.db");
    const copied = hub.command("backup", file);
    for (let i = 0; i < 30; i += 1) await ada.call("one__echo", { text: `meanwhile ${i}` });
    expect(await copied).toContain(file);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);

    // What was chained by then has the other home's key: a keychain, if it is out of reach, might have it.
    const passphrase = join(other, "passphrase");
    writeFileSync(passphrase, "open, please\n", { mode: 0o600 });
    const again = await hubForTest({
      home: other,
      config: { mcpServers: { one: echoServer() }, secrets: { store: "file" } },
      env: { GATEHOUSE_PASSPHRASE_FILE: passphrase },
    });
    await verified(again);
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
