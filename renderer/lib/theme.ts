import { createStore, type StoreApi } from "zustand/vanilla";
import { type Bridge, type Theme, themeSchema } from "../../shared/bridge.ts";

const KEY = "gatehouse.theme";

/** The person's choice of theme, kept in this browser or window, and told to the desktop's native parts. */
export interface ThemeSetting {
  readonly store: StoreApi<{ readonly theme: Theme }>;
  set(theme: Theme): void;
}

/** Reads the remembered theme and applies it at once. */
export function createTheme(
  root: HTMLElement,
  storage: Storage | undefined,
  bridge: Bridge | undefined,
): ThemeSetting {
  const remembered = themeSchema.safeParse(storage?.getItem(KEY));
  const store = createStore<{ readonly theme: Theme }>(() => ({ theme: remembered.data ?? "system" }));
  const apply = (theme: Theme): void => {
    if (theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    void bridge?.setTheme(theme).catch(() => undefined);
  };
  apply(store.getState().theme);
  return {
    store,
    set(theme) {
      storage?.setItem(KEY, theme);
      store.setState({ theme });
      apply(theme);
    },
  };
}
