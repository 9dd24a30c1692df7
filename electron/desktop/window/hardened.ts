import { nativeTheme } from "electron";

/** What every window of ours has in common: a page shut in as far as Electron can, on the ground it will paint itself. */
export const hardened = (preload: string) => ({
  autoHideMenuBar: true,
  // --bg of renderer/ui/styles.css, so that nothing flashes before the page is there.
  backgroundColor: nativeTheme.shouldUseDarkColors ? "#131417" : "#ffffff",
  webPreferences: {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webviewTag: false,
    webSecurity: true,
    navigateOnDragDrop: false,
    spellcheck: false,
  },
});
