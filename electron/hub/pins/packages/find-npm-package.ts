import { createHash } from "node:crypto";
import { z } from "zod";
import type { PackageSpec } from "../../../core/pins/package-spec.ts";
import type { FoundPackage } from "./find-package.ts";
import { type PackageSystem, pathsOf } from "./system.ts";

type NpxSpec = Extract<PackageSpec, { runner: "npx" }>;

const manifestSchema = z.object({
  version: z.string(),
  author: z
    .union([z.string(), z.object({ name: z.string() })])
    .optional()
    .catch(undefined),
});
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});

/**
 * Where npx runs a package from: the project's own copy when its folder has one that fits, else npx's cache, which keeps
 * its copies by a hash of what was asked for (libnpmexec).
 */
export async function findNpmPackage(
  spec: NpxSpec,
  cwd: string | undefined,
  system: PackageSystem,
): Promise<FoundPackage | undefined> {
  const paths = pathsOf(system);
  const own =
    cwd === undefined ? undefined : await installed(spec.name, paths.join(cwd, "node_modules"), system);
  if (own !== undefined && (spec.wanted === "" || spec.wanted === own.version)) return own;
  const specs = [...spec.specs].sort((a, b) => a.localeCompare(b, "en"));
  const hash = createHash("sha512").update(specs.join("\n")).digest("hex").slice(0, 16);
  return installed(spec.name, paths.join(await cacheFolder(system), "_npx", hash, "node_modules"), system);
}

async function installed(
  name: string,
  modules: string,
  system: PackageSystem,
): Promise<FoundPackage | undefined> {
  const paths = pathsOf(system);
  const lockFile = paths.join(modules, ".package-lock.json");
  const manifest = parsed(manifestSchema, await system.readText(paths.join(modules, name, "package.json")));
  if (manifest === undefined) return undefined;
  const lock = parsed(lockSchema, await system.readText(lockFile));
  const { author, version } = manifest;
  return {
    name,
    version,
    integrity: lock?.packages[`node_modules/${name}`]?.integrity,
    publisher: typeof author === "object" ? author.name : author,
    installedAt: await system.modifiedAt(lockFile),
  };
}

/** npm's cache: from the environment, the person's .npmrc, or the platform's own place. */
async function cacheFolder(system: PackageSystem): Promise<string> {
  const { env, home, platform } = system;
  const paths = pathsOf(system);
  const named = env.npm_config_cache ?? env.NPM_CONFIG_CACHE;
  if (named !== undefined && named !== "") return named;
  const npmrc = await system.readText(env.NPM_CONFIG_USERCONFIG ?? paths.join(home, ".npmrc"));
  const line = /^\s*cache\s*=\s*"?([^"\r\n]+?)"?\s*$/m.exec(npmrc ?? "")?.[1];
  if (line !== undefined) return line.replace(/^~(?=[\\/]|$)/, home).replaceAll(/\$\{HOME\}/g, home);
  return platform === "win32" && env.LOCALAPPDATA !== undefined
    ? paths.join(env.LOCALAPPDATA, "npm-cache")
    : paths.join(home, ".npm");
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
