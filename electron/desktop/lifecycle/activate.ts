import type { App } from "electron";

/** macOS: the dock icon was pressed. */
export function onActivate(app: App, show: () => void): void {
  app.on("activate", () => show());
}
