import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { GatehouseError } from "../../shared/errors.ts";

/** What is wrong with a file, empty: nothing; or why that could not be found out. */
export type LookedOver = { readonly faults: string[] } | { readonly failed: string };

/** Databases that are being looked over. */
export interface Checking {
  /** Of each file, in their order. Rejects with GatehouseError internal when it is ended. */
  readonly found: Promise<LookedOver[]>;
  /** Ends it at once, however far it is. */
  stop(): Promise<void>;
}

/**
 * Looks whole databases over with SQLite's quick_check, which takes minutes for large ones and can neither pause nor be
 * interrupted: in a process of its own, so that the hub can end meanwhile, and that its memory is not the hub's.
 * `script` is the storage's worker.
 */
export function startCheck(script: URL | string, files: readonly string[]): Checking {
  const path = script instanceof URL ? fileURLToPath(script) : script;
  const child = spawn(process.execPath, [path, "check", ...files], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = once(child, "close");
  const found = ended.then(([code, signal]: unknown[]) => {
    if (code === 0) return JSON.parse(output) as LookedOver[];
    throw new GatehouseError("internal", `looking the database over ended (${String(signal ?? code)})`);
  });
  found.catch(() => undefined);
  return {
    found,
    async stop() {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    },
  };
}
