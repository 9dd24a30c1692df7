import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Era } from "../fixtures/conformance/flags.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/conformance/server.ts", import.meta.url));

/** An `mcpServers` entry that runs the conformance fixture on stdio. */
export const stdioFixture = (era: Era): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [FIXTURE, "--stdio", "--era", era],
});

/** The conformance fixture as a process of its own. */
export interface HttpFixture extends AsyncDisposable {
  /** http://127.0.0.1:PORT/mcp */
  readonly url: string;
}

/** Starts the fixture on a free port; it ends with this process at the latest. Throws with its stderr when it ends first. */
export async function startHttpFixture(era: Era): Promise<HttpFixture> {
  const child = spawn(process.execPath, [FIXTURE, "--http", "0", "--era", era], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close");
  ended.catch(() => {});
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        child.stdin.end();
        await ended;
      },
    };
  }
  throw new Error(`the conformance fixture ended before it listened\n${stderr}`);
}
