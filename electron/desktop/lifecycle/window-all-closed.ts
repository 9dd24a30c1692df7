import type { App } from "electron";

/** The last window was really closed: only a tray, where there is one, keeps the app. */
export function onWindowAllClosed(app: App, keepsRunning: () => boolean): void {
  app.on("window-all-closed", () => {
    if (!keepsRunning()) app.quit();
  });
}
