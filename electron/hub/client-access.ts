import type { Config } from "../../shared/model/config.ts";
import { type CatalogView, type Route, routeUri } from "../core/catalog/aggregate.ts";
import { LIST_KINDS } from "../core/catalog/kinds.ts";
import type { CatalogService } from "./catalog-service.ts";
import type { ClientActivity } from "./client-activity.ts";
import { audience } from "./endpoint/audience.ts";
import { allowedIn, eyesOf, profileOf, sessionSees } from "./endpoint/scopes.ts";
import type { ServerMessages } from "./endpoint/server-messages.ts";
import type { Listeners } from "./endpoint/stateless/listen.ts";
import type { Subscriptions } from "./endpoint/subscriptions.ts";
import type { Identities } from "./identities.ts";
import type { Call } from "./pipeline/call.ts";
import { findRoute } from "./pipeline/route.ts";
import type { StoredClient } from "./ports/storage.ts";
import type { ManagedServer } from "./servers/managed-server.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { Tasks } from "./tasks/tasks.ts";

export interface ClientAccessDeps {
  readonly config: () => Config;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly activity: ClientActivity;
  readonly catalog: CatalogService;
  readonly instances: () => Iterable<ManagedServer>;
  readonly listeners: Listeners;
  readonly subscriptions: Subscriptions;
  readonly serverMessages: ServerMessages;
  readonly tasks: Tasks;
}

const MOVED = "the client's profile does not show this any more";

/** Whether what a session has subscribed to, under the URI it knows, is still shown to it. */
export function sessionHears(
  session: Session,
  server: ManagedServer,
  known: string,
  deps: Pick<ClientAccessDeps, "identities" | "config" | "catalog">,
): boolean {
  if (!sessionSees(session.stored, server.name, deps.identities, deps.config())) return false;
  const { scope, profile } = eyesOf(session.stored, deps.identities);
  if (profile === null) return true;
  return routeUri(deps.catalog.view(scope, profile), known)?.route.server === server.name;
}

/** Whether a session may hear of a task: of one of a tool that it is shown. */
export function sessionHearsTask(
  session: Session,
  tool: Route,
  deps: Pick<ClientAccessDeps, "identities" | "config" | "catalog">,
): boolean {
  if (!sessionSees(session.stored, tool.server, deps.identities, deps.config())) return false;
  const { scope, profile } = eyesOf(session.stored, deps.identities);
  return profile === null || showsTool(deps.catalog.view(scope, profile), tool);
}

/** Has changes of what clients may do take effect on what they have open and under way, at once. */
export class ClientAccess {
  readonly #deps: ClientAccessDeps;

  constructor(deps: ClientAccessDeps) {
    this.#deps = deps;
  }

  /** A client was revoked: its calls end cancelled, its streams and sessions close. */
  revoked(client: StoredClient): void {
    const { sessions, activity, listeners, tasks } = this.#deps;
    const why = "the client was revoked";
    activity.cancel((call) => call.client.id === client.id, why);
    sessions.endAllOf(client.id, why);
    listeners.close((session) => session.stored.clientId === client.id);
    tasks.clientRevoked(client.id);
    activity.forget(client.id);
  }

  /** A client has another profile: told of the lists that are others now, cut off from what it does not see any more. */
  moved(client: StoredClient, before: string | null): void {
    const { sessions, listeners, identities, catalog } = this.#deps;
    this.#cutOff(
      (session) => session.stored.clientId === client.id,
      (call) => call.client.id === client.id,
    );
    for (const { scope, profile, tell } of audience(sessions, listeners, identities, client.id)) {
      const old = catalog.view(scope, before ?? (scope.kind === "profile" ? scope.name : null)).results;
      const now = catalog.view(scope, profile).results;
      const changed = LIST_KINDS.filter((kind) => Buffer.compare(old[kind], now[kind]) !== 0);
      if (changed.length > 0) tell(changed);
    }
  }

  /** The configuration has changed, and with it maybe what profiles show. */
  recheck(): void {
    this.#cutOff(
      () => true,
      () => true,
    );
  }

  #cutOff(ofSession: (session: Session) => boolean, ofCall: (call: Call) => boolean): void {
    const { config, identities, sessions, activity, catalog, listeners, subscriptions } = this.#deps;
    const isShutOut = (session: Session): boolean => {
      const { scope, client } = eyesOf(session.stored, identities);
      return ofSession(session) && !allowedIn(scope, client, config());
    };
    activity.cancel((call) => {
      if (!ofCall(call) || call.route === undefined) return false;
      if (!allowedIn(call.scope, call.client, config())) return true;
      const profile = profileOf(call.scope, call.client);
      return profile !== null && !isShown(call, catalog, profile);
    }, MOVED);
    for (const session of [...sessions.live()])
      if (isShutOut(session))
        sessions.end(session, "the client's profile does not allow this address any more");
    listeners.close(isShutOut);
    subscriptions.prune(this.#deps.instances());
    this.#deps.serverMessages.levelsChanged();
  }
}

/** Whether a call still leads, for a profile, where it was sent. */
function isShown(call: Call, catalog: CatalogService, profile: string): boolean {
  const view = catalog.view(call.scope, profile);
  if (call.target.space === "tasks") return call.route !== undefined && showsTool(view, call.route);
  const found: Pick<Call, "target" | "route" | "ownKey"> = {
    target: call.target,
    route: undefined,
    ownKey: undefined,
  };
  findRoute(found, view);
  return found.route?.server === call.route?.server && found.ownKey === call.ownKey;
}

/** Whether a view shows a tool, under whatever name. */
function showsTool(view: CatalogView, { server, key }: Route): boolean {
  for (const route of view.routes.tools.values())
    if (route.server === server && route.key === key) return true;
  return false;
}
