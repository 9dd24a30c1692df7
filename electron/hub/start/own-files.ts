import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A script of ours: beside this bundle in dist/node, or when run from the sources the one below `electron/`. */
export function ownScript(built: string, source: string): string {
  const beside = fileURLToPath(new URL(`./${built}.js`, import.meta.url));
  if (existsSync(beside)) return beside;
  const above = fileURLToPath(new URL(`../${built}.js`, import.meta.url));
  return existsSync(above) ? above : fileURLToPath(new URL(`../../${source}`, import.meta.url));
}

/** The built renderer beside the bundle, if there is one. */
export function builtRenderer(): string | undefined {
  for (const relative of ["../renderer", "../../renderer", "../../../dist/renderer"]) {
    const folder = fileURLToPath(new URL(relative, import.meta.url));
    if (existsSync(`${folder}/index.html`)) return folder;
  }
  return undefined;
}
