// By whatever way a hub goes, nothing that it has started is alive three seconds later (issue 7).
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fixtureScript, startHub } from "../lib/hub.ts";
import { GATEHOUSE } from "../lib/owned-hub.ts";
import { waitFor } from "../lib/wait.ts";
import { newMark, PATIENCE } from "./kit.ts";
import { guardsOf, isAlive, newHome } from "./trees.ts";
import { nothingSurvives, reapAtEnd, wildTreesUp, writeWildServers } from "./wild-trees.ts";

describe.runIf(process.platform === "linux")("every tree of a hub is gone within 3 s", () => {
  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("of its %s", async (signal) => {
    const mark = newMark();
    reapAtEnd(mark);
    const home = newHome();
    writeWildServers(home, mark);
    await using hub = await startHub({ home });
    await wildTreesUp(mark);
    const guards = guardsOf(hub.pid);
    expect(guards).toHaveLength(1);
    const ended = hub.kill(signal);
    await nothingSurvives(mark, guards);
    expect(await ended).toMatchObject(signal === "SIGKILL" ? { signal } : { code: 0 });
  });

  test("of the death of the desktop that owns it", async () => {
    const mark = newMark();
    reapAtEnd(mark);
    const home = newHome();
    writeWildServers(home, mark);
    const desktop = spawn(process.execPath, [fixtureScript("desktop-stand-in.ts"), GATEHOUSE, home], {
      stdio: "inherit",
    });
    onTestFinished(() => void desktop.kill("SIGKILL"));
    await wildTreesUp(mark);
    const { pid } = JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
    const guards = guardsOf(pid);
    desktop.kill("SIGKILL");
    await nothingSurvives(mark, [pid, ...guards]);
  });

  test("of the next start, when hub and guard were killed together; who has got one of their pids is left alone", async () => {
    const mark = newMark();
    reapAtEnd(mark);
    const home = newHome();
    writeWildServers(home, mark);
    const first = await startHub({ home });
    onTestFinished(() => first.stop());
    const trees = await wildTreesUp(mark);
    const record = join(home, "children");
    for (const guard of guardsOf(first.pid)) process.kill(guard, "SIGKILL");
    await first.kill("SIGKILL");
    // What heeds its closed stdin may have gone already.
    expect(trees.filter(({ pid }) => isAlive(pid)).length).toBeGreaterThanOrEqual(4);

    // A stranger that got the pid of a server: recorded with a start time that is not its own.
    const stranger = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
    onTestFinished(() => void stranger.kill("SIGKILL"));
    const left = JSON.parse(readFileSync(record, "utf8"));
    left.children.push({ ...left.children[0], pid: stranger.pid });
    writeFileSync(record, JSON.stringify(left));

    const second = await startHub({ home });
    onTestFinished(() => second.stop());
    expect(trees.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    await waitFor(
      () => readFileSync(join(home, "logs", "hub.log"), "utf8").includes("that an earlier hub had left"),
      {
        deadlineMs: PATIENCE,
        what: "the log to say so",
      },
    );
  });
});
