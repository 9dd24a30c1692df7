import { readdirSync, readFileSync, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { variable } from "./child-environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What is looked at on disk. */
export interface Folders {
  isFolder(path: string): boolean;
  /** The names in a folder; none when it is not there. */
  list(path: string): readonly string[];
  /** A small file's text, or undefined. */
  read(path: string): string | undefined;
}

const onDisk: Folders = {
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
  read(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
};

// Below the home folder: version managers first, as they would stand first in PATH; then where installers put programs.
const HOME_FOLDERS = [
  ".volta/bin",
  ".asdf/shims",
  ".local/share/mise/shims",
  ".local/share/fnm/aliases/default/bin",
  "Library/Application Support/fnm/aliases/default/bin",
  ".fnm/aliases/default/bin",
  ".nodenv/shims",
  ".pyenv/shims",
  ".rye/shims",
  ".local/bin",
  "bin",
  ".cargo/bin",
  ".bun/bin",
  ".deno/bin",
  "go/bin",
  ".local/share/pnpm",
  "Library/pnpm",
  ".npm-global/bin",
  ".docker/bin",
  ".rd/bin",
  ".nix-profile/bin",
];
const SYSTEM_FOLDERS = [
  "/opt/homebrew/bin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/usr/local/bin",
  "/opt/local/bin",
  "/usr/bin",
  "/bin",
  "/usr/sbin",
  "/sbin",
  "/snap/bin",
  "/nix/var/nix/profiles/default/bin",
  "/run/current-system/sw/bin",
  "/Applications/Docker.app/Contents/Resources/bin",
];

/**
 * The folders in which the usual installers and version managers put programs, as far as they are there: nvm, fnm,
 * asdf, mise, Volta, Homebrew, pipx, uv, Cargo, Bun, Deno, Docker and others. In the order of PATH.
 */
export function wellKnownFolders(
  env: Environment,
  platform: NodeJS.Platform,
  disk: Folders = onDisk,
): readonly string[] {
  const folders = platform === "win32" ? windowsFolders(env, disk) : posixFolders(env, disk);
  return [...new Set(folders)].filter((folder) => disk.isFolder(folder));
}

function posixFolders(env: Environment, disk: Folders): string[] {
  const home = env.HOME;
  if (home === undefined || home === "") return SYSTEM_FOLDERS;
  return [
    ...nvmFolder(env.NVM_DIR ?? posix.join(home, ".nvm"), disk),
    ...HOME_FOLDERS.map((folder) => posix.join(home, folder)),
    ...SYSTEM_FOLDERS,
  ];
}

/** nvm's default version, or the newest there is. */
function nvmFolder(nvm: string, disk: Folders): string[] {
  const versions = disk
    .list(posix.join(nvm, "versions", "node"))
    .filter((name) => /^v\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const wanted = disk
    .read(posix.join(nvm, "alias", "default"))
    ?.trim()
    .replace(/^v/, "");
  const chosen =
    versions.findLast((name) => wanted !== undefined && `${name.slice(1)}.`.startsWith(`${wanted}.`)) ??
    versions.at(-1);
  return chosen === undefined ? [] : [posix.join(nvm, "versions", "node", chosen, "bin")];
}

function windowsFolders(env: Environment, disk: Folders): string[] {
  const below = (name: string, ...rest: string[]): string[] => {
    const folder = variable(env, name, "win32");
    return folder === undefined || folder === "" ? [] : [win32.join(folder, ...rest)];
  };
  const pythons = below("LOCALAPPDATA", "Programs", "Python").flatMap((folder) =>
    disk
      .list(folder)
      .filter((name) => /^Python\d+/.test(name))
      .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
      .flatMap((name) => [win32.join(folder, name), win32.join(folder, name, "Scripts")]),
  );
  return [
    ...below("NVM_SYMLINK"),
    ...below("LOCALAPPDATA", "Volta", "bin"),
    ...below("APPDATA", "fnm", "aliases", "default"),
    ...below("ProgramFiles", "nodejs"),
    ...below("APPDATA", "npm"),
    ...below("USERPROFILE", ".local", "bin"),
    ...below("USERPROFILE", ".cargo", "bin"),
    ...below("USERPROFILE", ".bun", "bin"),
    ...below("USERPROFILE", ".deno", "bin"),
    ...below("USERPROFILE", "scoop", "shims"),
    ...below("LOCALAPPDATA", "pnpm"),
    ...below("LOCALAPPDATA", "Microsoft", "WinGet", "Links"),
    ...below("ProgramData", "chocolatey", "bin"),
    ...pythons,
    ...below("ProgramFiles", "Docker", "Docker", "resources", "bin"),
    ...below("LOCALAPPDATA", "Microsoft", "WindowsApps"),
  ];
}
