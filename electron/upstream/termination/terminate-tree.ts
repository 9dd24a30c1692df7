import { type Clock, type Log, systemClock } from "../clock.ts";
import { endAll } from "./end-all.ts";
import type { ChildProcessRecord } from "./membership.ts";
import type { ProcessSystem } from "./process-system.ts";

/**
 * How long each step of a stop may take, in milliseconds. Nothing may be left after 3 s: what SIGKILL, and a busy machine,
 * take has to fit in as well.
 */
export interface Grace {
  /** From the closed stdin to SIGTERM. */
  readonly stdinMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly termMs: number;
  /** How long what was killed is watched before it is given up as unkillable. */
  readonly killMs: number;
}

export const defaultGrace: Grace = { stdinMs: 500, termMs: 1_000, killMs: 5_000 };

/** A server that ended by itself has had its chance: what it left behind is asked at once. */
export const afterExitGrace: Grace = { stdinMs: 0, termMs: 1_000, killMs: 5_000 };

/**
 * Ends a server's whole tree after the caller has closed its stdin: waits, SIGTERM, SIGKILL; to the group, to all
 * descendants, and to every process that carries the server's mark. Resolves when nothing of it is left; never rejects.
 */
export async function terminateTree(
  target: ChildProcessRecord,
  options: { system: ProcessSystem; grace: Grace; clock?: Clock; log?: Log },
): Promise<void> {
  const { system, grace, clock = systemClock, log } = options;
  const left = await endAll({
    system,
    clock,
    prey: { roots: [target], hasMark: (mark) => mark === target.mark, trustGroups: true },
    phases: [
      { signal: null, milliseconds: grace.stdinMs },
      { signal: "SIGTERM", milliseconds: grace.termMs },
      { signal: "SIGKILL", milliseconds: grace.killMs },
    ],
    emptyLooks: 1,
    ...(log === undefined ? {} : { log }),
  });
  if (left.length > 0) {
    log?.(
      "error",
      `Processes ${left.map((entry) => entry.pid).join(", ")} of ${target.mark} survived SIGKILL.`,
    );
  }
}
