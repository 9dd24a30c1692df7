import { spawnSync } from "node:child_process";
import { waitFor } from "../lib/wait.ts";

/** How long a server's tree may outlive its hub, in milliseconds (issues 2 and 7). */
const SURVIVAL_LIMIT = 3_000;
/** A bare Node that takes longer than this to start and end, in milliseconds, shows a machine that is slow or busy. */
const BARE_NODE = 100;

/**
 * Waits until `survivors` names nobody, no longer than the issues allow; gives whom it names then. A machine that is
 * busy with something else gets longer, in proportion to how slow it is found to be.
 */
export async function survivorsOf(survivors: () => string[]): Promise<string[]> {
  const gone = (deadlineMs: number): Promise<unknown> =>
    waitFor(() => survivors().length === 0, { deadlineMs, what: "every process to be gone" }).catch(() => {});
  await gone(SURVIVAL_LIMIT);
  if (survivors().length > 0) {
    const slowness = Math.max(...[1, 2, 3].map(bareNodeMs)) / BARE_NODE;
    if (slowness > 1) await gone(SURVIVAL_LIMIT * (slowness - 1));
  }
  return survivors();
}

function bareNodeMs(): number {
  const begun = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  return performance.now() - begun;
}
