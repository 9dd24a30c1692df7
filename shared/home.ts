import { GatehouseError } from "./errors.ts";

/** What the choice of the home folder depends on. */
export interface HomeSurroundings {
  /** As process.platform names it. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  readonly cwd: string;
}

/** Node's `path`, of the platform that is asked about. */
export interface PathRules {
  join(...parts: string[]): string;
  resolve(...parts: string[]): string;
  isAbsolute(path: string): boolean;
}

/**
 * The home folder: the option, else GATEHOUSE_HOME, else the platform's own place. Absolute.
 * Throws `bad_usage` for an empty option.
 */
export function chooseHomeFolder(
  option: string | undefined,
  around: HomeSurroundings,
  path: PathRules,
): string {
  const named = option ?? set(around.env.GATEHOUSE_HOME);
  if (named !== undefined) {
    if (named === "")
      throw new GatehouseError("bad_usage", "--home is empty", "Name a folder, or leave --home out.");
    return path.resolve(around.cwd, named);
  }
  if (around.platform === "win32") {
    return path.join(set(around.env.APPDATA) ?? path.join(around.homedir, "AppData", "Roaming"), "Gatehouse");
  }
  if (around.platform === "darwin")
    return path.join(around.homedir, "Library", "Application Support", "Gatehouse");
  const xdg = set(around.env.XDG_CONFIG_HOME);
  // The XDG specification tells to ignore relative paths.
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(around.homedir, ".config");
  return path.join(base, "gatehouse");
}

const set = (value: string | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : value;
