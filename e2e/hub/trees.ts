import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { echoServer, temporaryHome } from "../lib/hub.ts";
import { livingProcesses } from "../lib/processes.ts";

/** The checkout, from which npx runs what its node_modules hold. */
export const project = fileURLToPath(new URL("../..", import.meta.url));

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
