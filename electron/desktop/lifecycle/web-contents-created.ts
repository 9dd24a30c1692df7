import type { App } from "electron";
import { mayNavigate } from "../window/navigation.ts";

/** Every page that comes to be: it stays where it is, opens nothing itself, and embeds nothing. */
export function onWebContentsCreated(app: App, openLink: (url: string) => Promise<void>): void {
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-navigate", (event) => {
      if (mayNavigate(event.url)) return;
      event.preventDefault();
      void openLink(event.url);
    });
    contents.on("will-frame-navigate", (event) => {
      if (!event.isMainFrame) event.preventDefault();
    });
    contents.on("will-redirect", (event) => event.preventDefault());
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      void openLink(url);
      return { action: "deny" };
    });
  });
}
