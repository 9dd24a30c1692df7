import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { ECHO_SERVER, echoServer } from "../lib/hub.ts";
import { type LivingProcess, processesWith } from "../lib/processes.ts";
import { waitFor } from "../lib/wait.ts";
import { marked } from "./kit.ts";
import { survivorsOf } from "./survivors.ts";
import { isAlive, project } from "./trees.ts";

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
const wildServers = Object.fromEntries(
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

/** Kills what a failed test would leave. */
export function reapAtEnd(mark: string): void {
  onTestFinished(() => {
    for (const { pid } of processesWith(mark)) process.kill(pid, "SIGKILL");
  });
}

/** Waits until nothing carries the mark and none of the guards lives, at most three seconds from now; names what does. */
export async function nothingSurvives(mark: string, guards: readonly number[]): Promise<void> {
  const survivors = (): string[] => [
    ...processesWith(mark).map(({ pid, command }) => `${pid} ${command}`),
    ...guards.filter(isAlive).map((pid) => `${pid} (the guard)`),
  ];
  expect(await survivorsOf(survivors)).toEqual([]);
}

/** Writes a home's configuration with all of `wildServers`, each carrying the mark. */
export const writeWildServers = (home: string, mark: string, port = 0): void =>
  writeFileSync(
    join(home, "gatehouse.json"),
    JSON.stringify(marked({ listen: { port }, mcpServers: wildServers }, mark)),
    { mode: 0o600 },
  );
