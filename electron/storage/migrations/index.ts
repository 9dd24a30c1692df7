import { readdirSync, readFileSync } from "node:fs";

/** One step of the schema: `version` is the number that its file's name starts with. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

// Vite and Vitest replace `import.meta.env` and `import.meta.glob(…)`, which puts the texts into the bundle.
// Plain Node has neither and reads the folder that the sources stand in.
declare global {
  interface ImportMeta {
    readonly env: unknown;
    glob: (pattern: string, options: object) => Record<string, string>;
  }
}

function readFolder(): Record<string, string> {
  const folder = new URL(".", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

const texts =
  import.meta.env === undefined
    ? readFolder()
    : import.meta.glob("./*.sql", { query: "?raw", import: "default", eager: true });

/** Every migration, in order. */
export const migrations: readonly Migration[] = Object.entries(texts)
  .map(([path, sql]) => ({ version: Number.parseInt(path.replace(/^.*\//, ""), 10), sql }))
  .sort((a, b) => a.version - b.version);
