// The Debian packages that the desktop and its tests need from the system: which are missing, and their installation
// where that is allowed (root and apt). Libraries are looked up by the loader's cache, not by package names, so that
// other distributions are told the libraries instead.
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What each purpose needs: a library (soname) or a program, and the packages that bring it, newest name first. */
const NEEDS = {
  electron: [
    { library: "libgtk-3.so.0", packages: ["libgtk-3-0t64", "libgtk-3-0"] },
    { library: "libnss3.so", packages: ["libnss3"] },
    { library: "libasound.so.2", packages: ["libasound2t64", "libasound2"] },
    { library: "libgbm.so.1", packages: ["libgbm1"] },
    { library: "libXss.so.1", packages: ["libxss1"] },
    { library: "libnotify.so.4", packages: ["libnotify4"] },
    { library: "libatspi.so.0", packages: ["libatspi2.0-0t64", "libatspi2.0-0"] },
    { library: "libsecret-1.so.0", packages: ["libsecret-1-0"] },
  ],
  display: [
    { program: "Xvfb", packages: ["xvfb"] },
    { program: "xauth", packages: ["xauth"] },
  ],
  browser: [{ program: "chromium", or: ["chromium-browser", "google-chrome"], packages: ["chromium"] }],
  keyring: [
    { program: "dbus-run-session", packages: ["dbus-x11"] },
    { program: "gnome-keyring-daemon", packages: ["gnome-keyring"] },
  ],
};

/**
 * What is missing on this machine for the named purposes. Empty everywhere but on Linux.
 * @param {("electron" | "display" | "browser" | "keyring")[]} purposes
 * @returns {{ what: string, packages: string[] }[]}
 */
export function missingPackages(purposes) {
  if (process.platform !== "linux") return [];
  const libraries = loaderCache();
  return purposes
    .flatMap((purpose) => NEEDS[purpose])
    .filter((need) =>
      need.library !== undefined
        ? libraries !== undefined && !libraries.includes(`\t${need.library} `)
        : ![need.program, ...(need.or ?? [])].some(onPath),
    )
    .map((need) => ({ what: need.library ?? need.program, packages: need.packages }));
}

/**
 * Installs what is missing when this process may (root, apt-get); resolves to undefined when nothing is missing any
 * more, else to what is wrong and the one line to run.
 * @param {{ what: string, packages: string[] }[]} missing
 * @param {{ progress?: (line: string) => void }} [options]
 * @returns {Promise<{ problem: string, line: string } | undefined>}
 */
export async function ensurePackages(missing, { progress = () => {} } = {}) {
  if (missing.length === 0) return undefined;
  const names = missing.map((need) => need.what).join(", ");
  if (!onPath("apt-get")) {
    return {
      problem: `Missing on this system: ${names}.`,
      line: `install with your package manager: ${names}`,
    };
  }
  const line = () => `sudo apt-get install -y ${aptNames(missing).join(" ")}`;
  if (process.getuid?.() !== 0) return { problem: `Missing on this system: ${names}.`, line: line() };

  progress(`Installing what the desktop needs from the system: ${names}…`);
  await aptGet(["update", "-q"]);
  const failure = await aptGet(["install", "-y", "-q", "--no-install-recommends", ...aptNames(missing)]);
  if (failure === undefined) return undefined;
  return { problem: `${names} could not be installed (${failure}).`, line: line().replace("sudo ", "") };
}

/** Of each need the first name that this release's apt knows. */
function aptNames(missing) {
  return missing.map(({ packages }) => packages.find(known) ?? packages.at(-1));
}

function known(name) {
  try {
    return execFileSync("apt-cache", ["show", name], { stdio: ["ignore", "pipe", "ignore"] }).length > 0;
  } catch {
    return false;
  }
}

/** Runs apt-get; resolves to undefined, or to the line that says why it failed. */
function aptGet(args) {
  return new Promise((resolve) => {
    const child = spawn("apt-get", args, {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-2_000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => {
      const reason =
        stderr.split("\n").findLast((text) => text.startsWith("E:")) ?? `apt-get ended with code ${code}`;
      resolve(code === 0 ? undefined : reason);
    });
  });
}

/** The loader's list of libraries, or undefined where there is no ldconfig to ask. */
function loaderCache() {
  for (const program of ["/sbin/ldconfig", "/usr/sbin/ldconfig", "ldconfig"]) {
    try {
      return execFileSync(program, ["-p"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    } catch {}
  }
  return undefined;
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}
