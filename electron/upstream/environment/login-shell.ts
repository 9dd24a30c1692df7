/** Asks a person's login shell for its environment, in bounded time, whatever its rc files do. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { MARK_VARIABLE } from "./marker.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a shell with a script and resolves with its stdout, or rejects (ShellTimeout, or what spawn said). */
export type RunShell = (shell: string, script: string) => Promise<string>;

/** The shell has not answered in time and was ended with all that it had started. */
export class ShellTimeout extends Error {}

const LIMIT_MS = 5_000;
const PIPE_GRACE_MS = 250;
const MAX_OUTPUT = 1024 * 1024;

/**
 * The shells to ask, the best first: the person's own, then the usual ones, which serve people whose own is none of
 * the POSIX family (nushell, xonsh) or no shell at all (nologin).
 */
export function candidateShells(env: Environment): string[] {
  let own: string | null = null;
  try {
    own = userInfo().shell;
  } catch {
    // No entry in the user database (a container): SHELL and the usual ones remain.
  }
  return [...new Set([own ?? env.SHELL ?? "/bin/sh", "/bin/zsh", "/bin/bash"])].filter(
    (shell) => shell !== "",
  );
}

/**
 * What a shell's environment is once its profiles have run, or undefined when it did not say so: no shell of the POSIX
 * family, or a profile that replaces it by another program. Rejects as `run` does.
 */
export async function askShell(
  shell: string,
  env: Environment,
  run: RunShell,
): Promise<Readonly<Record<string, string>> | undefined> {
  const mark = randomUUID();
  // `command` passes over functions and aliases; the marks fence off what profiles print. PATH is told apart from the
  // rest, in which a variable of several lines could hold a line that looks like it.
  const tell = `echo ${mark}; command printenv PATH; echo ${mark}; command env; echo ${mark}`;
  // A terminal's bash reads .bashrc and a login's does not, unless the profile says so: then both are asked for.
  const script = skipsRcFile(shell, env.HOME) ? `exec "${shell}" -ic '${tell}'` : tell;
  const [, path, all] = (await run(shell, script)).split(mark);
  if (path === undefined || all === undefined || path.trim() === "") return undefined;
  const variables: Record<string, string> = {};
  for (const line of all.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) variables[line.slice(0, equals)] ??= line.slice(equals + 1);
  }
  return { ...variables, PATH: path.trim() };
}

/** Whether a login bash with this home would leave out .bashrc, where nvm, fnm and asdf write themselves. */
function skipsRcFile(shell: string, home: string | undefined): boolean {
  if (basename(shell) !== "bash" || home === undefined || shell.includes('"')) return false;
  const profile = [".bash_profile", ".bash_login", ".profile"]
    .map((name) => join(home, name))
    .find((file) => existsSync(file));
  if (!existsSync(join(home, ".bashrc"))) return false;
  try {
    return profile === undefined || !readFileSync(profile, "utf8").includes("bashrc");
  } catch {
    return false;
  }
}

/**
 * Runs `script` in the shell as an interactive login shell would, without a terminal, ended after five seconds. It has
 * a session of its own, so that it neither takes the hub's terminal nor leaves something behind when it hangs.
 */
export function runLoginShell(
  shell: string,
  script: string,
  options: { env?: Environment; clock?: Clock } = {},
): Promise<string> {
  const { env = process.env, clock = systemClock } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(shell, ["-ilc", script], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: shellEnvironment(env),
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
      end(() => reject(new ShellTimeout(`it did not answer within ${LIMIT_MS / 1_000} s`)));
    };
    timers.push(clock.after(LIMIT_MS, giveUp));
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      // The answer comes last, whatever a profile has printed before.
      output = (output + text).slice(-MAX_OUTPUT);
    });
    child.once("error", (error) => end(() => reject(error)));
    child.once("close", () => end(() => resolve(output)));
    // Something that the profile left in the background may hold the pipe open.
    child.once("exit", () => timers.push(clock.after(PIPE_GRACE_MS, () => end(() => resolve(output)))));
  });
}

/** What the shell starts from: the hub's own environment without what is meant for the hub or for Electron alone. */
function shellEnvironment(env: Environment): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(ELECTRON_|GATEHOUSE_)/.test(name) && name !== "NODE_OPTIONS" && name !== MARK_VARIABLE,
  );
  return {
    ...Object.fromEntries(kept),
    // Oh My Zsh would ask to update, and its tmux plugin would start tmux.
    DISABLE_AUTO_UPDATE: "true",
    ZSH_TMUX_AUTOSTARTED: "true",
    ZSH_TMUX_AUTOSTART: "false",
  };
}
