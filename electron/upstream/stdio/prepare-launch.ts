import { statSync } from "node:fs";
import { homedir } from "node:os";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import type { StdioServerConfig } from "../../../shared/model/config.ts";
import { variable } from "../environment/child-environment.ts";
import type { LoginEnvironment } from "../environment/login-environment.ts";
import { expandHome, notFoundSentence, probeDisk } from "./find-command.ts";
import { type LaunchPlan, lookUp, type Probe, planLaunch } from "./launch-plan.ts";

/** Why a server's process could not be started. */
export interface LaunchProblem {
  readonly code: "spawn_failed" | "command_not_found";
  readonly message: string;
}

/** A start that can be attempted: every part has been looked at. */
export interface PreparedLaunch {
  readonly plan: LaunchPlan;
  readonly cwd: string;
}

/**
 * Finds a server's program and working folder, and says exactly what is missing. Without a declared `cwd` it is the
 * person's home folder: the hub's own would be an accident of how the hub was started. `env` is the process's whole
 * environment; `login` says where its PATH comes from, unless the person has declared one.
 */
export function prepareLaunch(
  config: StdioServerConfig,
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
  login: LoginEnvironment,
  probe: Probe = probeDisk,
): PreparedLaunch | LaunchProblem {
  const cwd = expandHome(config.cwd ?? homedir());
  const folder = statSync(cwd, { throwIfNoEntry: false });
  if (folder === undefined)
    return failed(`Its working folder ${cwd} does not exist. Create it, or correct "cwd".`);
  if (!folder.isDirectory()) return failed(`Its working folder ${cwd} is not a folder. Correct "cwd".`);
  const command = expandHome(config.command);
  const lookup = lookUp({ command, cwd, env, platform, probe });
  if (!lookup.found) {
    const message = notFoundSentence(command, lookup, {
      platform,
      login: variable(env, "PATH", platform) === login.path ? login : undefined,
      isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    });
    return { code: "command_not_found", message };
  }
  if (!lookup.executable) {
    return failed(`${lookup.file} is not executable. Allow it (chmod +x), or name the program that runs it.`);
  }
  try {
    return { plan: planLaunch({ file: lookup.file, args: config.args, env, platform }), cwd };
  } catch (error) {
    if (error instanceof GatehouseError) return failed(`${sentenceOf(error)} ${error.advice ?? ""}`.trim());
    throw error;
  }
}

/** The sentence for a spawn that failed although everything seemed to be there. */
export function spawnProblem(error: unknown, file: string): LaunchProblem {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return failed(`${file} is there, but the interpreter that its first line names is not.`);
    case "EACCES":
    case "EPERM":
      return failed(`The system does not allow ${file} to be run (${code}).`);
    case "E2BIG":
      return failed("Its arguments and environment together are too long for the system (E2BIG).");
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return failed(
        `The system is out of resources for another process (${code}). Close something and try again.`,
      );
    default:
      return failed(`${file} could not be started: ${sentenceOf(error)}`);
  }
}

const failed = (message: string): LaunchProblem => ({ code: "spawn_failed", message });
