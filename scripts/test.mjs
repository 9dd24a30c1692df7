// `npm test`: system packages, build, every test; the last line is always `N passed, N failed`.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureBuilt } from "./lib/build.mjs";
import { onNode24, projectRoot, run } from "./lib/node24.mjs";
import { ensurePackages, missingPackages } from "./lib/system-packages.mjs";
import { totals } from "./lib/totals.mjs";

const say = (text) => process.stderr.write(`${text}\n`);
/** How long processes of a finished run may take to go, in milliseconds. */
const GRACE = 3_000;

/** Prints the last line and gives the exit code. */
function conclude({ passed, failed }) {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return passed > 0 && failed === 0 ? 0 : 1;
}

/** Kills what the run left behind and names it: nothing may outlive its test. Resolves with the number of processes. */
async function endLeftovers(marker) {
  const { processesWith } = await import("../e2e/lib/processes.ts");
  const end = performance.now() + GRACE;
  let left = processesWith(marker);
  while (left.length > 0 && performance.now() < end) {
    await sleep(100);
    left = processesWith(marker);
  }
  for (const { pid, command } of left) {
    say(`left behind by a test: ${pid} ${command}`);
    try {
      process.kill(pid, "SIGKILL");
    } catch {} // it has just gone by itself
  }
  return left.length;
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

async function main() {
  const lacking = await ensurePackages(missingPackages(["electron", "display", "browser", "keyring"]), {
    progress: say,
  });
  if (lacking !== undefined) {
    say(`error: ${lacking.problem}\nRun: ${lacking.line}`);
    return conclude({ passed: 0, failed: 1 });
  }
  if (!(await ensureBuilt())) return conclude({ passed: 0, failed: 1 });

  // Every temporary home of the run lies in one folder, whose path marks the run's processes.
  const folder = mkdtempSync(join(tmpdir(), "ghtest-"));
  // One test runs a program as another user, which has to get through to it; what lies here is closed by itself.
  chmodSync(folder, 0o711);
  const report = join(folder, "report.json");
  try {
    const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await run(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
      env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder, GATEHOUSE_BUILT: "1" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const { passed, failed } = totals(readReport(report), code !== 0);
    const leftovers = await endLeftovers(folder);
    return conclude({ passed, failed: failed + leftovers });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

await onNode24(import.meta.url, main, () => conclude({ passed: 0, failed: 1 }));
