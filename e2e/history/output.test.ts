// /dev/full takes nothing, as a file on a full disk.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { hubForTest, PATIENCE } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { keptHome } from "./kit.ts";

const GATEHOUSE = fileURLToPath(new URL("../../dist/node/gatehouse.js", import.meta.url));
const onLinux = test.skipIf(!existsSync("/dev/full"));

/** Runs `gatehouse` with an output that takes nothing. */
function withFullOutput(...args: string[]) {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["ignore", full, "pipe"] });
  closeSync(full);
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stderr }));
  return { child, ended };
}

onLinux(
  "an export whose disk is full has failed, and says so in a sentence",
  async () => {
    const hub = await hubForTest({ config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    await ada.call("one__echo", { text: "a" });
    for (const args of [["calls", "export"], ["calls", "--json"], ["calls"]]) {
      const { code, stderr } = await withFullOutput("--home", hub.home, ...args).ended;
      expect(code).toBe(1);
      expect(stderr).toContain("error: output_unwritable: the output could not be written: ENOSPC");
      expect(stderr).not.toContain("    at ");
    }
  },
  PATIENCE * 2,
);

onLinux(
  "a hub whose own output cannot be written serves all the same",
  async () => {
    const home = keptHome();
    const { child, ended } = withFullOutput("--home", home, "serve", "--port", "0", "--no-ui");
    await waitFor(() => existsSync(join(home, "run.json")) || child.exitCode !== null, {
      deadlineMs: PATIENCE,
      what: "the hub to run",
    });
    expect(child.exitCode).toBeNull();
    child.kill("SIGTERM");
    expect((await ended).stderr).not.toContain("    at ");
  },
  PATIENCE * 2,
);
