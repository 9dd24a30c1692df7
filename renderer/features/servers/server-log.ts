/** A server's log as its page shows it: the newest lines that fit, live, and older ones as they are asked for. */
import type { StoreApi } from "zustand/vanilla";
import { createStore } from "zustand/vanilla";
import { type LogFilter, type LogLine, logMatcher } from "../../../shared/model/server.ts";
import type { Connection } from "../../lib/connection.ts";
import { createBatcher, type Schedule } from "../../lib/frame.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";

/** Live lines kept; those that were asked for besides stay too. */
export const LOG_LINES = 5_000;
const FIRST_PAGE = 2_000;
const OLDER_PAGE = 1_000;

export interface NumberedLine extends LogLine {
  /** Counts up from 1 as lines arrive, and down from 0 for older ones. */
  readonly number: number;
}

export interface ServerLogState {
  /** Oldest first; all fit the filter. */
  readonly lines: readonly NumberedLine[];
  readonly filter: LogFilter;
  /** False until the first answer for this filter has come. */
  readonly loaded: boolean;
  readonly failure: Failure | null;
  /** Where older lines go on; null: there are none. */
  readonly before: string | null;
  readonly loadingOlder: boolean;
}

export interface ServerLog {
  readonly store: StoreApi<ServerLogState>;
  /** Shows other lines from now on. */
  setFilter(filter: LogFilter): void;
  loadOlder(): void;
  reload(): void;
  dispose(): void;
}

/** Reads the log of the server called `name` and follows it. */
export function createServerLog(connection: Connection, name: string, schedule?: Schedule): ServerLog {
  const store = createStore<ServerLogState>(() => ({
    lines: [],
    filter: {},
    loaded: false,
    failure: null,
    before: null,
    loadingOlder: false,
  }));
  const { getState, setState } = store;
  let newest = 0;
  let oldest = 1;
  let most = LOG_LINES;
  /** Which question is the latest: what an earlier one brings is not wanted any more. */
  let asked = 0;
  let matches = logMatcher({});
  const numbered = (lines: readonly LogLine[]): NumberedLine[] =>
    lines.map((line) => {
      newest += 1;
      return { ...line, number: newest };
    });
  const live = createBatcher<LogLine>((batch) => {
    const lines = [...getState().lines, ...numbered(batch.filter(matches))];
    setState({ lines: lines.length > most ? lines.slice(-most) : lines });
  }, schedule);

  const ask = async (older: boolean): Promise<void> => {
    asked += 1;
    const mine = asked;
    const { filter, before } = getState();
    const isLatest = (): boolean => mine === asked;
    try {
      const page = await connection.call("servers.log", {
        name,
        ...filter,
        limit: older ? OLDER_PAGE : FIRST_PAGE,
        ...(older && before !== null ? { before } : {}),
      });
      if (!isLatest()) return;
      if (!older) {
        most = LOG_LINES;
        setState({ lines: numbered(page.lines), before: page.before, loaded: true, failure: null });
        return;
      }
      oldest -= page.lines.length;
      const added = page.lines.map((line, index) => ({ ...line, number: oldest + index }));
      most += added.length;
      setState({
        lines: [...added, ...getState().lines],
        before: page.before,
        failure: null,
        loadingOlder: false,
      });
    } catch (error) {
      if (isLatest()) setState({ failure: failureOf(error), loaded: true, loadingOlder: false });
    }
  };

  const disposers = [
    connection.on("serverLogged", (event) => {
      if (event.name === name) live.add(event.lines);
    }),
    connection.onState((state) => {
      if (state.phase === "online") void ask(false);
    }),
    () => live.dispose(),
  ];
  if (connection.state().phase === "online") void ask(false);
  return {
    store,
    setFilter(filter) {
      matches = logMatcher(filter);
      setState({ filter, lines: getState().lines.filter(matches), loaded: false, before: null });
      void ask(false);
    },
    loadOlder() {
      if (getState().before === null || getState().loadingOlder) return;
      setState({ loadingOlder: true });
      void ask(true);
    },
    reload: () => void ask(false),
    dispose() {
      asked = -1;
      for (const dispose of disposers) dispose();
    },
  };
}
