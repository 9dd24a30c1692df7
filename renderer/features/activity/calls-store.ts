/**
 * The live list of calls: newest first, bounded, filtered. While the person reads (has scrolled away from the top),
 * new calls wait aside and nothing moves.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { CallFilter, CallStatus, CallSummary } from "../../../shared/model/call.ts";
import type { Connection } from "../../lib/connection.ts";
import { createBatcher, type Schedule } from "../../lib/frame.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { createRecent } from "../../lib/recent.ts";

/** Rows kept in memory: live ones, and with those paged in from the past. */
export const LIVE_ROWS = 5_000;
const MOST_ROWS = 20_000;
const PAGE = 200;
const REFRESH = 1_000;

export interface Filter {
  readonly server: string;
  readonly client: string;
  readonly status: CallStatus | "";
  readonly search: string;
  /** The client's project folder; `*` is any run of characters. */
  readonly project: string;
  /** What the server or the client of a call carries. */
  readonly environment: string;
  readonly team: string;
  readonly tool: string;
  /** From this time on and before that one, in milliseconds since the epoch; null: no bound. */
  readonly since: number | null;
  readonly until: number | null;
}
export const NO_FILTER: Filter = {
  server: "",
  client: "",
  status: "",
  search: "",
  project: "",
  environment: "",
  team: "",
  tool: "",
  since: null,
  until: null,
};

export interface CallsState {
  /** Grows with every change of the rows, which are read with `row(index)`. */
  readonly version: number;
  readonly size: number;
  /** Calls that arrived while the person was reading. */
  readonly waiting: number;
  /** Calls that the hub left out of its broadcasts in a flood; fetched when it calms down. */
  readonly missed: number;
  readonly more: boolean;
  readonly phase: "loading" | "ready" | "failed";
  readonly failure: Failure | null;
  readonly loadingOlder: boolean;
  readonly filter: Filter;
  readonly selected: number | null;
}

export interface CallsStore {
  readonly store: StoreApi<CallsState>;
  /** The row at a place, 0 being the newest. */
  row(index: number): CallSummary | undefined;
  indexOf(id: number): number;
  setFilter(filter: Partial<Filter>): void;
  /** Told by the list: whether it is away from the top, so that new rows must wait. */
  setReading(reading: boolean): void;
  /** Lets the waiting rows in. */
  catchUp(): void;
  select(id: number | null): void;
  loadOlder(): Promise<void>;
  reload(): Promise<void>;
  dispose(): void;
}

export interface CallsOptions {
  readonly schedule?: Schedule;
  /** Runs a callback later; returns its canceller. */
  readonly later?: (run: () => void, milliseconds: number) => () => void;
}

const runLater = (run: () => void, milliseconds: number): (() => void) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

const hubFilter = (filter: Filter): CallFilter => ({
  ...(filter.server === "" ? {} : { server: filter.server }),
  ...(filter.client === "" ? {} : { client: filter.client }),
  ...(filter.status === "" ? {} : { status: filter.status }),
  ...(filter.search === "" ? {} : { search: filter.search }),
  ...(filter.project === "" ? {} : { project: filter.project }),
  ...(filter.environment === "" ? {} : { environment: filter.environment }),
  ...(filter.team === "" ? {} : { team: filter.team }),
  ...(filter.tool === "" ? {} : { tool: filter.tool }),
  ...(filter.since === null ? {} : { since: filter.since }),
  ...(filter.until === null ? {} : { until: filter.until }),
});

/** Whether only the hub can tell which calls fit: by their payloads, or by who carries a label, or by a pattern. */
const isForHub = ({ search, project, environment, team, tool, since, until }: Filter): boolean =>
  [search, project, environment, team, tool].some((part) => part !== "") || since !== null || until !== null;

const fits = (filter: Filter, call: CallSummary): boolean =>
  (filter.server === "" || call.server === filter.server) &&
  (filter.client === "" || call.client === filter.client) &&
  (filter.status === "" || call.status === filter.status);

/** Creates the list over a connection and loads its first page. */
export function createCallsStore(connection: Connection, options: CallsOptions = {}): CallsStore {
  const later = options.later ?? runLater;
  let rows = createRecent<CallSummary>(MOST_ROWS);
  let aside: CallSummary[] = [];
  let reading = false;
  let round = 0;
  let cancelRefresh: (() => void) | undefined;
  const store = createStore<CallsState>(() => ({
    version: 0,
    size: 0,
    waiting: 0,
    missed: 0,
    more: false,
    phase: "loading",
    failure: null,
    loadingOlder: false,
    filter: NO_FILTER,
    selected: null,
  }));
  const { getState, setState } = store;
  const changed = (patch: Partial<CallsState> = {}): void =>
    setState({ version: getState().version + 1, size: rows.size, waiting: aside.length, ...patch });

  /** Puts calls in their places by id; ids grow with time, so that is nearly always the top. */
  const insert = (calls: readonly CallSummary[]): void => {
    const ordered = [...calls].sort((a, b) => a.id - b.id);
    const newest = rows.at(0)?.id ?? -1;
    const late = ordered.filter((call) => call.id <= newest && indexOf(call.id) < 0);
    // All late ones at once: a refresh after a flood brings hundreds.
    if (late.length > 0) rebuild([...rows.toArray(), ...late].sort((a, b) => b.id - a.id));
    for (const call of ordered) if (call.id > (rows.at(0)?.id ?? -1)) rows.pushNewest(call);
  };
  const rebuild = (newestFirst: readonly CallSummary[]): void => {
    rows = createRecent<CallSummary>(MOST_ROWS);
    let last: number | undefined;
    for (const call of newestFirst) {
      if (call.id !== last) rows.pushOldest(call);
      last = call.id;
    }
  };
  const trim = (): boolean => {
    if (reading || rows.size <= LIVE_ROWS + PAGE) return false;
    rebuild(rows.toArray().slice(0, LIVE_ROWS));
    return true;
  };
  const indexOf = (id: number): number => {
    let low = 0;
    let high = rows.size - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = rows.at(middle)?.id ?? 0;
      if (found === id) return middle;
      if (found > id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  };
  const take = (calls: readonly CallSummary[]): void => {
    if (reading) {
      for (const call of calls) aside.push(call);
      if (aside.length > LIVE_ROWS) aside = aside.slice(-LIVE_ROWS);
      changed();
      return;
    }
    insert(calls);
    changed(trim() ? { more: true } : {});
  };

  const arrivals = createBatcher<CallSummary>((calls) => {
    const { filter, phase } = getState();
    if (phase !== "ready") return;
    if (isForHub(filter)) {
      // Ask again, at most every other second.
      refreshSoon(2_000);
      return;
    }
    const wanted = calls.filter((call) => fits(filter, call)).sort((a, b) => a.id - b.id);
    if (wanted.length > 0) take(wanted);
  }, options.schedule);

  /** Fetches the newest page again and adds what is missing. */
  const refreshSoon = (milliseconds: number): void => {
    cancelRefresh ??= later(() => {
      cancelRefresh = undefined;
      const mine = round;
      connection.call("calls.list", { filter: hubFilter(getState().filter), limit: REFRESH }).then(
        ({ calls }) => {
          if (mine !== round) return;
          setState({ missed: 0 });
          const known = new Set(rows.toArray().map((call) => call.id));
          // So much was missed that the newest page does not reach what is known: begin anew.
          if (calls.length >= REFRESH && !calls.some((call) => known.has(call.id))) {
            void reload();
            return;
          }
          for (const call of aside) known.add(call.id);
          const fresh = calls.filter((call) => !known.has(call.id)).reverse();
          if (fresh.length > 0) take(fresh);
        },
        () => undefined,
      );
    }, milliseconds);
  };

  const reload = async (): Promise<void> => {
    round += 1;
    const mine = round;
    cancelRefresh?.();
    cancelRefresh = undefined;
    setState({ phase: "loading", failure: null, loadingOlder: false });
    try {
      const { calls, more } = await connection.call("calls.list", {
        filter: hubFilter(getState().filter),
        limit: PAGE,
      });
      if (mine !== round) return;
      aside = [];
      rebuild(calls);
      changed({ phase: "ready", more, missed: 0 });
    } catch (error) {
      if (mine === round && connection.state().phase === "online")
        setState({ phase: "failed", failure: failureOf(error) });
    }
  };

  const disposers = [
    connection.on("callsRecorded", ({ calls, dropped }) => {
      arrivals.add(calls);
      if (dropped > 0) {
        setState({ missed: getState().missed + dropped });
        refreshSoon(1_500);
      }
    }),
    connection.onState((state) => {
      if (state.phase !== "online") return;
      // Back after a loss: what the person reads stays where it is.
      if (getState().phase === "ready" && rows.size > 0) refreshSoon(0);
      else void reload();
    }),
    () => arrivals.dispose(),
    () => cancelRefresh?.(),
  ];
  if (connection.state().phase === "online") void reload();

  return {
    store,
    row: (index) => rows.at(index),
    indexOf,
    setFilter(filter) {
      setState({ filter: { ...getState().filter, ...filter }, selected: null });
      void reload();
    },
    setReading(next) {
      if (reading === next) return;
      reading = next;
      if (!reading) this.catchUp();
    },
    catchUp() {
      reading = false;
      const calls = aside;
      aside = [];
      insert(calls);
      changed(trim() ? { more: true } : {});
    },
    select: (selected) => setState({ selected }),
    async loadOlder() {
      const oldest = rows.at(rows.size - 1);
      const { more, loadingOlder, phase } = getState();
      if (!more || loadingOlder || phase !== "ready" || oldest === undefined || rows.size >= MOST_ROWS)
        return;
      const mine = round;
      setState({ loadingOlder: true });
      try {
        const page = await connection.call("calls.list", {
          filter: hubFilter(getState().filter),
          limit: PAGE,
          before: oldest.id,
        });
        if (mine !== round) return;
        for (const call of page.calls) rows.pushOldest(call);
        changed({ more: page.more, loadingOlder: false });
      } catch {
        if (mine === round) setState({ loadingOlder: false });
      }
    },
    reload,
    dispose() {
      round += 1;
      for (const dispose of disposers) dispose();
    },
  };
}
