import { readFileSync } from "node:fs";

/**
 * The text of docs/errors.md. Vite and Vitest put it into the bundle (see electron/storage/migrations/index.ts, which
 * declares what they replace); plain Node reads the file.
 */
const texts: Record<string, string> =
  import.meta.env === undefined
    ? { "": readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8") }
    : import.meta.glob("../../docs/errors.md", { query: "?raw", import: "default", eager: true });

export const errorDocsText = Object.values(texts)[0] ?? "";
