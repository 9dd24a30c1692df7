import type { App } from "electron";

/** A second start of the app shows the window of the first; what it was started with is not looked at. */
export function onSecondInstance(app: App, show: () => void): void {
  app.on("second-instance", () => show());
}
