import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestHub, type TestHub } from "../hub/kit.ts";

const BUILT = fileURLToPath(new URL("../../dist/node/", import.meta.url));

/** The built scripts of hub, workers and commands, by path. */
const scripts = (): string[] =>
  readdirSync(BUILT, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(BUILT, name));

/** The built scripts that hold code of a package, as their source maps say. */
export const scriptsWith = (packageName: string): string[] =>
  scripts().filter((script) => {
    if (!existsSync(`${script}.map`)) return false;
    const { sources } = JSON.parse(readFileSync(`${script}.map`, "utf8")) as { sources: string[] };
    return sources.some((source) => source.includes(`node_modules/${packageName}/`));
  });

/** The scripts that a hub and its workers have loaded by their end, as V8's own coverage names them; by path. */
export async function loadedBy(
  config: Record<string, unknown>,
  use: (hub: TestHub) => Promise<unknown>,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-coverage-"));
  try {
    const hub = await startTestHub({ config, env: { NODE_V8_COVERAGE: folder } });
    const { pid } = hub;
    try {
      await use(hub);
      // Told once: a second signal would end it before its coverage is written.
      await hub.kill("SIGTERM");
    } finally {
      await hub.stop();
    }
    const reports = readdirSync(folder).filter((name) => name.startsWith(`coverage-${pid}-`));
    return reports.flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        result: { url: string }[];
      };
      return result.flatMap(({ url }) => (url.startsWith("file:") ? [fileURLToPath(url)] : []));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
