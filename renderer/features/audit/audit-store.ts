/** The administrative acts, newest first: pages of the hub's log, and those that are recorded meanwhile. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { AuditEntry } from "../../../shared/model/audit.ts";
import type { Connection } from "../../lib/connection.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

/** Entries that are asked for at once. */
export const PAGE = 100;
/** Most entries kept; older ones are fetched again when they are scrolled to. */
const MOST = 5_000;

export interface AuditState {
  readonly entries: readonly AuditEntry[];
  readonly phase: "loading" | "ready" | "failed";
  readonly failure: Failure | null;
  readonly more: boolean;
  readonly loadingOlder: boolean;
  readonly search: string;
}

export interface AuditStore {
  readonly store: StoreApi<AuditState>;
  setSearch(search: string): void;
  loadOlder(): void;
  reload(): void;
  dispose(): void;
}

const fits = ({ act, detail }: AuditEntry, search: string): boolean => {
  const needle = search.toLowerCase();
  return act.toLowerCase().includes(needle) || detail.toLowerCase().includes(needle);
};

/** Creates the store over a connection and loads its first page. */
export function createAuditStore(connection: Connection): AuditStore {
  const store = createStore<AuditState>(() => ({
    entries: [],
    phase: "loading",
    failure: null,
    more: false,
    loadingOlder: false,
    search: "",
  }));
  const { getState, setState } = store;
  let round = 0;
  const page = (before?: number) => {
    const { search } = getState();
    return connection.call("audit.list", {
      limit: PAGE,
      ...(search === "" ? {} : { search }),
      ...(before === undefined ? {} : { before }),
    });
  };
  const reload = (): void => {
    round += 1;
    const mine = round;
    setState({ loadingOlder: false });
    page().then(
      ({ entries, more }) => {
        if (mine === round) setState({ entries, more, phase: "ready", failure: null });
      },
      (error: unknown) => {
        if (mine === round && connection.state().phase === "online")
          setState({ phase: "failed", failure: failureOf(error) });
      },
    );
  };
  const disposers = [
    connection.on("auditRecorded", (entry) => {
      const { entries, phase, search } = getState();
      if (phase !== "ready" || !fits(entry, search) || entries.some(({ id }) => id === entry.id)) return;
      const kept = [entry, ...entries].slice(0, MOST);
      setState({ entries: kept, more: getState().more || kept.length <= entries.length });
    }),
    connection.onState((state) => {
      if (state.phase === "online") reload();
    }),
  ];
  if (connection.state().phase === "online") reload();
  return {
    store,
    reload,
    setSearch(search) {
      if (search === getState().search) return;
      setState({ search });
      reload();
    },
    loadOlder() {
      const { entries, more, loadingOlder, phase } = getState();
      const oldest = entries.at(-1);
      if (!more || loadingOlder || phase !== "ready" || oldest === undefined || entries.length >= MOST)
        return;
      const mine = round;
      setState({ loadingOlder: true });
      page(oldest.id).then(
        (older) => {
          if (mine === round)
            setState({
              entries: [...getState().entries, ...older.entries],
              more: older.more,
              loadingOlder: false,
            });
        },
        () => mine === round && setState({ loadingOlder: false }),
      );
    },
    dispose() {
      round += 1;
      for (const dispose of disposers) dispose();
    },
  };
}
