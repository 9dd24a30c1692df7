import { chmodSync, mkdirSync, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { GatehouseError, sentenceOf } from "../../../shared/errors.ts";
import { chooseHomeFolder, type HomeSurroundings } from "../../../shared/home.ts";

/** Where everything of one home is; absolute paths. */
export interface HomeFiles {
  readonly home: string;
  readonly config: string;
  readonly database: string;
  readonly lockFile: string;
  readonly runFile: string;
  readonly keyFile: string;
  /** Room that is kept on the disk for a start without any. */
  readonly reserve: string;
  readonly logs: string;
  /** The record of running children, from which a next start sweeps what was left. */
  readonly children: string;
  /** An empty folder, in which servers that run once per project are asked what they offer. */
  readonly noProject: string;
}

/** The home folder for this option and these surroundings. */
export function chooseHome(option: string | undefined, around: HomeSurroundings): string {
  return chooseHomeFolder(option, around, around.platform === "win32" ? win32 : posix);
}

/** The paths inside a home folder; touches nothing. */
export function homeFiles(home: string, platform: NodeJS.Platform = process.platform): HomeFiles {
  const path = platform === "win32" ? win32 : posix;
  const at = (name: string): string => path.join(home, name);
  return {
    home,
    config: at("gatehouse.json"),
    database: at("gatehouse.db"),
    lockFile: at("hub.lock"),
    runFile: at("run.json"),
    keyFile: at("home.key"),
    reserve: at("reserve"),
    logs: at("logs"),
    children: at("children"),
    noProject: at("no-project"),
  };
}

/**
 * Creates the home folder for this user alone (0700; a looser one is tightened) and returns its paths.
 * Throws `home_unusable`. On Windows the profile's own access list already keeps others out.
 */
export function prepareHome(home: string, platform: NodeJS.Platform = process.platform): HomeFiles {
  const files = homeFiles(home, platform);
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const stat = statSync(home);
    if (!stat.isDirectory()) throw new Error("it is not a folder");
    if (platform !== "win32" && (stat.mode & 0o077) !== 0) chmodSync(home, 0o700);
  } catch (error) {
    throw new GatehouseError(
      "home_unusable",
      `the home folder ${home} cannot be used: ${sentenceOf(error)}`,
      "Choose another with --home or GATEHOUSE_HOME, or make this one yours and writable.",
      error,
    );
  }
  return files;
}
