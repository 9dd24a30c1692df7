import type { App } from "electron";

export interface Quitting {
  /** True from the moment quitting was asked for: windows close for good then. */
  readonly begun: boolean;
}

/** Quitting waits until everything that was started has ended. */
export function onBeforeQuit(app: App, end: () => Promise<void>): Quitting {
  let begun = false;
  let over = false;
  app.on("before-quit", (event) => {
    if (over) return;
    event.preventDefault();
    if (begun) return;
    begun = true;
    void end().finally(() => {
      over = true;
      app.quit();
    });
  });
  return {
    get begun() {
      return begun;
    },
  };
}
