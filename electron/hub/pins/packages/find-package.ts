import type { PackageSpec } from "../../../core/pins/package-spec.ts";
import { findImage } from "./find-image.ts";
import { findNpmPackage } from "./find-npm-package.ts";
import { findPythonPackage } from "./find-python-package.ts";
import type { PackageSystem } from "./system.ts";

/** What a runner has resolved a package to, as far as this machine knows; claims of the package are marked so by name. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  /** A checksum of what is installed; undefined where the runner keeps none. */
  readonly integrity: string | undefined;
  /** Who the package says has published it. */
  readonly publisher: string | undefined;
  /** When it was installed or, for an image, made: milliseconds since the epoch. */
  readonly installedAt: number | undefined;
}

/** What a package runner has resolved to; undefined when nothing of it is found. Nothing is fetched. */
export function findPackage(
  spec: PackageSpec,
  place: { readonly cwd: string | undefined; readonly env: Readonly<Record<string, string>> },
  system: PackageSystem,
): Promise<FoundPackage | undefined> {
  const within = { ...system, env: { ...system.env, ...place.env } };
  switch (spec.runner) {
    case "npx":
      return findNpmPackage(spec, place.cwd, within);
    case "uvx":
      return findPythonPackage(spec, within);
    case "docker":
      return findImage(spec, within);
  }
}
