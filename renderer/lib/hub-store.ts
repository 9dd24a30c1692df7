/** The page's mirror of the hub: servers, clients, questions and settings, kept true by broadcasts. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { hubSchema, Settings } from "../../shared/contract.ts";
import { GatehouseError, sentenceOf } from "../../shared/errors.ts";
import { isPartial, type Searched } from "../../shared/model/call.ts";
import type { Client } from "../../shared/model/client.ts";
import type { Question } from "../../shared/model/question.ts";
import type { ServerSummary } from "../../shared/model/server.ts";
import type { Connection, ConnectionState } from "./connection.ts";
import { createBatcher, type Schedule } from "./frame.ts";

/** A failure as the person is told: what, and what to do. */
export interface Failure {
  readonly message: string;
  readonly advice: string | null;
}

/** The sentence and the advice of any thrown value. */
export function failureOf(error: unknown): Failure {
  return {
    message: sentenceOf(error),
    advice: error instanceof GatehouseError ? (error.advice ?? null) : null,
  };
}

type Hub = (typeof hubSchema)["_output"];

export interface HubData {
  readonly connection: ConnectionState;
  /** False until the first answer has come; what was known stays shown while offline. */
  readonly loaded: boolean;
  readonly failure: Failure | null;
  readonly hub: Hub | null;
  /** Sorted by name. */
  readonly servers: readonly ServerSummary[];
  readonly clients: readonly Client[];
  readonly questions: readonly Question[];
  readonly settings: Settings | null;
  /** How far the index of the history has come, while it is being made anew or has fallen behind. */
  readonly indexing: Searched | null;
}

export interface HubStore {
  readonly store: StoreApi<HubData>;
  /** Asks for everything again, after an error. */
  reload(): void;
  dispose(): void;
}

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

const replaced = <T extends { name: string }>(
  list: readonly T[],
  changed: ReadonlyMap<string, T>,
): readonly T[] => {
  const seen = new Set<string>();
  const kept = list.map((item) => {
    seen.add(item.name);
    return changed.get(item.name) ?? item;
  });
  for (const [name, item] of changed) if (!seen.has(name)) kept.push(item);
  return kept.length === list.length ? kept : kept.sort(byName);
};

/** Milliseconds for which the index may be behind, as it is after a burst of calls, before somebody is told. */
const BEHIND_MS = 2_000;

/** Creates the mirror over a connection. `schedule` batches the frequent broadcasts. */
export function createHubStore(
  connection: Connection,
  schedule?: Schedule,
  now: () => number = Date.now,
): HubStore {
  const store = createStore<HubData>(() => ({
    connection: connection.state(),
    loaded: false,
    failure: null,
    hub: null,
    servers: [],
    clients: [],
    questions: [],
    settings: null,
    indexing: null,
  }));
  const { setState, getState } = store;

  const servers = createBatcher<ServerSummary>(
    (batch) =>
      setState({ servers: replaced(getState().servers, new Map(batch.map((item) => [item.name, item]))) }),
    schedule,
  );

  let behindSince: number | undefined;
  const takeIndexed = (indexed: Searched): void => {
    if (!isPartial(indexed)) behindSince = undefined;
    else behindSince ??= now();
    const lasts = behindSince !== undefined && now() - behindSince >= BEHIND_MS;
    if (lasts || getState().indexing !== null) setState({ indexing: lasts ? indexed : null });
  };

  const load = async (): Promise<void> => {
    try {
      const [status, clients, questions, settings] = await Promise.all([
        connection.call("hub.status", {}),
        connection.call("clients.list", {}),
        connection.call("questions.list", {}),
        connection.call("settings.get", {}),
      ]);
      setState({
        loaded: true,
        failure: null,
        hub: status.hub,
        servers: [...status.servers].sort(byName),
        clients: clients.clients,
        questions: questions.pending,
        settings,
      });
    } catch (error) {
      if (connection.state().phase === "online") setState({ failure: failureOf(error) });
    }
  };

  const disposers = [
    connection.onState((state) => {
      // The next hub tells of its own index.
      behindSince = undefined;
      setState({ connection: state, indexing: null });
      if (state.phase === "online") void load();
    }),
    connection.on("hubChanged", (hub) => setState({ hub })),
    connection.on("serverChanged", (server) => servers.add([server])),
    connection.on("serverRemoved", ({ name }) =>
      setState({ servers: getState().servers.filter((server) => server.name !== name) }),
    ),
    connection.on("clientChanged", (client) => {
      const others = getState().clients.filter((other) => other.id !== client.id);
      setState({ clients: [...others, client] });
    }),
    connection.on("questionAsked", (question) => {
      const others = getState().questions.filter((other) => other.id !== question.id);
      setState({ questions: [...others, question] });
    }),
    connection.on("questionChanged", (question) =>
      setState({
        questions: getState().questions.map((other) => (other.id === question.id ? question : other)),
      }),
    ),
    connection.on("questionAnswered", ({ id }) =>
      setState({ questions: getState().questions.filter((question) => question.id !== id) }),
    ),
    connection.on("settingsChanged", (settings) => setState({ settings })),
    connection.on("historyChanged", ({ indexed }) => takeIndexed(indexed)),
    () => servers.dispose(),
  ];
  if (connection.state().phase === "online") void load();

  return {
    store,
    reload: () => void load(),
    dispose() {
      for (const dispose of disposers) dispose();
    },
  };
}
