// Starts the desktop app in development: a display, the system's libraries, an Electron, then the built app.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findElectron } from "./electron-runtime.mjs";
import { ensurePackages, missingPackages } from "./lib/system-packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Whether windows can be shown here. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Runs the app until it ends and returns its exit code, or undefined when the desktop cannot be shown here: then the
 * reason, and what to do about it, has been said on stderr, and the caller serves the web UI instead.
 * @param {string[]} args passed on to the app
 * @returns {Promise<number | undefined>}
 */
export async function launchDesktop(args) {
  const say = (line) => process.stderr.write(`${line}\n`);
  if (!hasDisplay()) {
    say("No display (neither DISPLAY nor WAYLAND_DISPLAY is set): the desktop app needs one.");
    return undefined;
  }
  if (!existsSync(new URL("../dist/desktop/main.js", import.meta.url))) {
    say("The app is not built yet; run: npm run build");
    return undefined;
  }
  const lacking = await ensurePackages(missingPackages(["electron"]), { progress: say });
  if (lacking !== undefined) {
    say(`${lacking.problem} Run: ${lacking.line}`);
    return undefined;
  }
  const electron = await findElectron({ progress: say });
  if ("problem" in electron) {
    say(`${electron.problem} Run: ${electron.line}`);
    return undefined;
  }
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(electron.path, [...electron.args, root, ...args], { env, stdio: "inherit" });
    // Ctrl-C reaches the app by itself (same terminal); a signal sent to this process alone is passed on.
    const pass = (signal) => child.kill(signal);
    const ignore = () => {};
    process.on("SIGTERM", pass).on("SIGHUP", pass).on("SIGINT", ignore);
    const done = (code) => {
      process.off("SIGTERM", pass).off("SIGHUP", pass).off("SIGINT", ignore);
      resolve(code);
    };
    child.on("error", (error) => {
      say(`Electron could not be started: ${error.message}`);
      done(undefined);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}
