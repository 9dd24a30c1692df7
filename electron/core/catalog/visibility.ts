import type { Profile } from "../../../shared/model/config.ts";
import { globMatches } from "../policy/glob.ts";

/** Whether a profile shows a tool (by its own name) of a server: an allow list admits, a deny list always wins. */
export function profileShows(profile: Profile, server: string, tool: string): boolean {
  if (!profileShowsServer(profile, server)) return false;
  const filter = profile.tools[server] ?? profile.tools["*"];
  if (filter === undefined) return true;
  if (filter.allow !== undefined && !filter.allow.some((pattern) => globMatches(pattern, tool))) return false;
  return !(filter.deny ?? []).some((pattern) => globMatches(pattern, tool));
}

/** Whether a profile shows a server at all; without a list of servers it shows every one. */
export function profileShowsServer(profile: Profile, server: string): boolean {
  return profile.servers === undefined || profile.servers.some((pattern) => globMatches(pattern, server));
}
