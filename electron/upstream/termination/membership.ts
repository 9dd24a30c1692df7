import type { ContainerEngine } from "./containers.ts";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";

/** A process that was started by a hub: what is remembered of it. */
export interface ChildProcessRecord {
  readonly pid: number;
  /** As ProcessSystem.startTimeOf gave it. */
  readonly startTime: number;
  /** Its MCP_HUB_MARK. */
  readonly mark: string;
  /** Set when it is the client of a container: whom to ask to stop that. */
  readonly engine?: ContainerEngine | undefined;
}

/** Who is to be ended. */
export interface Prey {
  readonly roots: readonly ChildProcessRecord[];
  /** Whether a mark found in a process's environment makes it part of the prey. */
  readonly hasMark: (mark: string) => boolean;
  /**
   * Whether a process group that bears a root's pid is the root's although the root itself is gone. True as long as
   * the root was known to live a moment ago; false when the record may be old.
   */
  readonly trustGroups: boolean;
}

/**
 * Finds, in one snapshot of the process table after the other, what belongs to the prey: the roots, their groups, all
 * descendants, and everything that carries the mark. A process once found stays found when its parent dies.
 * Start times guard every step against pids that have passed to a stranger.
 */
export class Membership {
  readonly #system: Pick<ProcessSystem, "sameStart">;
  readonly #prey: Prey;
  readonly #self: number;
  /** Everything ever found: pid to start time. */
  readonly #found = new Map<number, number>();

  constructor(system: Pick<ProcessSystem, "sameStart">, prey: Prey, self: number = process.pid) {
    this.#system = system;
    this.#prey = prey;
    this.#self = self;
    for (const root of prey.roots) this.#found.set(root.pid, root.startTime);
  }

  /** The living members in this snapshot. */
  update(table: readonly ProcessEntry[]): ProcessEntry[] {
    const byPid = new Map(table.map((entry) => [entry.pid, entry]));
    const groups = new Set<number>();
    for (const root of this.#prey.roots) {
      const holder = byPid.get(root.pid);
      const same = holder !== undefined && this.#system.sameStart(holder.startTime, root.startTime);
      if (same || (holder === undefined && this.#prey.trustGroups)) groups.add(root.pid);
    }
    const members = new Map<number, ProcessEntry>();
    const take = (entry: ProcessEntry): boolean => {
      if (members.has(entry.pid) || entry.pid === this.#self || entry.pid <= 1) return false;
      members.set(entry.pid, entry);
      this.#found.set(entry.pid, entry.startTime);
      return true;
    };
    for (const entry of table) {
      const known = this.#found.get(entry.pid);
      const inGroup = entry.pgid !== null && groups.has(entry.pgid);
      const marked = entry.mark !== null && this.#prey.hasMark(entry.mark);
      if (inGroup || marked || (known !== undefined && this.#system.sameStart(known, entry.startTime)))
        take(entry);
    }
    for (let grew = true; grew; ) {
      grew = false;
      for (const entry of table) {
        if (!members.has(entry.pid) && this.#descends(entry, byPid)) grew = take(entry) || grew;
      }
    }
    return [...members.values()];
  }

  #descends(entry: ProcessEntry, byPid: ReadonlyMap<number, ProcessEntry>): boolean {
    const parentStart = this.#found.get(entry.ppid);
    if (parentStart === undefined || entry.pid === entry.ppid) return false;
    const notOlder = (a: number, b: number): boolean => a >= b || this.#system.sameStart(a, b);
    const holder = byPid.get(entry.ppid);
    if (holder !== undefined && !this.#system.sameStart(holder.startTime, parentStart)) {
      // The parent's pid has a new owner: only what is older than the owner can be the former one's child.
      return notOlder(entry.startTime, parentStart) && entry.startTime < holder.startTime;
    }
    return notOlder(entry.startTime, parentStart);
  }
}
