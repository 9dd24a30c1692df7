import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chainKey, type Home, makeHome } from "./fixtures/storage.ts";

const appender = fileURLToPath(new URL("./fixtures/appender.ts", import.meta.url));
let home: Home;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await home.dispose();
});

test("what was reported as committed survives SIGKILL at any moment, and the database opens clean", async () => {
  const reported = new Map<number, number>();
  for (let round = 0; round < 3; round++) {
    const process_ = spawn(process.execPath, [appender, home.file], { stdio: ["ignore", "pipe", "inherit"] });
    child = process_;
    const exited = once(process_, "close");
    const enough = 100 + Math.floor(Math.random() * 400);
    let output = "";
    let lines = 0;
    process_.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      lines += data.toString().split("\n").length - 1;
      if (lines >= enough) process_.kill("SIGKILL");
    });
    await exited;
    for (const line of output.slice(0, output.lastIndexOf("\n")).split("\n")) {
      const [id, number] = line.split(" ");
      reported.set(Number(id), Number(number));
    }

    const storage = home.open();
    const newest = Math.max(...reported.keys());
    const detail = await storage.calls.get(newest, 20);
    expect(detail?.durationUs).toBe(reported.get(newest));
    // Each is found by the text that only it holds, wherever the index has got to.
    const sought = [...reported].filter((_, at) => at % 25 === 0);
    for (const [id, number] of [...sought, [newest, reported.get(newest)] as const]) {
      const { calls, searched } = await storage.calls.list(
        { search: `NUMBER-${number}-数` },
        10_000,
        undefined,
      );
      expect(searched?.through).toBe(searched?.of);
      expect(calls.map((call) => call.id)).toContain(id);
    }
    // The chain may have been killed before it had begun; one that had must have been made with this key.
    expect(await storage.history.takeKeys([chainKey], "empty")).toBe("file");
    let verified = await storage.history.verify(() => {});
    while (verified.pending > 0 && verified.ok) verified = await storage.history.verify(() => {});
    expect(verified).toMatchObject({ ok: true, findings: [], pending: 0 });
    await storage.close();

    const database = new Database(home.file, { readonly: true });
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("foreign_key_check")).toEqual([]);
    const stored = new Map(
      database.prepare<[], [number, number]>("SELECT id, duration_us FROM call").raw().all() as [
        number,
        number,
      ][],
    );
    for (const [id, number] of reported) expect(stored.get(id), `call ${id}`).toBe(number);
    expect(
      database
        .prepare(
          "SELECT count(*) FROM payload_chunk WHERE chunk_set NOT IN (SELECT chunk_set FROM payload WHERE chunk_set IS NOT NULL)",
        )
        .pluck()
        .get(),
    ).toBe(0);
    database.close();
  }
  expect(
    home.messages.filter(
      (message) =>
        !/^info: (removed|the database was looked over after an unclean end and is whole)/.test(message),
    ),
  ).toEqual([]);
});
