// `npm run check`: everything that can be said about the sources without running them. Each rule stands in its tool.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { capture, onNode24, projectRoot } from "./lib/node24.mjs";

const tool = (name, script, ...args) => ({
  name,
  check: () => capture(process.execPath, [join("node_modules", ...script.split("/")), ...args]),
});

/** A lockfile that names a registry's host only installs where that host can be reached. */
async function lockfile() {
  const text = readFileSync(join(projectRoot, "package-lock.json"), "utf8");
  const lines = text
    .split("\n")
    .flatMap((line, index) => (/"resolved":\s*"\w+:\/\//.test(line) ? [index + 1] : []));
  if (lines.length === 0) return { ok: true, output: "" };
  const where = `${lines.length} entries, the first in line ${lines[0]}`;
  return {
    ok: false,
    output: `package-lock.json names registry hosts (${where}).\nRun: npm install --package-lock-only --omit-lockfile-registry-resolved`,
  };
}

/** No tracked text may name a path of the machine it was written on. */
async function machinePaths() {
  // The second is the shape of this project's build machines; a bare "/root" is anybody's.
  const own = [projectRoot, `${homedir()}/`].filter((path) => path.length > 7 && path !== "/root/");
  const patterns = [
    ...own.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
    "/work/(main|shared)\\b",
  ];
  const { ok, output } = await capture("git", [
    "grep",
    "-nIE",
    "-e",
    patterns.join("|"),
    "--",
    ".",
    ":!scripts/check.mjs",
  ]);
  // git grep: 0 found, 1 nothing found
  if (ok) return { ok: false, output };
  return { ok: output === "", output };
}

const checks = [
  tool("format and lint (biome)", "@biomejs/biome/bin/biome", "ci", "--colors=off", "."),
  tool("types: hub and desktop", "typescript/bin/tsc", "-p", "tsconfig.json"),
  tool("types: core", "typescript/bin/tsc", "-p", "tsconfig.core.json"),
  tool("types: renderer", "typescript/bin/tsc", "-p", "tsconfig.renderer.json"),
  tool(
    "dependency rule",
    "dependency-cruiser/bin/dependency-cruiser.mjs",
    "--config",
    ".dependency-cruiser.mjs",
    "electron",
    "renderer",
    "shared",
  ),
  tool("unused code (knip)", "knip/bin/knip.js", "--no-progress"),
  { name: "lockfile without hosts", check: lockfile },
  { name: "no machine paths", check: machinePaths },
];

await onNode24(import.meta.url, async () => {
  const queue = [...checks];
  let failed = 0;
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const begun = performance.now();
      const { ok, output } = await next.check();
      const seconds = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
      process.stdout.write(`${ok ? "ok    " : "FAILED"}  ${next.name.padEnd(26)} ${seconds.padStart(7)}\n`);
      if (!ok) {
        failed += 1;
        process.stdout.write(`${output.trim().replace(/^/gm, "        ")}\n`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  process.stdout.write(
    failed === 0 ? "All checks passed.\n" : `${failed} of ${checks.length} checks failed.\n`,
  );
  return failed === 0 ? 0 : 1;
});
