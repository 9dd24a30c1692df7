import { isDeepStrictEqual } from "node:util";
import type { Config, ServerConfig } from "../../../shared/model/config.ts";

/** The names of servers, by what happened to them. A name can be both redefined and relabelled. */
export interface ServerChanges {
  readonly added: string[];
  readonly removed: string[];
  /** What is run or connected to, or how it is run, has changed: a running instance must go. */
  readonly redefined: string[];
  /** Only how it is seen has changed (`enabled`, `prefix`): a running instance stays. */
  readonly relabelled: string[];
}

/** What a change of the configuration means for each server. */
export function changedServers(
  previous: Pick<Config, "mcpServers">,
  next: Pick<Config, "mcpServers">,
): ServerChanges {
  const changes: ServerChanges = { added: [], removed: [], redefined: [], relabelled: [] };
  const before = new Map(Object.entries(previous.mcpServers));
  for (const [name, after] of Object.entries(next.mcpServers)) {
    const old = before.get(name);
    before.delete(name);
    if (old === undefined) {
      changes.added.push(name);
      continue;
    }
    if (!isDeepStrictEqual(definition(old), definition(after))) changes.redefined.push(name);
    if (old.enabled !== after.enabled || (old.prefix ?? name) !== (after.prefix ?? name))
      changes.relabelled.push(name);
  }
  changes.removed.push(...before.keys());
  return changes;
}

/** What is run and how. The order of environment variables and headers means nothing. */
function definition(config: ServerConfig): unknown {
  const { enabled: _enabled, prefix: _prefix, ...rest } = config;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}
