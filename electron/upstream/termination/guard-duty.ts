import type { Clock } from "../clock.ts";
import { instancePrefix } from "../environment/marker.ts";
import { type AskEngine, endAllContainers } from "./containers.ts";
import { endAll } from "./end-all.ts";
import type { GuardState } from "./guard-protocol.ts";
import type { ProcessEntry, ProcessSystem } from "./process-system.ts";

// The hub's death leaves 3 s in all; a server that wants to save its state gets most of one.
const TERM_MS = 700;
const KILL_MS = 8_000;
// A child may be between fork and exec when the hub dies, with no mark of its own yet: one empty look proves nothing.
const LOOKS_AFTER_DEATH = 3;

/**
 * What the guard does when its hub has gone: ends all that is left of it, processes first, then containers. Resolves
 * with the processes that could not be ended.
 */
export async function cleanUpAfter(
  state: GuardState,
  system: ProcessSystem,
  clock: Clock,
  ask?: AskEngine,
): Promise<readonly ProcessEntry[]> {
  const { instance } = state;
  if (instance === undefined) return [];
  const prefix = instancePrefix(instance);
  const left = await endAll({
    system,
    clock,
    prey: {
      roots: [...state.children.values()],
      hasMark: (mark) => mark.startsWith(prefix),
      trustGroups: true,
    },
    phases: [
      { signal: "SIGTERM", milliseconds: TERM_MS },
      { signal: "SIGKILL", milliseconds: KILL_MS },
    ],
    emptyLooks: state.orderly ? 1 : LOOKS_AFTER_DEATH,
  });
  await endAllContainers(state.children.values(), instance, ask === undefined ? {} : { ask });
  return left;
}
