import type { ServerConfig } from "../../../shared/model/config.ts";
import type { ManagedServer } from "./managed-server.ts";

const MINUTE_MS = 60_000;
/** How often idle servers are looked for at least and at most, in milliseconds. */
const LEAST_MS = 250;
const MOST_MS = 60_000;

const idleMs = ({ idleMinutes = 0 }: Pick<ServerConfig, "idleMinutes">): number => idleMinutes * MINUTE_MS;

/** How often to look for idle servers with these configurations, in milliseconds; undefined when none is ever idle. */
export function idleLookMs(configs: Iterable<Pick<ServerConfig, "idleMinutes">>): number | undefined {
  const times = [...configs].map(idleMs).filter((time) => time > 0);
  return times.length === 0 ? undefined : Math.min(MOST_MS, Math.max(LEAST_MS, Math.min(...times) / 4));
}

/**
 * The servers that nobody has used for as long as their configuration allows. `isBusy`: calls are under way there, tasks
 * are open, or somebody listens for its resources. `now` in milliseconds since the epoch.
 */
export function idleServers(
  servers: readonly ManagedServer[],
  now: number,
  isBusy: (server: ManagedServer) => boolean,
): ManagedServer[] {
  return servers.filter((server) => {
    const allowed = idleMs(server.config);
    return allowed > 0 && server.isReady && now - server.usedAt >= allowed && !isBusy(server);
  });
}
