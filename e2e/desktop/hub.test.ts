// The desktop and its hub in the real Electron: start, death, taking over, and the end.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Bridge, HubConnection } from "../../shared/bridge.ts";
import { type RunFile, runFileSchema } from "../../shared/contract.ts";
import { openControl } from "../lib/control.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { freePort } from "../lib/free-port.ts";
import { startHub, temporaryHome } from "../lib/hub.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { type DesktopApp, launchDesktop, quietHome } from "./app.ts";

let display: Display;
let home = "";
let port = 0;
let app: DesktopApp | undefined;

beforeAll(async () => {
  display = await startDisplay();
});
beforeEach(async () => {
  await app?.quit();
  app = undefined;
  if (home !== "") rmSync(home, { recursive: true, force: true });
  port = await freePort();
  home = quietHome(temporaryHome(), port);
});
afterAll(async () => {
  await app?.quit();
  await display?.stop();
  rmSync(home, { recursive: true, force: true });
});

const runFile = (): RunFile => runFileSchema.parse(JSON.parse(readFileSync(join(home, "run.json"), "utf8")));
const connection = (desktop: DesktopApp): Promise<HubConnection> =>
  desktop.page.evaluate(() => (globalThis as unknown as { gatehouse: Bridge }).gatehouse.connection());
const connected = (desktop: DesktopApp) =>
  waitFor(
    async () => {
      // The page may still be on its way.
      const answer = await connection(desktop).catch(() => undefined);
      return answer !== undefined && "url" in answer && answer;
    },
    { deadlineMs: 30_000, what: "the hub to run" },
  );
const allEnded = () =>
  waitFor(() => processesWith(home).length === 0, { deadlineMs: 20_000, what: "every process to end" });

test("a hub that is killed is reported down, started again on its port, and ends with the desktop", async () => {
  app = await launchDesktop({ home, env: display.env });
  const first = await connected(app);
  const { pid } = runFile();
  await app.page.evaluate(() => {
    const page = globalThis as unknown as { gatehouse: Bridge; answers: HubConnection[] };
    page.answers = [];
    page.gatehouse.onHubChange(() => {
      void page.gatehouse.connection().then((answer) => page.answers.push(answer));
    });
  });
  process.kill(pid, "SIGKILL");
  const answers = () =>
    (app as DesktopApp).page.evaluate(() => (globalThis as unknown as { answers: HubConnection[] }).answers);
  await waitFor(async () => (await answers()).some((answer) => "url" in answer), {
    deadlineMs: 30_000,
    what: "the hub to be back",
  });
  const [down, ...later] = await answers();
  expect(down).toMatchObject({ down: "The hub has stopped: it was ended by SIGKILL.", attempt: 1 });
  expect(later.at(-1)).toMatchObject({ url: first.url });
  expect(runFile().pid).not.toBe(pid);
  await app.quit();
  app = undefined;
  await allEnded();
});

test("a desktop takes over from a headless hub, on the same port", async () => {
  const headless = await startHub({ home, port });
  try {
    app = await launchDesktop({ home, env: display.env });
    expect(await connected(app)).toMatchObject({ url: `ws://127.0.0.1:${port}/control` });
    expect((await headless.exited).code).toBe(0);
    expect(runFile().pid).not.toBe(headless.pid);
  } finally {
    await headless.stop();
  }
});

test("a change that another viewer asks for waits for the person's dialog, and a viewer cannot make it", async () => {
  app = await launchDesktop({ home, env: display.env });
  const { url, token } = await connected(app);
  const viewer = await openControl(url, token);
  try {
    const config = { command: "sudo", args: ["true"], enabled: false };
    await expect(viewer.client.call("servers.add", { name: "asked", config })).rejects.toMatchObject({
      code: "forbidden",
    });
    await app.answerDialogs(1, true);
    const answered = new Promise((resolve) => viewer.client.on("questionAnswered", resolve));
    const { id } = await viewer.client.call("questions.ask", {
      change: { type: "server.add", name: "asked", config },
    });
    expect(await answered).toEqual({ id, answer: "approve", by: "owner" });
    expect((await app.dialogs())[0]).toMatchObject({
      message: "Add the server “asked”?",
      detail: expect.stringMatching(/⚠ sudo.*\n\n.*\n\nsudo\n {4}true\n/),
    });
    await waitFor(async () => (await viewer.client.call("servers.list", {})).servers[0]?.name === "asked", {
      deadlineMs: 10_000,
      what: "the server to be listed",
    });
    // The person has checked the dialog's box; nothing that the page says could have.
    expect((await viewer.client.call("servers.get", { name: "asked" })).consent).toEqual({
      decision: "allow",
      by: "rules[0]",
    });
  } finally {
    viewer.close();
  }
});

test("a hand edit that would run something is held until the person approves it", async () => {
  app = await launchDesktop({ home, env: display.env });
  const { url, token } = await connected(app);
  const viewer = await openControl(url, token);
  try {
    await app.answerDialogs(1);
    writeFileSync(
      join(home, "gatehouse.json"),
      JSON.stringify({
        listen: { port },
        mcpServers: { edited: { command: "some-command", enabled: false } },
      }),
    );
    await waitFor(async () => (await viewer.client.call("servers.list", {})).servers[0]?.name === "edited", {
      deadlineMs: 20_000,
      what: "the edit to be taken over",
    });
    const [dialog] = await app.dialogs();
    expect(dialog?.message).toContain("gatehouse.json");
    expect(dialog?.detail).toContain("edited");
  } finally {
    viewer.close();
  }
});

test("when the desktop is killed, its hub ends too", async () => {
  app = await launchDesktop({ home, env: display.env });
  await connected(app);
  const { pid } = app.electron.process();
  if (pid === undefined) throw new Error("the desktop has no process");
  process.kill(pid, "SIGKILL");
  app = undefined;
  await allEnded();
});
