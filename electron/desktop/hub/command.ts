import { existsSync } from "node:fs";
import { posix, win32 } from "node:path";
import { GatehouseError } from "../../../shared/errors.ts";
import type { HubCommand } from "./child.ts";

export interface HubCommandSurroundings {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly packaged: boolean;
  /** Electron's resources folder; counts in a packaged app only. */
  readonly resources: string;
  /** The checkout: where dist/ and node_modules/ are; counts in development only. */
  readonly root: string;
  readonly exists?: (path: string) => boolean;
}

/**
 * How the hub is run: in a packaged app the bundled single executable, and nothing that an environment variable
 * could replace; in development the built script by GATEHOUSE_NODE or the `node` package's binary.
 * Throws `runtime_missing`.
 */
export function hubCommand(around: HubCommandSurroundings): HubCommand {
  const { join } = around.platform === "win32" ? win32 : posix;
  const exists = around.exists ?? existsSync;
  const suffix = around.platform === "win32" ? ".exe" : "";
  if (around.packaged) {
    const command = join(around.resources, "bin", `gatehouse${suffix}`);
    if (exists(command)) return { command, args: [] };
    throw new GatehouseError(
      "runtime_missing",
      `the hub is missing from the app: ${command}`,
      "Install Gatehouse again.",
    );
  }
  const script = join(around.root, "dist", "node", "gatehouse.js");
  if (!exists(script))
    throw new GatehouseError(
      "runtime_missing",
      `the hub is not built: ${script} is missing`,
      "Run npm run build.",
    );
  const named = around.env.GATEHOUSE_NODE;
  const candidates =
    named === undefined || named === ""
      ? [join(around.root, "node_modules", "node", "bin", `node${suffix}`)]
      : [named];
  const command = candidates.find((path) => exists(path));
  if (command === undefined)
    throw new GatehouseError(
      "runtime_missing",
      `there is no Node 24 at ${candidates.join(", ")}`,
      "Run npm ci.",
    );
  return { command, args: [script] };
}
