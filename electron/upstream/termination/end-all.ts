import { type Clock, type Log, sleep } from "../clock.ts";
import { Membership, type Prey } from "./membership.ts";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";

/** One step of pressure: what is sent, and how long it may take effect. A null signal only waits. */
interface Phase {
  readonly signal: "SIGTERM" | "SIGKILL" | null;
  readonly milliseconds: number;
}

export interface EndOptions {
  readonly system: ProcessSystem;
  readonly clock: Clock;
  readonly prey: Prey;
  readonly phases: readonly Phase[];
  /** How many looks in a row must find nothing before it is believed. */
  readonly emptyLooks: number;
  readonly log?: Log;
  /** This process's own pid, never a member. */
  readonly self?: number;
}

/**
 * Ends everything that belongs to the prey, phase by phase, also what joins it meanwhile, and resolves as soon as
 * nothing of it is left, or with what outlived the last phase.
 */
export async function endAll(options: EndOptions): Promise<readonly ProcessEntry[]> {
  const { system, clock, prey, phases, emptyLooks, log } = options;
  const membership = new Membership(system, prey, options.self);
  const groups = prey.roots.map((root) => root.pid);
  let living: readonly ProcessEntry[] = [];
  let empty = 0;
  for (const phase of phases) {
    const deadline = clock.now() + phase.milliseconds;
    const asked = new Set<string>();
    let pause = system.poll.min;
    do {
      const table = await snapshot(system, prey, log);
      living = membership.update(table);
      empty = living.length === 0 ? empty + 1 : 0;
      if (empty >= emptyLooks) return [];
      if (phase.signal === "SIGKILL") {
        await system.end(living, groups, "SIGKILL");
      } else if (phase.signal === "SIGTERM") {
        // Asked once: for many programs a second request means "drop everything".
        const fresh = living.filter((entry) => !asked.has(`${entry.pid} ${entry.startTime}`));
        const first = asked.size === 0;
        for (const entry of fresh) asked.add(`${entry.pid} ${entry.startTime}`);
        await system.end(fresh, first ? groups : [], "SIGTERM");
      }
      const left = deadline - clock.now();
      if (left <= 0) break;
      await sleep(clock, Math.min(pause, left));
      pause = Math.min(pause * 2, system.poll.max);
    } while (clock.now() < deadline);
  }
  return membership.update(await snapshot(system, prey, log));
}

/** The process table; where it cannot be read, the roots themselves stand in for it, so that they at least are ended. */
async function snapshot(
  system: ProcessSystem,
  prey: Prey,
  log: Log | undefined,
): Promise<readonly ProcessEntry[]> {
  try {
    return await system.list();
  } catch (error) {
    log?.("error", `The process table could not be read: ${String(error)}`);
    return prey.trustGroups ? prey.roots.map((root) => ({ ...root, ppid: 0, pgid: root.pid })) : [];
  }
}
