import { createHash } from "node:crypto";
import { normalName, type PackageSpec } from "../../../core/pins/package-spec.ts";
import type { FoundPackage } from "./find-package.ts";
import { type PackageSystem, pathsOf } from "./system.ts";

type UvxSpec = Extract<PackageSpec, { runner: "uvx" }>;

/** Environments that are looked into, newest first. */
const MAX_ENVIRONMENTS = 500;

/**
 * Where uvx runs a package from: a tool that was installed for good, else the newest of the environments in uv's cache
 * that has the package (in the version asked for).
 */
export async function findPythonPackage(
  spec: UvxSpec,
  system: PackageSystem,
): Promise<FoundPackage | undefined> {
  const paths = pathsOf(system);
  const tool = await inEnvironment(paths.join(toolFolder(system), spec.name), spec, system);
  if (tool !== undefined && spec.wanted === "") return tool.found;
  const archive = paths.join(cacheFolder(system), "archive-v0");
  const names = (await system.list(archive)).slice(0, MAX_ENVIRONMENTS);
  const found = await Promise.all(
    names.map((name) => inEnvironment(paths.join(archive, name), spec, system)),
  );
  const newest = found
    .filter((each) => each !== undefined)
    .sort((a, b) => b.at - a.at)
    .at(0);
  return (newest ?? tool)?.found;
}

async function inEnvironment(
  folder: string,
  spec: UvxSpec,
  system: PackageSystem,
): Promise<{ found: FoundPackage; at: number } | undefined> {
  const paths = pathsOf(system);
  for (const site of await sitePackages(folder, system)) {
    const info = (await system.list(site)).find((name) => {
      const [, distribution = "", version = ""] = /^(.+?)-([^-]+)\.dist-info$/.exec(name) ?? [];
      return normalName(distribution) === spec.name && (spec.wanted === "" || spec.wanted === version);
    });
    if (info === undefined) continue;
    const metadata = (await system.readText(paths.join(site, info, "METADATA"))) ?? "";
    const record = await system.readText(paths.join(site, info, "RECORD"));
    const at = await system.modifiedAt(paths.join(site, info));
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: *(.+)$`, "mi").exec(metadata.split(/\r?\n\r?\n/)[0] ?? "")?.[1]?.trim();
    const found = {
      name: spec.name,
      version: field("Version") ?? info.replace(/^.*-([^-]+)\.dist-info$/, "$1"),
      // RECORD lists the checksum of every file that was installed.
      integrity:
        record === undefined ? undefined : `sha256-${createHash("sha256").update(record).digest("base64")}`,
      publisher: field("Author") ?? field("Author-email") ?? field("Maintainer"),
      installedAt: at,
    };
    return { found, at: at ?? 0 };
  }
  return undefined;
}

async function sitePackages(folder: string, system: PackageSystem): Promise<string[]> {
  const paths = pathsOf(system);
  if (system.platform === "win32") return [paths.join(folder, "Lib", "site-packages")];
  const pythons = (await system.list(paths.join(folder, "lib"))).filter((name) => name.startsWith("python"));
  return pythons.map((python) => paths.join(folder, "lib", python, "site-packages"));
}

function toolFolder(system: PackageSystem): string {
  const { env, home, platform } = system;
  const paths = pathsOf(system);
  if (env.UV_TOOL_DIR !== undefined) return env.UV_TOOL_DIR;
  if (platform === "win32") return paths.join(env.APPDATA ?? home, "uv", "tools");
  return paths.join(env.XDG_DATA_HOME ?? paths.join(home, ".local", "share"), "uv", "tools");
}

function cacheFolder(system: PackageSystem): string {
  const { env, home, platform } = system;
  const paths = pathsOf(system);
  if (env.UV_CACHE_DIR !== undefined) return env.UV_CACHE_DIR;
  if (platform === "win32") return paths.join(env.LOCALAPPDATA ?? home, "uv", "cache");
  return paths.join(env.XDG_CACHE_HOME ?? paths.join(home, ".cache"), "uv");
}
