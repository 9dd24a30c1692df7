import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { type Clock, type Log, systemClock } from "../clock.ts";
import { addition, farewell, introduction, removal } from "./guard-protocol.ts";
import type { ChildProcessRecord } from "./membership.ts";

/** Something that must know which processes the hub has started. */
export interface ChildRegistry {
  register(child: ChildProcessRecord): void;
  /** Called when the process and its whole tree are gone. */
  unregister(pid: number): void;
}

/** The hub's handle on its guard process. */
export interface Guard extends ChildRegistry {
  /** The guard process's pid; undefined while it is being started again. */
  readonly pid: number | undefined;
  /** Says good-bye; the guard has one last look for processes of this instance and ends. Resolves when it has. */
  close(): Promise<void>;
}

export interface GuardOptions {
  /** The guard's program: guard-main, built or as source. */
  readonly script: string;
  /** A plain Node 24. */
  readonly nodePath: string;
  readonly instance: string;
  readonly log: Log;
  readonly clock?: Clock;
}

const RESTART_MIN_MS = 50;
const RESTART_MAX_MS = 10_000;
const STEADY_MS = 30_000;
const CLOSE_LIMIT_MS = 5_000;

/** Starts the guard process, and again whenever it dies, telling it then of every child that still lives. */
export function startGuard(options: GuardOptions): Guard {
  const { clock = systemClock, log } = options;
  const children = new Map<number, ChildProcessRecord>();
  let current: ChildProcess | undefined;
  let closing = false;
  let delay = RESTART_MIN_MS;
  let cancelRestart: (() => void) | undefined;
  let gone: () => void = () => undefined;

  const tell = (line: string): void => {
    if (current?.stdin?.writable) current.stdin.write(line);
  };

  const start = (): void => {
    const startedAt = clock.now();
    const child = spawnGuard(options);
    current = child;
    const onGone = (why: string): void => {
      if (current !== child) return;
      current = undefined;
      if (closing) {
        gone();
        return;
      }
      delay = clock.now() - startedAt >= STEADY_MS ? RESTART_MIN_MS : Math.min(delay * 2, RESTART_MAX_MS);
      log("warn", `The guard process ended (${why}); another is started.`);
      cancelRestart = clock.after(delay, start);
    };
    child.once("error", (error) => onGone(error.message));
    child.once("exit", (code, signal) => onGone(signal ?? `code ${code}`));
    tell(introduction(options.instance));
    for (const record of children.values()) tell(addition(record));
  };

  start();
  return {
    get pid() {
      return current?.pid;
    },
    register(child) {
      children.set(child.pid, child);
      tell(addition(child));
    },
    unregister(pid) {
      if (children.delete(pid)) tell(removal(pid));
    },
    close() {
      closing = true;
      cancelRestart?.();
      const guard = current;
      if (guard === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = clock.after(CLOSE_LIMIT_MS, () => {
          log("warn", "The guard process did not end in time and was killed.");
          guard.kill("SIGKILL");
        });
        gone = () => {
          cancel();
          resolve();
        };
        guard.ref();
        guard.stdin?.end(farewell);
      });
    },
  };
}

function spawnGuard({ script, nodePath }: GuardOptions): ChildProcess {
  const child = spawn(nodePath, ["--max-old-space-size=24", "--max-semi-space-size=1", script], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
    cwd: process.platform === "win32" ? undefined : "/",
    env: process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot },
  });
  // The guard must never keep the hub alive, nor its broken pipe end it: that it has gone is told by "exit".
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin?.on("error", () => undefined);
  return child;
}
