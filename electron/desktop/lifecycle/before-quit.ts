import type { App } from "electron";

export interface Quitting {
  /** True from the moment quitting was asked for: windows close for good then. */
  readonly begun: boolean;
  /** True once everything that was waited for has ended: until then questions can still be answered. */
  readonly over: boolean;
}

/** How long windows may take to close, in milliseconds. */
const WINDOWS_MS = 3_000;

/**
 * Quitting waits until everything that was started has ended. `end` may take its time, for calls that are under way;
 * whoever quits again meanwhile does not want to wait: `hurry` has it end at once.
 */
export function onBeforeQuit(
  app: Pick<App, "on" | "quit" | "exit">,
  end: () => Promise<void>,
  hurry: () => void,
): Quitting {
  let begun = false;
  let over = false;
  app.on("before-quit", (event) => {
    if (over) return;
    event.preventDefault();
    if (begun) {
      hurry();
      return;
    }
    begun = true;
    void end().finally(() => {
      over = true;
      app.quit();
      // A window whose page hangs cannot be closed in order.
      setTimeout(() => app.exit(0), WINDOWS_MS).unref();
    });
  });
  return {
    get begun() {
      return begun;
    },
    get over() {
      return over;
    },
  };
}
