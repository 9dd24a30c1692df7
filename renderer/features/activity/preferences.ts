import { z } from "zod";
import { createStore, type StoreApi } from "zustand/vanilla";
import { COLUMN_KEYS, type ColumnKey } from "./columns.ts";

const KEY = "gatehouse.activity";

/** A filter with a name. */
export interface SavedView {
  readonly name: string;
  readonly text: string;
}

/** Views that are always there. */
export const BUILT_IN: readonly SavedView[] = [
  { name: "All", text: "" },
  { name: "Errors", text: "status:error,tool_error,timeout" },
  { name: "Slow", text: "dur:>1s" },
  { name: "Denied", text: "status:denied" },
];
const LONGEST_NAME = 40;
const MOST_VIEWS = 50;

const savedSchema = z.object({
  views: z
    .array(z.object({ name: z.string().min(1).max(LONGEST_NAME), text: z.string().max(20_000) }))
    .max(MOST_VIEWS)
    .catch([]),
  columns: z.array(z.enum(COLUMN_KEYS as [ColumnKey, ...ColumnKey[]])).catch(["client", "result"]),
});

/** How this person looks at calls, kept in this browser or window. */
export interface PreferencesState {
  readonly views: readonly SavedView[];
  readonly columns: readonly ColumnKey[];
}
export interface Preferences {
  readonly store: StoreApi<PreferencesState>;
  /** Why a view cannot be called so; undefined: it can. `current` is its name before. */
  nameProblem(name: string, current?: string): string | undefined;
  /** Adds a view, or gives the one of this name another text. */
  save(view: SavedView): void;
  rename(from: string, to: string): void;
  /** Takes a view away; what comes back puts it where it was. */
  remove(name: string): () => void;
  toggleColumn(key: ColumnKey): void;
}

/** Reads what was kept; what cannot be read is as if it had never been. */
export function createPreferences(storage: Pick<Storage, "getItem" | "setItem"> | undefined): Preferences {
  const store = createStore<PreferencesState>(() =>
    savedSchema.catch(() => savedSchema.parse({})).parse(readJson(storage?.getItem(KEY))),
  );
  const keep = (state: Partial<PreferencesState>): void => {
    store.setState(state);
    try {
      storage?.setItem(KEY, JSON.stringify(store.getState()));
    } catch {
      // A full or forbidden storage: it holds until the window is closed.
    }
  };
  const views = (): readonly SavedView[] => store.getState().views;
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return {
    store,
    nameProblem(name, current) {
      const trimmed = name.trim();
      if (trimmed === "") return "Give it a name.";
      if (trimmed.length > LONGEST_NAME) return `A name has ${LONGEST_NAME} characters at most.`;
      if (current !== undefined && isSame(trimmed, current)) return undefined;
      if ([...BUILT_IN, ...views()].some((view) => isSame(view.name, trimmed)))
        return "Another view has this name.";
      return current === undefined && views().length >= MOST_VIEWS
        ? `There are ${MOST_VIEWS} views, which is the most there can be.`
        : undefined;
    },
    save(view) {
      const isKnown = views().some(({ name }) => name === view.name);
      keep({
        views: isKnown
          ? views().map((known) => (known.name === view.name ? view : known))
          : [...views(), { ...view, name: view.name.trim() }],
      });
    },
    rename(from, to) {
      keep({ views: views().map((view) => (view.name === from ? { ...view, name: to.trim() } : view)) });
    },
    remove(name) {
      const at = views().findIndex((view) => view.name === name);
      const removed = views()[at];
      keep({ views: views().filter((view) => view.name !== name) });
      return () => {
        // Its name may have been given away since.
        if (removed === undefined || this.nameProblem(name) !== undefined) return;
        keep({ views: [...views().slice(0, at), removed, ...views().slice(at)] });
      };
    },
    toggleColumn(key) {
      const { columns } = store.getState();
      keep({ columns: columns.includes(key) ? columns.filter((other) => other !== key) : [...columns, key] });
    },
  };
}

function readJson(text: string | null | undefined): unknown {
  try {
    return text === null || text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
