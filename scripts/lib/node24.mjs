// Every script runs on the Node that starts it only long enough to find Node 24: the `node` devDependency brings it,
// so that a machine with Node 20 needs nothing but `npm ci`. Only node: modules that Node 20 has may be imported here.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const MAJOR = 24;
const root = new URL("../../", import.meta.url);

/** The project's folder, without a slash at the end. */
export const projectRoot = fileURLToPath(root).replace(/[\\/]$/, "");

/** The file of the `node` package's binary; it may be missing. */
const packagedNode = fileURLToPath(
  new URL(`node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`, root),
);

/**
 * Runs `main` on Node 24 or newer: here, or by starting this script again with the packaged Node. Sets the exit code to
 * what `main` resolves with; says the line to run when there is no such Node, or no dependencies.
 * @param {string} script import.meta.url of the caller
 * @param {() => Promise<number>} main
 * @param {() => number} [without] has the last word in that case; gives the exit code
 */
export async function onNode24(script, main, without = () => 1) {
  if (Number(process.versions.node.split(".")[0]) >= MAJOR) {
    if (!existsSync(new URL("node_modules/vite", root))) {
      process.stderr.write("error: the dependencies are not installed.\nRun: npm ci\n");
      process.exitCode = without();
      return;
    }
    // Children that are started by name (vite, vitest's workers, a test's `node`) get the same Node.
    process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;
    process.exitCode = await main();
    return;
  }
  if (!existsSync(packagedNode)) {
    const found = `this is Node ${process.versions.node}, Gatehouse needs ${MAJOR} and brings it as a dependency`;
    process.stderr.write(`error: runtime_missing: ${found}.\nRun: npm ci\n`);
    process.exitCode = without();
    return;
  }
  process.exitCode = await run(packagedNode, [fileURLToPath(script), ...process.argv.slice(2)]);
}

/**
 * Runs a program in the project's folder with this process's terminal; resolves with its exit code. Ctrl-C reaches it by
 * itself (same terminal); a signal sent to this process alone is passed on.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", cwd: projectRoot, ...options });
    const pass = (signal) => child.kill(signal);
    const ignore = () => {};
    process.on("SIGTERM", pass).on("SIGHUP", pass).on("SIGINT", ignore);
    const quiet = () => process.off("SIGTERM", pass).off("SIGHUP", pass).off("SIGINT", ignore);
    child.on("error", (error) => {
      quiet();
      reject(error);
    });
    child.on("close", (code) => {
      quiet();
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs a program in the project's folder and keeps what it prints; `ok` is exit code 0.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function capture(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}
