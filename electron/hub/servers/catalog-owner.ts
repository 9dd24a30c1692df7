import type { ManagedServer } from "./managed-server.ts";
import type { ServerRegistry } from "./registry.ts";

/**
 * The server whose catalogue an instance has learnt: its own if all share it. What only a project's instance can tell,
 * because without a project the server does not start, is taken from there.
 */
export function catalogOwner(servers: ServerRegistry, instance: ManagedServer): ManagedServer | undefined {
  const shared = servers.get(instance.name);
  if (shared === instance) return instance;
  if (shared?.key !== instance.key || shared.config.isolation !== "project") return undefined;
  if (shared.catalog.lists !== undefined) return undefined;
  shared.catalog.put(instance.catalog.parts);
  return shared;
}
