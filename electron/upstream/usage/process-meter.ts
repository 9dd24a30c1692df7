import type { ProcessMeter, TreeUsage } from "../../hub/ports/processes.ts";
import type { ChildRegistry } from "../termination/guard.ts";
import { type ChildProcessRecord, Membership } from "../termination/membership.ts";
import { currentSource, type UsageEntry, type UsageSource } from "./usage-source.ts";

/** A running server's tree: what is remembered of it from look to look. */
interface Tree {
  readonly root: ChildProcessRecord;
  /** CPU time of the processes of the last look, by pid and start time. */
  last: ReadonlyMap<string, number>;
  cpuMs: number;
}

/** Measures the trees of this hub's children, which it knows because every transport tells it of them. */
export function createProcessMeter(source: UsageSource = currentSource()): ProcessMeter & ChildRegistry {
  const trees = new Map<number, Tree>();
  const measureTree = (tree: Tree, table: readonly UsageEntry[]): TreeUsage => {
    const { root } = tree;
    const prey = { roots: [root], hasMark: (mark: string) => mark === root.mark, trustGroups: true };
    const members = new Set(new Membership(source, prey).update(table).map(({ pid }) => pid));
    const entries = table.filter(({ pid }) => members.has(pid));
    const now = new Map(entries.map(({ pid, startTime, cpuMs }) => [`${pid} ${startTime}`, cpuMs]));
    tree.cpuMs += Math.max(0, used(tree.last, now, source.countsEnded));
    tree.last = now;
    const sum = (of: (entry: UsageEntry) => number): number =>
      entries.reduce((total, entry) => total + of(entry), 0);
    return {
      processes: entries.length,
      cpuMs: tree.cpuMs,
      residentBytes: sum((entry) => entry.residentBytes),
      ownBytes: sum((entry) => source.ownBytes(entry) ?? entry.residentBytes),
    };
  };
  return {
    pace: source.pace,
    register: (root) => void trees.set(root.pid, { root, last: new Map(), cpuMs: 0 }),
    unregister: (pid) => void trees.delete(pid),
    async measure(roots) {
      const wanted = roots.flatMap((pid) => trees.get(pid) ?? []);
      if (wanted.length === 0) return new Map();
      const table = await source.look();
      return new Map(wanted.map((tree) => [tree.root.pid, measureTree(tree, table)]));
    },
    close: () => source.close(),
  };
}

/**
 * CPU time between two looks. Where a process's time holds that of its ended children, the sum over the tree is what
 * counts: what an ended child had used stands with its parent now. Elsewhere each process counts for itself.
 */
function used(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
  countsEnded: boolean,
): number {
  let total = 0;
  for (const [process, cpuMs] of now) total += cpuMs - (before.get(process) ?? 0);
  if (countsEnded) for (const [process, cpuMs] of before) if (!now.has(process)) total -= cpuMs;
  return total;
}
