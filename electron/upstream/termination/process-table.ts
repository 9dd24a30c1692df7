import type { ProcessTable } from "../../hub/ports/processes.ts";
import type { ChildRegistry } from "./guard.ts";
import { type ChildProcessRecord, Membership } from "./membership.ts";
import { currentSystem, type ProcessSystem } from "./process-system.ts";

/** The process table that knows this hub's children because every transport tells it of them. */
export function createProcessTable(system: ProcessSystem = currentSystem()): ProcessTable & ChildRegistry {
  const children = new Map<number, ChildProcessRecord>();
  return {
    register: (child) => void children.set(child.pid, child),
    unregister: (pid) => void children.delete(pid),
    async trees(roots) {
      const wanted = roots.flatMap((pid) => children.get(pid) ?? []);
      if (wanted.length === 0) return new Map();
      const table = await system.list();
      return new Map(
        wanted.map((root) => {
          const prey = { roots: [root], hasMark: (mark: string) => mark === root.mark, trustGroups: true };
          return [root.pid, new Membership(system, prey).update(table).map(({ pid }) => pid)];
        }),
      );
    },
  };
}
