/** One server's page: its details, fetched again when its summary changes in a way that matters, and its log. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { LogLine, ServerDetail, ServerSummary } from "../../../shared/model/server.ts";
import type { Connection } from "../../lib/connection.ts";
import { createBatcher, type Schedule } from "../../lib/frame.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

/** Log lines kept in memory. */
export const LOG_LINES = 5_000;

export interface NumberedLine extends LogLine {
  /** Counts up from 1 as lines arrive. */
  readonly number: number;
}

export interface ServerPage {
  readonly detail: ServerDetail | null;
  readonly failure: Failure | null;
  readonly lines: readonly NumberedLine[];
  readonly logLoaded: boolean;
}

export interface ServerStore {
  readonly store: StoreApi<ServerPage>;
  reload(): void;
  dispose(): void;
}

/** What makes the details differ beyond what the summary already says. */
const digest = (server: ServerSummary): string =>
  [server.state, server.tools, server.startedAt, server.lastError, server.restarts, server.enabled].join(
    "\n",
  );

/** Creates the page's store for the server called `name` and loads it. */
export function createServerStore(connection: Connection, name: string, schedule?: Schedule): ServerStore {
  const store = createStore<ServerPage>(() => ({ detail: null, failure: null, lines: [], logLoaded: false }));
  let number = 0;
  let disposed = false;
  const numbered = (lines: readonly LogLine[]): NumberedLine[] =>
    lines.map((line) => {
      number += 1;
      return { ...line, number };
    });

  const load = (): void => {
    connection.call("servers.get", { name }).then(
      (detail) => !disposed && store.setState({ detail, failure: null }),
      (error: unknown) => !disposed && store.setState({ failure: failureOf(error) }),
    );
  };
  const loadLog = (): void => {
    connection.call("servers.log", { name, limit: 2_000 }).then(
      ({ lines }) => !disposed && store.setState({ lines: numbered(lines), logLoaded: true }),
      () => !disposed && store.setState({ logLoaded: true }),
    );
  };

  const changes = createBatcher<ServerSummary>((batch) => {
    const latest = batch.at(-1);
    const { detail } = store.getState();
    if (latest === undefined) return;
    if (detail === null || digest(detail) !== digest(latest)) load();
    if (detail !== null) store.setState({ detail: { ...detail, ...latest } });
  }, schedule);
  const log = createBatcher<LogLine>((batch) => {
    const lines = [...store.getState().lines, ...numbered(batch)];
    store.setState({ lines: lines.length > LOG_LINES ? lines.slice(-LOG_LINES) : lines });
  }, schedule);

  const disposers = [
    connection.on("serverChanged", (server) => {
      if (server.name === name) changes.add([server]);
    }),
    connection.on("serverLogged", (event) => {
      if (event.name === name) log.add(event.lines);
    }),
    // Rules and the default answer stand in the same file as the settings.
    connection.on("settingsChanged", load),
    connection.onState((state) => {
      if (state.phase !== "online") return;
      load();
      loadLog();
    }),
    () => changes.dispose(),
    () => log.dispose(),
  ];
  if (connection.state().phase === "online") {
    load();
    loadLog();
  }

  return {
    store,
    reload: load,
    dispose() {
      disposed = true;
      for (const dispose of disposers) dispose();
    },
  };
}
