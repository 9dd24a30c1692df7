// The desktop's shell in the real Electron, without regard to what the page shows: what the page may and may not do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findElectron } from "../../scripts/electron-runtime.mjs";
import type { Bridge } from "../../shared/bridge.ts";
import { type Display, startDisplay } from "../lib/display.ts";
import { temporaryHome } from "../lib/hub.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { type DesktopApp, launchDesktop, quietHome } from "./app.ts";

interface PageGlobals {
  readonly gatehouse: Bridge;
  readonly require?: unknown;
  readonly process?: unknown;
}

let display: Display;
let app: DesktopApp;
const home = quietHome(temporaryHome());

beforeAll(async () => {
  display = await startDisplay();
  app = await launchDesktop({ home, env: display.env });
});
afterAll(async () => {
  await app?.quit();
  await display?.stop();
  rmSync(home, { recursive: true, force: true });
});

test("the window shows our page, isolated, with the bridge and nothing of Node or Electron", async () => {
  await app.page.waitForLoadState();
  expect(new URL(app.page.url()).host).toBe("app");
  const globals = await app.page.evaluate(() => {
    const page = globalThis as unknown as PageGlobals;
    return [typeof page.gatehouse, typeof page.require, typeof page.process, page.gatehouse.platform];
  });
  expect(globals).toEqual(["object", "undefined", "undefined", process.platform]);
  const preferences = await app.inMain(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences };
    const given = contents.getLastWebPreferences();
    return [given.contextIsolation, given.sandbox, given.nodeIntegration, given.webviewTag];
  });
  expect(preferences).toEqual([true, true, false, false]);
});

test("the page can neither eval, nor load anything from elsewhere, nor reach the network", async () => {
  // As text, because the page's globals are none of Node's; on a timer, because what an inspector runs may eval.
  const outcome = await app.page.evaluate(`new Promise((resolve) => setTimeout(async () => {
    const attempt = (run) => Promise.resolve().then(run).then(() => "worked", () => "refused");
    const image = (src) => new Promise((loaded, failed) => {
      Object.assign(new Image(), { onload: loaded, onerror: failed }).src = src;
    });
    const socket = (url) => new Promise((opened, failed) => {
      Object.assign(new WebSocket(url), { onopen: opened, onerror: failed });
    });
    const inline = () => {
      document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
      if (!window.ran) throw new Error("it did not run");
    };
    resolve([
      await attempt(() => new Function("return 1")()),
      await attempt(inline),
      await attempt(() => fetch("http://127.0.0.1:9/")),
      await attempt(() => image("https://example.com/x.png")),
      await attempt(() => socket("ws://localhost:9/")),
      await attempt(() => fetch("file:///etc/passwd")),
      await attempt(() => image("data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
    ]);
  }))`);
  expect(outcome).toEqual(["refused", "refused", "refused", "refused", "refused", "refused", "worked"]);
});

test("permissions are denied, but for writing to the clipboard", async () => {
  const states: string[] = await app.page.evaluate(`Promise.all(
    ["geolocation", "notifications", "camera", "microphone", "clipboard-read"].map(
      async (name) => (await navigator.permissions.query({ name })).state,
    ),
  )`);
  expect(states).toEqual(states.map(() => "denied"));
  // A click gives the page the focus, which no window manager is there to give.
  await app.page.mouse.click(600, 30);
  await app.page.evaluate('navigator.clipboard.writeText("copied by the page")');
  // The page's own promise settles before the window system has the text.
  await expect
    .poll(() => app.inMain(({ clipboard }) => clipboard.readText()), { timeout: 10_000 })
    .toBe("copied by the page");
  expect(await app.page.evaluate('navigator.clipboard.readText().then(() => "read", () => "refused")')).toBe(
    "refused",
  );
});

test("the page stays where it is: a link leads to a look at its host, and then to the browser", async () => {
  const before = app.page.url();
  await app.inMain(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const opened = (): Promise<string[]> =>
    app.inMain(() => (globalThis as unknown as { opened: string[] }).opened);

  await app.answerDialogs(0);
  await app.page.evaluate('void (location.href = "https://example.com/path")');
  const [shown] = await waitFor(async () => (await app.dialogs()).length > 0 && app.dialogs(), {
    deadlineMs: 10_000,
    what: "the dialog about a link",
  });
  expect(shown).toEqual({
    message: "Open example.com in your browser?",
    detail: "https://example.com/path",
    buttons: ["Cancel", "Open"],
    defaultId: 0,
  });
  expect(await opened()).toEqual([]);

  await app.answerDialogs(1);
  await app.page.evaluate('void window.open("https://example.com/new")');
  await waitFor(async () => (await opened()).length === 1, {
    deadlineMs: 10_000,
    what: "the browser to be asked",
  });
  await app.page.evaluate(`
    window.open("file:///etc/passwd");
    window.open("javascript:alert(1)");
    location.href = "file:///etc/passwd";
  `);
  await app.page.evaluate(() =>
    (globalThis as unknown as PageGlobals).gatehouse.openExternal("https://example.com/b"),
  );
  expect(await opened()).toEqual(["https://example.com/new", "https://example.com/b"]);
  expect(app.page.url()).toBe(before);
  expect(await app.electron.windows()).toHaveLength(1);
});

test("a frame that is not our page may not call the desktop", async () => {
  const answer = await app.inMain(async ({ BrowserWindow }) => {
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { sandbox: false, nodeIntegration: true, contextIsolation: false },
    });
    await stranger.loadURL("data:text/html,<p>stranger");
    const said = await stranger.webContents.executeJavaScript(
      'require("electron").ipcRenderer.invoke("gatehouse:call", "connection")',
    );
    stranger.destroy();
    return said as unknown;
  });
  expect(answer).toEqual({ ok: false, message: "this page may not call the desktop" });
});

test("a second start shows the first window and ends", async () => {
  await app.inMain(({ app: electron }) => {
    Object.assign(globalThis, { second: 0 });
    electron.on("second-instance", () => {
      (globalThis as unknown as { second: number }).second += 1;
    });
  });
  const runtime = await findElectron();
  if ("problem" in runtime) throw new Error(runtime.problem);
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const second = spawn(runtime.path, [...runtime.args, root], {
    env: { ...process.env, ...display.env, GATEHOUSE_HOME: home },
    stdio: "ignore",
  });
  const [code] = await once(second, "exit");
  expect(code).toBe(0);
  await waitFor(() => app.inMain(() => (globalThis as unknown as { second: number }).second === 1), {
    deadlineMs: 10_000,
    what: "the first instance to hear of the second",
  });
});

test("the window comes back where it was, and nothing is left running after quitting", async () => {
  await app.inMain(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 60, y: 70, width: 900, height: 640 }),
  );
  await app.quit();
  await waitFor(() => processesWith(home).length === 0, { deadlineMs: 15_000, what: "every process to end" });
  app = await launchDesktop({ home, env: display.env });
  const bounds = await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  expect(bounds).toEqual({ x: 60, y: 70, width: 900, height: 640 });
});
