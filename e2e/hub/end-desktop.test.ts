// The real desktop is killed: its hub ends, and so does everything that the hub has started (issue 7).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { launchDesktop } from "../desktop/app.ts";
import { startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { processesWith } from "../lib/processes.ts";
import { newMark } from "./kit.ts";
import { guardsOf, newHome } from "./trees.ts";
import { nothingSurvives, reapAtEnd, wildTreesUp, writeWildServers } from "./wild-trees.ts";

test.runIf(process.platform === "linux")(
  "when Electron is killed, no process of its hub or of any server's tree is left 3 s later",
  { timeout: 180_000 },
  async () => {
    const display = await startDisplay();
    onTestFinished(() => display.stop());
    const mark = newMark();
    const home = newHome();
    reapAtEnd(mark);
    reapAtEnd(home);
    writeWildServers(home, mark, await freePort());
    const app = await launchDesktop({ home, env: display.env });
    await wildTreesUp(mark);
    const { pid: hub } = JSON.parse(readFileSync(join(home, "run.json"), "utf8"));
    const guards = guardsOf(hub);
    expect(guards).toHaveLength(1);
    const { pid } = app.electron.process();
    if (pid === undefined) throw new Error("the desktop has no process");
    process.kill(pid, "SIGKILL");
    await nothingSurvives(mark, [hub, ...guards]);
    await app.ended;
    expect(processesWith(mark)).toEqual([]);
  },
);
