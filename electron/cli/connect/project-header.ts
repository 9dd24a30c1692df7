import { posix, win32 } from "node:path";
import { pathToFileURL } from "node:url";

/** What the choice of the project folder depends on. */
export interface ProjectSurroundings {
  readonly cwd: string;
  readonly homedir: string;
  /** The home folder of the hub. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly systemRoot?: string | undefined;
}

/**
 * The value of X-Gatehouse-Project: the folder that the client started this bridge in; undefined where that says nothing,
 * as for apps started from a desktop: a root, the person's home, the hub's, or Windows's own folder.
 */
export function projectHeader(around: ProjectSurroundings): string | undefined {
  const { cwd, platform, systemRoot } = around;
  const isWindows = platform === "win32";
  const path = isWindows ? win32 : posix;
  const same = (a: string, b: string): boolean =>
    isWindows
      ? path.resolve(a).toLowerCase() === path.resolve(b).toLowerCase()
      : path.resolve(a) === path.resolve(b);
  const nothing = [path.parse(cwd).root, around.homedir, around.home];
  if (isWindows && systemRoot !== undefined) nothing.push(path.join(systemRoot, "System32"));
  if (nothing.some((folder) => folder !== "" && same(cwd, folder))) return undefined;
  return /^[\x20-\x7e]+$/.test(cwd) ? cwd : pathToFileURL(cwd, { windows: isWindows }).href;
}
