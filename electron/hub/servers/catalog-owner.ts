import type { ManagedServer } from "./managed-server.ts";
import type { ServerRegistry } from "./registry.ts";

/**
 * The server whose catalogue an instance has learnt: its own if all share it. What only a project's instance can tell,
 * because without a project the server does not start, is taken from there; so is what only a signed-in account is told,
 * while the default one is not.
 */
export function catalogOwner(servers: ServerRegistry, instance: ManagedServer): ManagedServer | undefined {
  const shared = servers.get(instance.name);
  if (shared === instance) return instance;
  if (shared?.key !== instance.key) return undefined;
  if (shared.config.isolation !== "project" && instance.place?.account === undefined) return undefined;
  if (shared.catalog.lists !== undefined) return undefined;
  shared.catalog.put(instance.catalog.parts);
  return shared;
}
