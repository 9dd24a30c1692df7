import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { posix, win32 } from "node:path";

/** Links that lead to links, at most; the systems' own limit is the same. */
const MAX_LINKS = 40;

/**
 * The path with links resolved, as far as it exists: of its deepest part that does, with the rest after it. A link that
 * leads nowhere counts by its target, as what is written there would be created there. Undefined when that cannot be
 * told: no permission, a loop, a device. Gets an absolute path without "." and "..". A few microseconds.
 */
export function realPath(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  return resolve(path, platform === "win32" ? win32 : posix, MAX_LINKS);
}

function resolve(path: string, rules: typeof posix, linksLeft: number): string | undefined {
  if (linksLeft === 0) return undefined;
  const rest: string[] = [];
  for (let at = path; ; ) {
    try {
      return rules.join(realpathSync.native(at), ...rest);
    } catch (error) {
      // A file where a folder should be has nothing in it, and never will.
      if (!isMissing(error)) return undefined;
    }
    const target = danglingTarget(at);
    if (target === null) return undefined;
    if (target !== undefined) {
      const led = resolve(rules.resolve(realParent(at, rules), target), rules, linksLeft - 1);
      return led === undefined ? undefined : rules.join(led, ...rest);
    }
    const above = rules.dirname(at);
    if (above === at) return undefined;
    rest.unshift(rules.basename(at));
    at = above;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Where a link leads that leads nowhere; undefined for what is no link; null when it cannot be told. */
function danglingTarget(path: string): string | undefined | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    return isMissing(error) ? undefined : null;
  }
}

/** A link's target is meant from the folder that the link is really in, which exists. */
function realParent(path: string, rules: typeof posix): string {
  return realpathSync.native(rules.dirname(path));
}
