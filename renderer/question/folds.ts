import { createStore, type StoreApi } from "zustand/vanilla";

/** What is folded of a question, and whether the person has seen all of it: a lasting grant waits for that. */
export interface Folds {
  readonly store: StoreApi<FoldState>;
  /** A folded part is there; returns the disposer. */
  register(id: string): () => void;
  open(id: string): void;
  openAll(): void;
  /** Whether the end of everything that is to be read is in view now. */
  endInView(inView: boolean): void;
}

export interface FoldState {
  /** Folded parts that were not opened yet. */
  readonly closed: readonly string[];
  readonly opened: ReadonlySet<string>;
  /** Everything was opened, and its end was in view afterwards. */
  readonly seen: boolean;
}

/** A question's folds before any part of it is drawn: nothing is folded, and nothing seen. */
export function createFolds(): Folds {
  const store = createStore<FoldState>(() => ({ closed: [], opened: new Set<string>(), seen: false }));
  let inView = false;
  const settle = (change: Partial<FoldState>): void => {
    const next = { ...store.getState(), ...change };
    store.setState({ ...next, seen: next.seen || (inView && next.closed.length === 0) });
  };
  return {
    store,
    register(id) {
      const { closed, opened } = store.getState();
      if (!opened.has(id) && !closed.includes(id)) store.setState({ closed: [...closed, id], seen: false });
      return () => settle({ closed: store.getState().closed.filter((one) => one !== id) });
    },
    open(id) {
      const { closed, opened } = store.getState();
      // What was just opened moves the end away: it has to come into view anew.
      inView = false;
      settle({ closed: closed.filter((one) => one !== id), opened: new Set([...opened, id]) });
    },
    openAll() {
      const { closed, opened } = store.getState();
      if (closed.length === 0) return;
      inView = false;
      settle({ closed: [], opened: new Set([...opened, ...closed]) });
    },
    endInView(now) {
      inView = now;
      settle({});
    },
  };
}
