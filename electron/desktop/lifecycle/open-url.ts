import type { App } from "electron";

/** macOS: a link of ours was opened. It is handed on, and the window is shown. */
export function onOpenUrl(app: App, opened: (link: string) => void): void {
  app.on("open-url", (event, link) => {
    event.preventDefault();
    opened(link);
  });
}
