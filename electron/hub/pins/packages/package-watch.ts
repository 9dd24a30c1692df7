import type { ServerConfig } from "../../../../shared/model/config.ts";
import { packageSpecOf } from "../../../core/pins/package-spec.ts";
import { type FoundPackage, findPackage } from "./find-package.ts";
import type { PackageSystem } from "./system.ts";

/** What is told when a package was found: what tells one release from another, and canonical JSON for the person. */
export interface PackageListener {
  found(server: string, identity: string, text: string): void;
  /** The server runs no package that is known. */
  none(server: string): void;
}

/**
 * After each start of a server, finds what npx, uvx or docker resolved to, in the background: no start and no call waits
 * for it. Returns what is to be called then.
 */
export function watchPackages(
  system: PackageSystem,
  listener: PackageListener,
): (server: { readonly name: string; readonly config: ServerConfig }) => Promise<void> {
  const latest = new Map<string, object>();
  return async ({ name, config }) => {
    const start = {};
    latest.set(name, start);
    const spec = config.type === "stdio" ? packageSpecOf(config.command, config.args) : undefined;
    if (spec === undefined || config.type !== "stdio") return listener.none(name);
    const found = await findPackage(spec, { cwd: config.cwd, env: config.env }, system);
    if (latest.get(name) !== start || found === undefined) return;
    listener.found(name, identityOf(spec.runner, found), textOf(found));
  };
}

function identityOf(runner: string, { name, version, integrity }: FoundPackage): string {
  return JSON.stringify([runner, name, version, integrity ?? null]);
}

/** Keys in canonical order; what is not known is left out. */
function textOf({ installedAt, integrity, name, publisher, version }: FoundPackage): string {
  return JSON.stringify({
    installedAt: installedAt === undefined ? undefined : new Date(installedAt).toISOString().slice(0, 10),
    integrity,
    name,
    publisher,
    version,
  });
}
