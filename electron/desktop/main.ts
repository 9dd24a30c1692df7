/**
 * The desktop app: windows, tray, native dialogs, and the hub's supervision. It owns nothing that a call needs: the
 * hub is a process of its own, and goes on whatever happens here.
 */
import { mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { app, protocol } from "electron";
import { chooseHomeFolder } from "../../shared/home.ts";
import { runDesktop } from "./app.ts";
import { desktopArguments } from "./system/arguments.ts";
import { APP_SCHEME } from "./window/navigation.ts";

protocol.registerSchemesAsPrivileged([
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
app.setName("Gatehouse");
if (process.platform === "win32") app.setAppUserModelId("dev.gatehouse.desktop");

const { home: option, hidden } = desktopArguments(process.argv);
const home = chooseHomeFolder(
  option,
  { platform: process.platform, env: process.env, homedir: os.homedir(), cwd: process.cwd() },
  path,
);
const userData = path.join(home, "desktop");
mkdirSync(home, { recursive: true, mode: 0o700 });
mkdirSync(userData, { recursive: true, mode: 0o700 });
app.setPath("userData", userData);
app.setPath("sessionData", userData);

// One desktop per home: the lock lies in the user data.
if (app.requestSingleInstanceLock()) {
  // This file is dist/desktop/main.js, in a checkout and in a packaged app alike.
  runDesktop({ home, userData, hidden, root: fileURLToPath(new URL("../..", import.meta.url)) });
} else {
  app.quit();
}
