// Closing the window, with and without a tray to bring it back.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Display, startDisplay } from "../lib/display.ts";
import { temporaryHome } from "../lib/hub.ts";
import { processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { type DesktopApp, launchDesktop, quietHome } from "./app.ts";

let display: Display;
let app: DesktopApp | undefined;
const home = quietHome(temporaryHome());
const programs = mkdtempSync(join(tmpdir(), "gatehouse-programs-"));

beforeAll(async () => {
  display = await startDisplay();
});
afterEach(async () => {
  await app?.quit();
  app = undefined;
});
afterAll(async () => {
  await display?.stop();
  rmSync(home, { recursive: true, force: true });
  rmSync(programs, { recursive: true, force: true });
});

const visible = (desktop: DesktopApp): Promise<boolean> =>
  desktop.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false);
const close = (desktop: DesktopApp): Promise<void> =>
  desktop.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

test.runIf(process.platform === "linux")(
  "where a tray is shown, closing the window only hides it",
  async () => {
    // What would ask the session bus whether anything shows status icons says yes.
    writeFileSync(join(programs, "gdbus"), "#!/bin/sh\necho '(true,)'\n", { mode: 0o755 });
    const env = {
      ...display.env,
      PATH: `${programs}${delimiter}${process.env.PATH}`,
      DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent",
    };
    app = await launchDesktop({ home, env });
    await waitFor(() => visible(app as DesktopApp), { deadlineMs: 15_000, what: "the window to be shown" });
    await close(app);
    expect(await visible(app)).toBe(false);
    await app.inMain(({ app: electron }) => void electron.emit("second-instance", {}, ["gatehouse"]));
    expect(await visible(app)).toBe(true);
  },
);

test.runIf(process.platform === "linux")(
  "where none is, closing it quits, and the hub ends too",
  async () => {
    app = await launchDesktop({ home, env: display.env });
    const ended = app.ended;
    await close(app).catch(() => {});
    await ended;
    app = undefined;
    await waitFor(() => processesWith(home).length === 0, {
      deadlineMs: 20_000,
      what: "every process to end",
    });
  },
);
