import { join } from "node:path";
import type { ServerConfig } from "../../../shared/model/config.ts";
import type { Whereabouts } from "../../core/policy/call.ts";
import { splitReferences } from "../config/references.ts";

/** What a server's paths mean. */
export interface ServerPlace {
  readonly where: Whereabouts;
  /** Its working folder, absolute; undefined when it cannot be told from the configuration. */
  readonly cwd: string | undefined;
}

const CONTAINER =
  /^(?:docker|podman|nerdctl|finch|container|lima|limactl|colima|kubectl|oc|lxc|incus|nsenter|chroot|wsl|flatpak|toolbox|distrobox)$/;
const REMOTE = /^(?:ssh|mosh|plink|autossh|mcp-remote|supergateway)$/;

/**
 * Where a server runs, judged by what is started: a program that enters a container or another machine, also when it is
 * started by npx, a shell or sudo, has paths of its own. A remote server's paths are never this machine's.
 */
export function serverPlace(
  config: ServerConfig,
  surroundings: {
    readonly homedir: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly project: string | undefined;
  },
): ServerPlace {
  if (config.type !== "stdio") return { where: "remote", cwd: undefined };
  const words = [config.command, ...config.args].flatMap((word) => word.split(/[\s;|&]+/));
  // The package after npx, the command after sudo and -c: near the front.
  const names = words.slice(0, 8).map(programName);
  if (names.some((name) => REMOTE.test(name))) return { where: "remote", cwd: undefined };
  if (names.some((name) => CONTAINER.test(name))) return { where: "container", cwd: undefined };
  return { where: "local", cwd: workingFolder(config.cwd, surroundings) };
}

const programName = (word: string): string =>
  (word.split(/[/\\]/).at(-1) ?? "")
    .replace(/\.(?:exe|cmd|bat|com)$/i, "")
    .replace(/@[^@]*$/, "")
    .toLowerCase();

/** As the server is started (hub/config/expand.ts): the person's home without a declared one. A secret is not looked up. */
function workingFolder(
  cwd: string | undefined,
  { homedir, env, project }: Parameters<typeof serverPlace>[1],
): string | undefined {
  if (cwd === undefined) return homedir;
  let filled = "";
  for (const part of splitReferences(cwd)) {
    if (typeof part === "string") filled += part;
    else {
      const value = part.kind === "env" ? env[part.name] : part.kind === "project" ? project : undefined;
      if (value === undefined) return undefined;
      filled += value;
    }
  }
  if (filled === "~") return homedir;
  return /^~[/\\]/.test(filled) ? join(homedir, filled.slice(2)) : filled;
}
