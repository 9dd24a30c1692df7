/** One server's page: its details, fetched again when its summary changes in a way that matters, and its log. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ServerDetail, ServerSummary } from "../../../shared/model/server.ts";
import type { Connection } from "../../lib/connection.ts";
import { createBatcher, type Schedule } from "../../lib/frame.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { createServerLog, type ServerLog } from "./server-log.ts";
import { createSignIns, type SignIns } from "./sign-ins.ts";

export interface ServerPage {
  readonly detail: ServerDetail | null;
  readonly failure: Failure | null;
}

export interface ServerStore {
  readonly store: StoreApi<ServerPage>;
  readonly log: ServerLog;
  readonly signIns: SignIns;
  reload(): void;
  dispose(): void;
}

/** What makes the details differ beyond what the summary already says. */
const digest = (server: ServerSummary): string =>
  [
    server.state,
    server.tools,
    server.startedAt,
    server.lastError,
    server.restarts,
    server.enabled,
    ...server.warnings.map(({ code }) => code),
  ].join("\n");

/** Creates the page's store for the server called `name` and loads it. */
export function createServerStore(connection: Connection, name: string, schedule?: Schedule): ServerStore {
  const store = createStore<ServerPage>(() => ({ detail: null, failure: null }));
  let disposed = false;
  const load = (): void => {
    connection.call("servers.get", { name }).then(
      (detail) => !disposed && store.setState({ detail, failure: null }),
      (error: unknown) => !disposed && store.setState({ failure: failureOf(error) }),
    );
  };
  const changes = createBatcher<ServerSummary>((batch) => {
    const latest = batch.at(-1);
    const { detail } = store.getState();
    if (latest === undefined) return;
    if (detail === null || digest(detail) !== digest(latest)) load();
    if (detail !== null) store.setState({ detail: { ...detail, ...latest } });
  }, schedule);
  const log = createServerLog(connection, name, schedule);
  const signIns = createSignIns(connection, name);

  const disposers = [
    connection.on("serverChanged", (server) => {
      if (server.name === name) changes.add([server]);
    }),
    // Rules and the default answer stand in the same file as the settings.
    connection.on("settingsChanged", load),
    connection.on("accountsChanged", (changed) => {
      if (changed.name === name) load();
    }),
    connection.onState((state) => {
      if (state.phase === "online") load();
    }),
    () => changes.dispose(),
    () => log.dispose(),
    () => signIns.dispose(),
  ];
  if (connection.state().phase === "online") load();

  return {
    store,
    log,
    signIns,
    reload: load,
    dispose() {
      disposed = true;
      for (const dispose of disposers) dispose();
    },
  };
}
