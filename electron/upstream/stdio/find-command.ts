import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { variable } from "../environment/child-environment.ts";
import type { LoginEnvironment } from "../environment/login-environment.ts";
import { installAdvice } from "./install-advice.ts";
import { type Lookup, lookUp, type Probe } from "./launch-plan.ts";

/** What stands on disk. */
export const probeDisk: Probe = (file) => {
  try {
    if (!statSync(file).isFile()) return { isFile: false, executable: false };
  } catch {
    return { isFile: false, executable: false };
  }
  try {
    accessSync(file, constants.X_OK);
    return { isFile: true, executable: true };
  } catch {
    return { isFile: true, executable: false };
  }
};

/** A path with a leading `~` put in full. */
export const expandHome = (path: string): string => path.replace(/^~(?=$|[\\/])/, () => homedir());

/** Where a program is, or where it was looked for and what would bring it. */
export interface FoundCommand {
  readonly command: string;
  /** The file that would be run; null when there is none. */
  readonly file: string | null;
  /** Whether that file may be executed. */
  readonly executable: boolean;
  /** The folders that were searched, in order; one file when the command is a path. Empty once it was found. */
  readonly searched: readonly string[];
  /** What to install, or to correct; null once it was found. */
  readonly advice: string | null;
}

/**
 * Looks for a command as a server's start would. `login` is what `createLoginEnvironments` gave; `env` the server's
 * declared variables, whose PATH replaces the login shell's.
 */
export function findCommand(
  command: string,
  login: Pick<LoginEnvironment, "path">,
  options: {
    cwd?: string;
    env?: Readonly<Record<string, string>>;
    platform?: NodeJS.Platform;
    pathExt?: string;
    probe?: Probe;
  } = {},
): FoundCommand {
  const { env = {}, platform = process.platform, probe = probeDisk } = options;
  const cwd = expandHome(options.cwd ?? homedir());
  const searchPath = variable(env, "PATH", platform) ?? login.path;
  const pathExt = options.pathExt ?? variable(process.env, "PATHEXT", platform);
  const lookup = lookUp({
    command: expandHome(command),
    cwd,
    env: { ...(pathExt === undefined ? {} : { PATHEXT: pathExt }), PATH: searchPath },
    platform,
    probe,
  });
  return lookup.found
    ? { command, file: lookup.file, executable: lookup.executable, searched: [], advice: null }
    : {
        command,
        file: null,
        executable: false,
        searched: lookup.searched,
        advice: adviceFor(command, lookup, platform),
      };
}

/** What to do about a command that is not there. */
function adviceFor(command: string, { byPath }: { byPath: boolean }, platform: NodeJS.Platform): string {
  if (byPath) return 'Correct "command", or install it there.';
  const install = installAdvice(command, platform);
  return `${install ?? "Install it"}, or give its whole path as "command".`;
}

/**
 * The sentences for a command that is not there: what was looked for, everywhere it was looked for, who named these
 * folders, and what to do. Folders that do not exist are told from those that merely do not hold it.
 */
export function notFoundSentence(
  command: string,
  lookup: Extract<Lookup, { found: false }>,
  options: {
    platform: NodeJS.Platform;
    login: LoginEnvironment | undefined;
    isFolder: (path: string) => boolean;
  },
): string {
  const { platform, login, isFolder } = options;
  const advice = adviceFor(command, lookup, platform);
  if (lookup.byPath) return `The program ${lookup.searched[0]} does not exist. ${advice}`;
  const named = lookup.searched.map((folder) => (isFolder(folder) ? folder : `${folder} [no such folder]`));
  const where = named.length > 0 ? `in PATH (${named.join(", ")})` : "because PATH is empty";
  return [`The program "${command}" was not found ${where}.`, originOf(login), advice]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function originOf(login: LoginEnvironment | undefined): string {
  if (login === undefined) return 'This PATH is the one in the server\'s "env".';
  switch (login.source) {
    case "login-shell":
      return `This PATH is the one of the login shell ${login.shell}.`;
    case "own":
      return "This PATH is the one that Gatehouse was started with.";
    case "well-known":
      return [
        login.problem ?? "",
        "Searched were Gatehouse's own PATH and the folders of the usual installers.",
      ]
        .join(" ")
        .trim();
  }
}
