import type { Config } from "../../../shared/model/config.ts";
import { profileNamed, profileShowsServer } from "../../core/catalog/visibility.ts";
import type { Identities } from "../identities.ts";
import type { ClientIdentity, Scope } from "../ports/endpoint.ts";
import type { StoredSession } from "../ports/storage.ts";
import { scopeOf } from "../sessions.ts";

/** Which profile's eyes a scope is seen with: the client's own always rules. */
export function profileOf(scope: Scope, client: ClientIdentity): string | null {
  return client.profile ?? (scope.kind === "profile" ? scope.name : null);
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
  const profile = profileNamed(config.profiles, client.profile);
  return profile !== undefined && profileShowsServer(profile, scope.name);
}

/** What a session looks at the hub with: its address, and its client's profile as it is now. */
export function eyesOf(
  session: Pick<StoredSession, "scope" | "clientId">,
  identities: Identities,
): { readonly scope: Scope; readonly client: ClientIdentity; readonly profile: string | null } {
  const scope = scopeOf(session.scope);
  const client = { id: session.clientId, name: "", profile: identities.profileOf(session.clientId) };
  return { scope, client, profile: profileOf(scope, client) };
}

/** Whether a session's address and its client's profile show a server. */
export function sessionSees(
  session: Pick<StoredSession, "scope" | "clientId">,
  server: string,
  identities: Identities,
  config: Config,
): boolean {
  const { scope, client, profile: name } = eyesOf(session, identities);
  if (!allowedIn(scope, client, config)) return false;
  if (scope.kind === "server" && scope.name !== server) return false;
  if (name === null) return true;
  const profile = profileNamed(config.profiles, name);
  return profile !== undefined && profileShowsServer(profile, server);
}

/** The signed-in account of a server that a session's profile has chosen; undefined: the default one. */
export function accountFor(
  server: string,
  session: Pick<StoredSession, "scope" | "clientId">,
  identities: Identities,
  config: Config,
): string | undefined {
  const { profile: name } = eyesOf(session, identities);
  const accounts = name === null ? undefined : profileNamed(config.profiles, name)?.accounts;
  const account = accounts !== undefined && Object.hasOwn(accounts, server) ? accounts[server] : undefined;
  return account === "default" ? undefined : account;
}
