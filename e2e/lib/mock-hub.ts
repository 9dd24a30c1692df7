import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MOCK = fileURLToPath(new URL("../../renderer/dev/mock-hub.ts", import.meta.url));

/** What the stand-in for the hub shows. */
export type Scenario =
  | "full"
  | "empty"
  | "failing"
  | "hostile"
  | "loading"
  | "asking"
  | "million"
  | "troubled"
  | "restarted";

export interface MockHub {
  /** Opens the web UI, signed in. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the stand-in for the hub (renderer/dev/mock-hub.ts) on a free port. */
export async function startMockHub(scenario: Scenario): Promise<MockHub> {
  const child = spawn(process.execPath, [MOCK, "--port", "0", "--scenario", scenario], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const said = await Promise.race([once(lines, "line"), ended.then(() => [""])]);
  lines.close();
  const url = /http:\S+/.exec(String(said[0]))?.[0];
  if (url === undefined) throw new Error("the mock hub did not start");
  return {
    url,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}
