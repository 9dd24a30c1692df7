import { posix, win32 } from "node:path";
import { variable } from "../environment/child-environment.ts";
import { batchArguments } from "./windows-command.ts";

/** What to hand to child_process.spawn. */
export interface LaunchPlan {
  readonly file: string;
  readonly args: readonly string[];
  /** The arguments are a finished command line (Windows only). */
  readonly verbatim: boolean;
}

/** Where a command was looked for, and what stands there. */
export type Lookup =
  | { readonly found: true; readonly file: string; readonly executable: boolean }
  | { readonly found: false; readonly byPath: boolean; readonly searched: readonly string[] };

/** What a path leads to. */
export type Probe = (file: string) => { readonly isFile: boolean; readonly executable: boolean };

/**
 * Finds a command as the system would: by its path when it has one (relative to `cwd`), else in the folders of PATH.
 * On Windows PATHEXT's endings are tried, and the current folder is not searched, so that no program can be planted.
 */
export function lookUp(options: {
  command: string;
  cwd: string;
  env: Readonly<Record<string, string>>;
  platform: NodeJS.Platform;
  probe: Probe;
}): Lookup {
  const { command, cwd, env, platform, probe } = options;
  const windows = platform === "win32";
  const path = windows ? win32 : posix;
  const hasFolder = windows ? /[\\/]|^[A-Za-z]:/.test(command) : command.includes("/");
  const folders = (variable(env, "PATH", platform) ?? "")
    .split(path.delimiter)
    .map((folder) => (windows ? folder.replaceAll('"', "") : folder))
    .filter((folder) => folder !== "");
  const bases = hasFolder
    ? [path.resolve(cwd, command)]
    : folders.map((folder) => path.join(folder, command));
  const endings = windows ? windowsEndings(command, env) : [""];
  let unusable: string | undefined;
  for (const base of bases) {
    for (const ending of endings) {
      const { isFile, executable } = probe(base + ending);
      if (isFile && executable) return { found: true, file: base + ending, executable };
      if (isFile) unusable ??= base + ending;
    }
  }
  if (unusable !== undefined) return { found: true, file: unusable, executable: false };
  return { found: false, byPath: hasFolder, searched: hasFolder ? bases : folders };
}

function windowsEndings(command: string, env: Readonly<Record<string, string>>): string[] {
  const known = (variable(env, "PATHEXT", "win32") ?? ".COM;.EXE;.BAT;.CMD")
    .split(";")
    .filter((text) => text !== "");
  const own = win32.extname(command).toLowerCase();
  const complete = own === ".ps1" || known.some((ending) => ending.toLowerCase() === own);
  // npm puts an extensionless shell script beside its .cmd: without an ending of its own a name never means that.
  return complete ? ["", ...known] : known;
}

/** How a found file is run. Throws GatehouseError when its arguments cannot be passed safely. */
export function planLaunch(options: {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  platform: NodeJS.Platform;
}): LaunchPlan {
  const { file, args, env, platform } = options;
  if (platform !== "win32") return { file, args, verbatim: false };
  const system32 = win32.join(variable(env, "SystemRoot", platform) ?? "C:\\Windows", "System32");
  // Windows drops dots and spaces at a name's end, and would run "x.cmd." as a batch file with arguments quoted for none.
  const named = file.replace(/[. ]+$/, "");
  switch (win32.extname(named).toLowerCase()) {
    case ".cmd":
    case ".bat":
      return { file: win32.join(system32, "cmd.exe"), args: batchArguments(named, args), verbatim: true };
    case ".ps1":
      return {
        file: win32.join(system32, "WindowsPowerShell", "v1.0", "powershell.exe"),
        // The person's execution policy stands.
        args: ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", named, ...args],
        verbatim: false,
      };
    default:
      return { file: named, args, verbatim: false };
  }
}
