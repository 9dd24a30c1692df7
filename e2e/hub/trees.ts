import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { ECHO_SERVER, echoServer, temporaryHome } from "../lib/hub.ts";
import { type LivingProcess, livingProcesses, processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** Servers as they come: a good one, one that nothing but SIGKILL ends with a child that left its group, one in npx. */
export const mcpServers = {
  echo: echoServer(),
  stubborn: echoServer("--ignore-signals", "--grandchild"),
  wrapped: { command: "npx", args: ["--no-install", "mcp-server-everything"], cwd: project },
};
export const servers = Object.keys(mcpServers);

/** A new home that goes with the test. */
export function newHome(): string {
  const home = temporaryHome();
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return home;
}

/** The guard processes of a hub (Linux). */
export const guardsOf = (hubPid: number): number[] =>
  livingProcesses()
    .filter(({ parent, command }) => parent === hubPid && /guard(-main)?\.[jt]s/.test(command))
    .map(({ pid }) => pid);

export const isAlive = (pid: number): boolean => livingProcesses().some((process) => process.pid === pid);

/** What SQLite says about a home's database: "ok". */
export function integrityOf(home: string): unknown {
  const database = new Database(join(home, "gatehouse.db"), { readonly: true, fileMustExist: true });
  try {
    return database.pragma("integrity_check", { simple: true });
  } finally {
    database.close();
  }
}

/** A program that ignores every signal that can be ignored, and ends itself after five minutes. */
const deaf =
  "for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {}); setTimeout(() => {}, 300000)";

/** The echo server, started by a shell that first does something in the background with "$0", a Node running `deaf`. */
const besides = (background: string) => ({
  command: "sh",
  args: ["-c", `${background} exec "$0" "$1"`, process.execPath, ECHO_SERVER],
});

const fromNpx = (program: string, ...args: string[]) => ({
  command: "npx",
  args: ["--no-install", program, ...args],
  cwd: project,
});

/**
 * Every kind of tree that has been seen to outlive a hub: what ignores SIGTERM and a closed stdin, has children that
 * ignore them too, in its group, in a session of their own, or orphaned (as browsers are), and real servers within npx.
 */
export const wildServers = Object.fromEntries(
  Object.entries({
    echo: echoServer(),
    stubborn: echoServer("--ignore-signals", "--grandchild"),
    forking: besides(`"$0" -e "${deaf}" &`),
    orphaning: besides(`(setsid "$0" -e "${deaf}" >/dev/null 2>&1 &);`),
    everything: fromNpx("mcp-server-everything"),
    files: fromNpx("mcp-server-filesystem", tmpdir()),
    memory: fromNpx("mcp-server-memory"),
  }).map(([name, entry]) => [name, { ...entry, start: "eager" }]),
);

/** Waits until all of `wildServers` run with all that they start; gives the processes. */
export async function wildTreesUp(mark: string): Promise<LivingProcess[]> {
  // The deaf ones also say that the programs behind npx are there: those start last.
  const kinds = [/everything/, /filesystem/, /memory/, /--ignore-signals/];
  return waitFor(
    () => {
      const living = processesWith(mark).filter(({ command }) => !/guard(-main)?\.[jt]s/.test(command));
      const count = (pattern: RegExp): number => living.filter(({ command }) => pattern.test(command)).length;
      const up =
        kinds.every((kind) => count(kind) >= 1) &&
        count(/node_modules.*mcp-server/) >= 3 &&
        count(/-e .*process\.on\(/) >= 3 &&
        count(/echo-server/) >= 4;
      return up && living;
    },
    { deadlineMs: 40_000, what: "every tree to be there" },
  );
}
