/**
 * The PATH that servers are found on. An app started from a dock, a menu or another app has not the PATH that the
 * person has in a terminal, so `npx` under nvm or Homebrew would be missing: the login shell is asked once.
 *
 * It is not asked on Windows (the registry's PATH is everybody's) nor when the hub was evidently started from a shell
 * or by CI (TERM with SHLVL, or CI): its own PATH is then the better one, as it also has what the person set by hand.
 *
 * Folders that npm put in front for its script (`npm start`, `npm run gatehouse`) are moved to the end: they are
 * Gatehouse's own tools, and must not hide the person's `node` or `npx`, yet are better than nothing.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { Clock, Log } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { variable } from "./child-environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a login shell with a script and resolves with its stdout, or rejects; ends it after `limitMs`. */
export type RunShell = (shell: string, script: string, limitMs: number) => Promise<string>;

export interface LoginPathOptions {
  readonly platform?: NodeJS.Platform;
  readonly env?: Environment;
  readonly shells?: readonly string[];
  readonly run?: RunShell;
  readonly log?: Log;
}

const LIMIT_MS = 5_000;
const PIPE_GRACE_MS = 250;
const MAX_OUTPUT = 1024 * 1024;

/** A function that resolves with the PATH for servers; the shell is asked at the first call, the answer kept. */
export function createLoginPath(options: LoginPathOptions = {}): () => Promise<string> {
  let answer: Promise<string> | undefined;
  return () => {
    answer ??= findPath(options);
    return answer;
  };
}

async function findPath(options: LoginPathOptions): Promise<string> {
  const platform = options.platform ?? process.platform;
  const env = options.env ?? process.env;
  const own = demoteNpmFolders(variable(env, "PATH", platform) ?? "", env, platform);
  if (platform === "win32" || startedFromShell(env)) return own;
  const run = options.run ?? runLoginShell;
  const mark = randomUUID();
  // `command` passes over functions and aliases called env; the marks fence off what profiles print.
  const script = `echo ${mark}; command env; echo ${mark}`;
  for (const shell of options.shells ?? candidateShells(env)) {
    try {
      const path = pathFrom(await run(shell, script, LIMIT_MS), mark);
      if (path !== undefined) return mergePaths(path, own);
      options.log?.("warn", `The login shell ${shell} did not tell its PATH.`);
    } catch (error) {
      options.log?.("warn", `The login shell ${shell} could not be asked for its PATH: ${String(error)}`);
      if (error instanceof ShellTimeout) break;
    }
  }
  return own;
}

/** Whether the process inherited a shell's environment. */
const startedFromShell = (env: Environment): boolean =>
  Boolean(env.PATH) && (Boolean(env.CI) || (Boolean(env.TERM) && env.TERM !== "dumb" && Boolean(env.SHLVL)));

function candidateShells(env: Environment): string[] {
  let own: string | null = null;
  try {
    own = userInfo().shell;
  } catch {
    // No entry in the user database (a container): SHELL and the usual ones remain.
  }
  // The usual ones serve people whose own shell is none of the POSIX family (nushell, xonsh).
  return [...new Set([own ?? env.SHELL ?? "/bin/sh", "/bin/zsh", "/bin/bash"])].filter(
    (shell) => shell !== "",
  );
}

function pathFrom(output: string, mark: string): string | undefined {
  const fenced = output.split(mark)[1];
  const line = fenced?.split("\n").find((text) => text.startsWith("PATH="));
  return line?.slice("PATH=".length).trim() || undefined;
}

const mergePaths = (first: string, second: string): string =>
  [...new Set([...first.split(":"), ...second.split(":")])].filter((entry) => entry !== "").join(":");

function demoteNpmFolders(path: string, env: Environment, platform: NodeJS.Platform): string {
  if (variable(env, "npm_lifecycle_event", platform) === undefined) return path;
  const separator = platform === "win32" ? ";" : ":";
  const entries = path.split(separator);
  const isNpms = (entry: string): boolean => /[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(entry);
  let count = 0;
  while (isNpms(entries[count] ?? "")) count += 1;
  return [...entries.slice(count), ...entries.slice(0, count)].join(separator);
}

class ShellTimeout extends Error {}

/** A session of its own, so that an interactive shell neither takes the terminal nor outlives its time limit. */
export function runLoginShell(
  shell: string,
  script: string,
  limitMs: number,
  clock: Clock = systemClock,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(shell, ["-ilc", script], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        ...process.env,
        // Oh My Zsh would ask to update, and its tmux plugin would start tmux.
        DISABLE_AUTO_UPDATE: "true",
        ZSH_TMUX_AUTOSTARTED: "true",
        ZSH_TMUX_AUTOSTART: "false",
      },
    });
    let output = "";
    const timers: (() => void)[] = [];
    const end = (finish: () => void): void => {
      for (const cancel of timers) cancel();
      child.stdout.destroy();
      finish();
    };
    const giveUp = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended by itself at this very moment.
      }
      end(() => reject(new ShellTimeout(`it did not answer within ${limitMs / 1000} s`)));
    };
    timers.push(clock.after(limitMs, giveUp));
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      if (output.length < MAX_OUTPUT) output += text;
    });
    child.once("error", (error) => end(() => reject(error)));
    child.once("close", () => end(() => resolve(output)));
    // Something that the profile left in the background may hold the pipe open.
    child.once("exit", () => timers.push(clock.after(PIPE_GRACE_MS, () => end(() => resolve(output)))));
  });
}
