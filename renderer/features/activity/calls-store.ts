/**
 * The list of calls: newest first, live, filtered, and of any length. The hub counts what a filter finds, so that the
 * place of each call is known; only the newest and the pages around what is looked at are in memory. Where a text is
 * sought nothing can be counted: then the list grows at its end. While the person reads (has scrolled away from the
 * top) new calls wait aside and nothing moves.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type CallFilter, type CallSummary, isPartial, type Searched } from "../../../shared/model/call.ts";
import type { Connection } from "../../lib/connection.ts";
import { createBatcher, type Schedule } from "../../lib/frame.ts";
import { type Failure, failureOf } from "../../lib/hub-store.ts";
import { fitsFilter, isForHub, isForText } from "./filter/fits.ts";
import { type FilterProblem, parseFilter } from "./filter/parse.ts";
import { printFilter } from "./filter/print.ts";
import { createPages, type Page } from "./pages.ts";

const PAGE = 200;
const REFRESH = 1_000;
/** New calls that wait while the person reads; if more come the list is read anew afterwards. */
const MOST_ASIDE = 2_000;

export interface CallsState {
  /** Grows with every change of the rows, which are read with `row(index)`. */
  readonly version: number;
  /** All that the filter finds; while `more`, what is known of it. */
  readonly size: number;
  readonly more: boolean;
  /** Calls that arrived while the person was reading. */
  readonly waiting: number;
  /** Calls that the hub left out of its broadcasts in a flood; fetched when it calms down. */
  readonly missed: number;
  readonly phase: "loading" | "ready" | "failed";
  readonly failure: Failure | null;
  /** Pages are being read. */
  readonly reading: boolean;
  /** The filter as it is written, what is wrong with it, and the one in force: the last that was right. */
  readonly text: string;
  readonly problems: readonly FilterProblem[];
  readonly filter: CallFilter;
  /** How far a search for a text has reached; null: none was sought. */
  readonly searched: Searched | null;
  /** How far the index has come since then, while it does not hold all calls. */
  readonly indexed: Searched | null;
  readonly selected: number | null;
}

export interface CallsStore {
  readonly store: StoreApi<CallsState>;
  /** The row at a place, 0 being the newest; undefined while it is not in memory. */
  row(index: number): CallSummary | undefined;
  /** The place of a call; -1 while it is not in memory. */
  indexOf(id: number): number;
  /** Rows in memory. */
  loaded(): number;
  /** Sets the filter as text; while it has problems the last right one stays in force. */
  setText(text: string): void;
  setFilter(filter: CallFilter): void;
  /** Told by the list: whether it is away from the top, so that new rows must wait. */
  setReading(reading: boolean): void;
  /** Told by the list: the places in view, which are to be read. */
  look(first: number, last: number): void;
  /** Reads the row at a place if need be. */
  fetch(index: number): Promise<CallSummary | undefined>;
  /** Lets the waiting rows in. */
  catchUp(): void;
  select(id: number | null): void;
  reload(): Promise<void>;
  dispose(): void;
}

export interface CallsOptions {
  readonly schedule?: Schedule;
  /** Runs a callback later; returns its canceller. */
  readonly later?: (run: () => void, milliseconds: number) => () => void;
  readonly now?: () => number;
}

const runLater = (run: () => void, milliseconds: number): (() => void) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** Creates the list over a connection and loads its first page. */
export function createCallsStore(connection: Connection, options: CallsOptions = {}): CallsStore {
  const later = options.later ?? runLater;
  const now = options.now ?? Date.now;
  const pages = createPages();
  let fits = fitsFilter({});
  let aside: CallSummary[] = [];
  /** More waits than is kept. */
  let overflowed = false;
  let isReading = false;
  /** Newest call that was there when the list was read or counted. */
  let counted = 0;
  let round = 0;
  let disposed = false;
  let view = { first: 0, last: 0 };
  let isFilling = false;
  let growing: Promise<void> | undefined;
  let cancelRefresh: (() => void) | undefined;
  const store = createStore<CallsState>(() => ({
    version: 0,
    size: 0,
    more: false,
    waiting: 0,
    missed: 0,
    phase: "loading",
    failure: null,
    reading: false,
    text: "",
    problems: [],
    filter: {},
    searched: null,
    indexed: null,
    selected: null,
  }));
  const { getState, setState } = store;
  const changed = (patch: Partial<CallsState> = {}): void =>
    setState({ version: getState().version + 1, size: pages.size, waiting: aside.length, ...patch });
  const list = (limit: number, before?: number) =>
    connection.call("calls.list", {
      filter: getState().filter,
      limit,
      ...(before === undefined ? {} : { before }),
    });

  const take = (calls: readonly CallSummary[]): void => {
    if (!isReading) {
      if (pages.insert(calls, counted) > 0) changed();
      return;
    }
    const known = new Set(aside.map(({ id }) => id));
    const fresh = calls.filter(({ id }) => !known.has(id) && pages.indexOf(id) < 0);
    aside.push(...fresh);
    if (aside.length > MOST_ASIDE) {
      overflowed = true;
      aside = aside.slice(-MOST_ASIDE);
    }
    if (fresh.length > 0) setState({ waiting: aside.length });
  };

  const arrivals = createBatcher<CallSummary>((calls) => {
    const { phase, filter } = getState();
    if (phase !== "ready") return;
    if (isForHub(filter)) {
      // Ask again, at most every other second.
      refreshSoon(2_000);
      return;
    }
    const wanted = calls.filter(fits);
    if (wanted.length > 0) take(wanted);
  }, options.schedule);

  /** Fetches the newest page again and adds what is missing. */
  const refreshSoon = (milliseconds: number): void => {
    cancelRefresh ??= later(() => {
      cancelRefresh = undefined;
      const mine = round;
      list(REFRESH).then(
        ({ calls, more, searched }) => {
          if (mine !== round) return;
          setState({ missed: 0, searched: searched ?? null });
          const newest = Math.max(pages.newest, ...aside.map(({ id }) => id));
          // So much was missed that the newest page does not reach what is known: begin anew.
          if (more && calls.every(({ id }) => id > newest)) {
            overflowed = true;
            if (!isReading) void reload();
            else setState({ waiting: Math.max(aside.length, calls.length) });
            return;
          }
          take(calls.filter(({ id }) => id >= pages.oldest || pages.size === 0));
        },
        () => undefined,
      );
    }, milliseconds);
  };

  /** Asks for how many there are; until it is known, and where it cannot be, the list grows at its end. */
  const count = async (mine: number): Promise<void> => {
    if (isForText(getState().filter)) return;
    try {
      const counts = await connection.call("calls.count", { filter: getState().filter });
      if (mine !== round) return;
      await growing?.catch(() => undefined);
      if (mine !== round || !getState().more) return;
      pages.appendCounts(counts);
      counted = Math.max(counted, counts.newest);
      changed({ more: false });
      fill();
    } catch {
      // It still can be scrolled through.
    }
  };

  const reload = async (): Promise<void> => {
    round += 1;
    const mine = round;
    cancelRefresh?.();
    cancelRefresh = undefined;
    const parsed = parseFilter(getState().text, now());
    // Times such as "an hour ago" have gone on.
    if (parsed.problems.length === 0 && parsed.relative) setState({ filter: parsed.filter });
    fits = fitsFilter(getState().filter);
    setState({ phase: "loading", failure: null, reading: false });
    try {
      const { calls, more, searched } = await list(PAGE);
      if (mine !== round) return;
      aside = [];
      overflowed = false;
      pages.reset(calls);
      counted = pages.newest;
      view = { first: 0, last: 0 };
      changed({ phase: "ready", more, missed: 0, searched: searched ?? null });
      if (more) void count(mine);
    } catch (error) {
      if (mine === round && connection.state().phase === "online")
        setState({ phase: "failed", failure: failureOf(error) });
    }
  };

  /** Reads the calls of a page; it may hold others than were counted. */
  const readPage = async ({ from, before, size }: Page): Promise<CallSummary[]> => {
    const rows: CallSummary[] = [];
    for (let ceiling = before; ; ) {
      const { calls, more } = await list(Math.min(1_000, Math.max(1, size - rows.length) + 1), ceiling);
      const within = calls.filter(({ id }) => id >= from);
      for (const call of within) rows.push(call);
      const last = calls.at(-1);
      if (!more || last === undefined || within.length < calls.length) return rows;
      ceiling = last.id;
    }
  };

  /** Adds what follows at the end. */
  const grow = (): Promise<void> => {
    const { more, phase } = getState();
    if (!more || phase !== "ready") return Promise.resolve();
    growing ??= (async () => {
      const mine = round;
      setState({ reading: true });
      try {
        const { calls, more, searched } = await list(PAGE, pages.oldest);
        if (mine !== round) return;
        pages.append(calls, calls.at(-1)?.id ?? pages.oldest);
        changed({ more, ...(searched === undefined ? {} : { searched }) });
      } finally {
        growing = undefined;
        if (mine === round) setState({ reading: false });
      }
    })();
    return growing;
  };

  /** Reads what is in view, one page after another; what has been scrolled past meanwhile is not read. */
  const fill = (): void => {
    if (isFilling) return;
    isFilling = true;
    void (async () => {
      const mine = round;
      try {
        for (;;) {
          if (mine !== round || getState().phase !== "ready") return;
          const page = pages.missing(view.first, view.last);
          if (page === undefined) {
            if (!getState().more || view.last < pages.size - 20) return;
            await grow();
            continue;
          }
          setState({ reading: true });
          const rows = await readPage(page);
          if (mine !== round) return;
          pages.fill(page, rows);
          changed();
        }
      } catch {
        // What is in view is tried again with the next scroll, or when the hub is back.
      } finally {
        isFilling = false;
        if (mine === round) setState({ reading: false });
        else if (!disposed) fill();
      }
    })();
  };

  const disposers = [
    connection.on("callsRecorded", ({ calls, dropped }) => {
      arrivals.add(calls);
      if (dropped > 0) {
        setState({ missed: getState().missed + dropped });
        refreshSoon(1_500);
      }
    }),
    connection.on("historyChanged", ({ indexed }) => {
      const { searched, phase } = getState();
      if (isPartial(indexed)) setState({ indexed });
      else {
        setState({ indexed: null });
        // What was beyond the search's reach can be found now; it is older than what is shown.
        if (searched === null || !isPartial(searched) || phase !== "ready") return;
        if (isReading) changed({ more: true, searched: null });
        else void reload();
      }
    }),
    connection.onState((state) => {
      if (state.phase !== "online") return;
      // Back after a loss: what the person reads stays where it is.
      if (getState().phase === "ready" && pages.size > 0) {
        refreshSoon(0);
        fill();
      } else void reload();
    }),
    () => arrivals.dispose(),
    () => cancelRefresh?.(),
  ];
  if (connection.state().phase === "online") void reload();

  return {
    store,
    row: pages.at,
    indexOf: pages.indexOf,
    loaded: () => pages.loaded,
    setText(text) {
      const { filter, problems } = parseFilter(text, now());
      const known = getState();
      if (problems.length > 0) {
        setState({ text, problems });
        return;
      }
      const isSame = printFilter(filter) === printFilter(known.filter) && known.phase !== "failed";
      setState({ text, problems, ...(isSame ? {} : { filter, selected: null }) });
      if (!isSame) void reload();
    },
    setFilter(filter) {
      this.setText(printFilter(filter));
    },
    setReading(next) {
      if (isReading === next) return;
      isReading = next;
      if (!isReading) this.catchUp();
    },
    look(first, last) {
      view = { first, last };
      fill();
    },
    async fetch(index) {
      const mine = round;
      for (let tries = 0; tries < 3; tries += 1) {
        const found = pages.at(index);
        if (found !== undefined || mine !== round) return found;
        const page = pages.missing(index, index);
        if (page !== undefined) {
          const rows = await readPage(page).catch(() => undefined);
          if (rows === undefined || mine !== round) return undefined;
          pages.fill(page, rows);
          changed();
        } else await grow().catch(() => undefined);
      }
      return pages.at(index);
    },
    catchUp() {
      isReading = false;
      const calls = aside;
      aside = [];
      if (overflowed) {
        void reload();
        return;
      }
      pages.insert(calls, counted);
      changed();
    },
    select: (selected) => setState({ selected }),
    reload,
    dispose() {
      round += 1;
      disposed = true;
      for (const dispose of disposers) dispose();
    },
  };
}
