import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

export interface Display {
  /** What to add to the environment of programs that show windows. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * A display for windows: the one that is there (unless `own` asks for a private one), else an Xvfb on a number that it
 * finds free itself. On macOS and Windows nothing is needed.
 */
export async function startDisplay({
  own = false,
  size = "1600x1000",
}: {
  own?: boolean;
  size?: string;
} = {}): Promise<Display> {
  const { DISPLAY } = process.env;
  if (process.platform !== "linux" || (DISPLAY !== undefined && DISPLAY !== "" && !own))
    return { env: {}, stop: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-display-"));
  const child = spawn(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", `${size}x24`, "-nolisten", "tcp", "-fbdir", folder],
    { stdio: ["ignore", "ignore", "pipe", "pipe"] },
  );
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-1_000);
  });
  const exited = once(child, "exit");
  exited.catch(() => {});
  const number = once(child.stdio[3] as Readable, "data").then(([chunk]) => String(chunk).trim());
  const first = await Promise.race([
    number,
    exited.then(
      () => undefined,
      () => undefined,
    ),
  ]);
  if (first === undefined || !/^\d+$/.test(first)) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Xvfb did not start: ${complaint || "is the package xvfb installed?"}`);
  }
  return {
    env: { DISPLAY: `:${first}` },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
