import type { App } from "electron";

/** A second start of the app shows the window of the first. A link of ours is all that is taken of how it was started. */
export function onSecondInstance(app: App, opened: (link: string | undefined) => void): void {
  app.on("second-instance", (_event, argv) => opened(argv.find((part) => part.startsWith("gatehouse://"))));
}
