import type { Config } from "../../../shared/model/config.ts";
import type { CatalogService } from "../catalog-service.ts";
import { sessionHears, sessionHearsTask } from "../client-access.ts";
import type { Identities } from "../identities.ts";
import type { RouteDeps } from "../pipeline/route.ts";
import type { ServerRegistry } from "../servers/registry.ts";
import type { Sessions } from "../sessions.ts";
import { TaskWatch } from "../tasks/task-watch.ts";
import { Tasks } from "../tasks/tasks.ts";
import type { InFlight } from "./in-flight.ts";
import { eyesOf, profileOf, sessionSees } from "./scopes.ts";
import { ServerMessages } from "./server-messages.ts";
import { Listeners } from "./stateless/listen.ts";
import { Subscriptions } from "./subscriptions.ts";

interface Parts {
  readonly sessions: Sessions;
  readonly servers: ServerRegistry;
  readonly catalog: CatalogService;
  readonly identities: Identities;
  readonly inFlight: InFlight;
  readonly config: () => Config;
  readonly mayAsk: RouteDeps["mayAsk"];
}

/** What goes from servers to clients beside answers: questions, subscriptions, tasks and listen streams. */
export interface Messages {
  readonly subscriptions: Subscriptions;
  readonly serverMessages: ServerMessages;
  readonly tasks: Tasks;
  readonly listeners: Listeners;
  /** What the way to a server needs of them. */
  readonly route: Omit<RouteDeps, "refusal">;
}

/** Ties them to each other, to the sessions that hear of them and to the servers that they come from. */
export function wireMessages({
  sessions,
  servers,
  catalog,
  identities,
  inFlight,
  config,
  mayAsk,
}: Parts): Messages {
  const sight = { identities, catalog, config };
  const subscriptions: Subscriptions = new Subscriptions((session, server, known) =>
    sessionHears(session, server, known, sight),
  );
  const serverMessages = new ServerMessages({
    sessions,
    inFlight,
    subscriptions,
    servers: () => servers.instances(),
    sees: (session, server) => sessionSees(session.stored, server.name, identities, config()),
    tasks: () => tasks,
    mayAsk,
  });
  const tasks: Tasks = new Tasks({
    shared: (name) => servers.get(name),
    view: (scope, profile) => catalog.view(scope, profile),
    hearer: (task) => {
      const session = sessions.hearerFor(task.session);
      return session !== undefined && sessionHearsTask(session, task.tool, sight) ? session : undefined;
    },
    send: (server, session, parts) => serverMessages.send(server, session, parts),
    tellListeners: (task, parts) => taskWatch.tell(task, parts),
  });
  const route: Messages["route"] = {
    inFlight,
    tasks,
    askSession: (server, session, requests) => serverMessages.askSession(server, session, requests),
    mayAsk,
  };
  const taskWatch = new TaskWatch(
    (task) => tasks.serverOf(task),
    (session, task) => sessionHearsTask(session, task.tool, sight),
  );
  const listeners: Listeners = new Listeners({
    subscribe: async (session, { scope, client }, uri) => {
      const found = await catalog.findUri(scope, profileOf(scope, client), uri);
      const server = found === undefined ? undefined : servers.instanceFor(found.route.server, session);
      return (
        found !== undefined && server !== undefined && subscriptions.add(server, found.uri, session, uri)
      );
    },
    watchTask: async (session, { client, scope }, id) => {
      const task = tasks.find({ client, session, scope, profile: profileOf(scope, client) }, id);
      return task !== undefined && taskWatch.add(task, session);
    },
    begins: (session) => {
      const { scope, profile } = eyesOf(session.stored, identities);
      catalog.hears(scope, profile);
    },
    closed: (session) => {
      subscriptions.sessionEnded(session, servers.instances());
      taskWatch.closed(session, servers.instances());
    },
  });
  return { subscriptions, serverMessages, tasks, listeners, route };
}
