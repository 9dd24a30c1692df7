import { statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { clientFiles, PROJECT_FILES } from "../../../shared/model/client-files.ts";
import type { PathFacts } from "../../core/policy/call.ts";
import { createGuard, type Guard } from "../../core/policy/own-home.ts";
import { realPath } from "./real-path.ts";

/** The machine, as far as rules look at it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  /** Whether names that differ in case are one, at the person's home; undefined: it cannot be told. */
  readonly caseInsensitive: boolean | undefined;
  readonly real: PathFacts["real"];
}

/** This machine. Looks once whether its names ignore case. */
export function thisMachine(): Machine {
  const home = homedir();
  return {
    platform: process.platform,
    env: process.env,
    homedir: home,
    caseInsensitive: ignoresCase(home),
    real: realPath,
  };
}

/** Whether a folder is found under its name in other case as well. */
export function ignoresCase(folder: string): boolean | undefined {
  const name = basename(folder);
  const other = name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return undefined;
  try {
    const here = statSync(folder);
    const there = statSync(join(dirname(folder), other), { throwIfNoEntry: false });
    return there !== undefined && there.ino === here.ino && there.dev === here.dev;
  } catch {
    return undefined;
  }
}

/** Files of a home that a command may name after a `cd` into it. */
const HOME_FILES = ["gatehouse.json", "gatehouse.db", "search.db", "run.json", "home.key", "hub.lock"];

/** The built-in deny of this machine, for a hub of this home. */
export function ownHomeGuard(home: string, machine: Machine): Guard {
  const { platform, env, homedir: person, caseInsensitive, real } = machine;
  const variables: Record<string, string> = { HOME: person, USERPROFILE: person, GATEHOUSE_HOME: home };
  for (const name of ["APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "CODEX_HOME"]) {
    const value = env[name];
    if (value !== undefined && value !== "") variables[name] = value;
  }
  return createGuard(
    {
      home,
      homeFiles: HOME_FILES,
      files: clientFiles({ platform, env, homedir: person }),
      projectFiles: PROJECT_FILES,
      variables,
    },
    { platform, caseInsensitive, home: person, real },
  );
}
