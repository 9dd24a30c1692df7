import type { App } from "electron";

/** macOS: a link of ours was opened. Links carry nothing that is acted on yet; the window is shown. */
export function onOpenUrl(app: App, show: () => void): void {
  app.on("open-url", (event) => {
    event.preventDefault();
    show();
  });
}
