// Builds dist/ when it is missing or older than what it is made from.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { capture, projectRoot } from "./node24.mjs";

const SOURCES = ["electron", "renderer", "shared", "docs/errors.md", "vite.config.ts", "package-lock.json"];
const PRODUCTS = [
  "dist/node/gatehouse.js",
  "dist/node/guard.js",
  "dist/renderer/index.html",
  "dist/desktop/main.js",
  "dist/preload/preload.cjs",
];

/** The newest change below a file or folder, in milliseconds; a folder's own time tells of removed files. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether dist/ has every part and none is older than a source. */
export function isBuilt(root = projectRoot) {
  const products = PRODUCTS.map((path) => join(root, path));
  if (!products.every((path) => existsSync(path))) return false;
  const oldest = Math.min(...products.map((path) => statSync(path).mtimeMs));
  return SOURCES.map((path) => join(root, path)).every((path) => !existsSync(path) || newest(path) <= oldest);
}

/**
 * Builds what is stale; says so in one line on stderr. Resolves with false, after the build's own output, when it failed.
 * @returns {Promise<boolean>}
 */
export async function ensureBuilt() {
  // A run of the tests has built already; nothing may be replaced under it, also when a source changes meanwhile.
  if (process.env.GATEHOUSE_BUILT === "1" || isBuilt()) return true;
  const begun = performance.now();
  process.stderr.write("Building…");
  const { ok, output } = await capture(process.execPath, [
    join("node_modules", "vite", "bin", "vite.js"),
    "build",
    "--app",
  ]);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stderr.write(ok ? ` done in ${seconds} s\n` : ` failed after ${seconds} s\n${output}\n`);
  return ok;
}
