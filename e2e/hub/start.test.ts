import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryHome } from "../lib/hub.ts";
import { waitFor } from "../lib/wait.ts";
import { PATIENCE } from "./kit.ts";

const START = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));

/** `npm start -- --port 0 ARGS…` on a home of its own, where no window can be shown. */
function start(...args: string[]) {
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const home = temporaryHome();
  const child = spawn(process.execPath, [START, "--port", "0", "--home", home, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(home, { recursive: true, force: true });
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.stderr += text));
  const told = waitFor(() => said.stderr.includes("Stop with Ctrl-C"), {
    deadlineMs: PATIENCE,
    what: "how to connect",
  });
  const stop = async (): Promise<unknown> => {
    child.kill("SIGTERM");
    return (await ended)[0];
  };
  return { home, said, told, stop };
}

test.runIf(process.platform === "linux")(
  "npm start without a display says so, serves, and tells the web UI's address and how to connect",
  async () => {
    const { home, said, told, stop } = start();
    await told;
    const [, url = ""] = /^listening (\S+)\n$/.exec(said.stdout) ?? [];
    expect(said.stderr).toMatch(/^No display .*\nNo window here: serving without one\.$/m);
    const [, ui = ""] = /^Web UI, once and within a minute: (\S+)$/m.exec(said.stderr) ?? [];
    expect(ui).toContain(`${url.replace(/mcp$/, "ui/")}#code=`);
    expect((await fetch(ui)).status).toBe(200);
    expect(said.stderr).toContain(`npm run -s gatehouse -- --home ${home} client add claude-code\n`);
    expect(said.stderr).toContain(`--transport http gatehouse ${url} --header "Authorization: Bearer TOKEN"`);
    expect(await stop()).toBe(0);
  },
);

test("npm start --headless --no-ui serves at once and names no web UI", async () => {
  const { said, told, stop } = start("--headless", "--no-ui");
  await told;
  expect(said.stderr).not.toMatch(/No display|Web UI/);
  expect(await stop()).toBe(0);
});
