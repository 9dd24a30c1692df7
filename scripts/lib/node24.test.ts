import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

// A checkout in which nothing is installed.
let checkout = "";
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), "gatehouse-checkout-"));
  cpSync(fileURLToPath(new URL("..", import.meta.url)), join(checkout, "scripts"), { recursive: true });
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

const asNode = (version: string): string[] => [
  "--import",
  `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`,
];
const run = (script: string, nodeOptions: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...nodeOptions, join(checkout, "scripts", script)],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
};

const noNode =
  "error: runtime_missing: this is Node 20.11.0, Gatehouse needs 24 and brings it as a dependency.\nRun: npm ci\n";
const noDependencies = "error: the dependencies are not installed.\nRun: npm ci\n";

it.each([
  ["start.mjs", "an older Node", asNode("20.11.0"), "", noNode],
  ["test.mjs", "an older Node", asNode("20.11.0"), "\n0 passed, 1 failed\n", noNode],
  ["start.mjs", "Node 24", [], "", noDependencies],
  ["test.mjs", "Node 24", [], "\n0 passed, 1 failed\n", noDependencies],
])("%s on %s without dependencies names the command to run", (script, _, nodeOptions, stdout, stderr) => {
  expect(run(script, nodeOptions)).toEqual({ status: 1, stdout, stderr });
});
