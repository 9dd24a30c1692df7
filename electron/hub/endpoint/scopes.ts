import type { Config } from "../../../shared/model/config.ts";
import { profileShowsServer } from "../../core/catalog/visibility.ts";
import type { Identities } from "../identities.ts";
import type { ClientIdentity, Scope } from "../ports/endpoint.ts";
import type { StoredSession } from "../ports/storage.ts";
import { scopeOf } from "../sessions.ts";

/** Which profile's eyes a scope is seen with: the client's own always rules. */
export function profileOf(scope: Scope, client: ClientIdentity): string | null {
  return client.profile ?? (scope.kind === "profile" ? scope.name : null);
}

/** The same of a client that is not asking just now, by its id. */
export function profileNow(scope: Scope, clientId: string | null, identities: Identities): string | null {
  return identities.profileOf(clientId) ?? (scope.kind === "profile" ? scope.name : null);
}

/** Whether a scope names something that exists. */
export function scopeExists(scope: Scope, config: Config): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "profile":
      return Object.hasOwn(config.profiles, scope.name);
    case "server":
      return Object.hasOwn(config.mcpServers, scope.name) && config.mcpServers[scope.name]?.enabled === true;
  }
}

/** A client with a profile may not step out of it by choosing another address. */
export function allowedIn(scope: Scope, client: ClientIdentity, config: Config): boolean {
  if (client.profile === null || scope.kind === "all") return true;
  if (scope.kind === "profile") return scope.name === client.profile;
  const profile = config.profiles[client.profile];
  return profile !== undefined && profileShowsServer(profile, scope.name);
}

/** Whether a stored session's scope and its client's profile show a server. */
export function sessionSees(
  session: Pick<StoredSession, "scope" | "clientId">,
  server: string,
  identities: Identities,
  config: Config,
): boolean {
  const scope = scopeOf(session.scope);
  if (scope.kind === "server") return scope.name === server;
  const profileName = profileNow(scope, session.clientId, identities);
  if (profileName === null) return true;
  const profile = config.profiles[profileName];
  return profile !== undefined && profileShowsServer(profile, server);
}
