// Runs in the window's sandbox before the page: hands it the bridge and nothing else of Electron.
import { contextBridge, ipcRenderer } from "electron";
import type { Bridge } from "../../shared/bridge.ts";
import { BRIDGE_CHANNEL, type BridgeAnswer, HUB_CHANGED_CHANNEL } from "../../shared/bridge-channels.ts";

declare const __GATEHOUSE_VERSION__: string;

async function call<T>(method: keyof Bridge, args?: object): Promise<T> {
  const answer: BridgeAnswer = await ipcRenderer.invoke(BRIDGE_CHANNEL, method, args);
  if (!answer.ok) throw new Error(answer.message);
  // The main process answers by the same contract; the page parses what matters to it.
  return answer.value as T;
}

const bridge: Bridge = {
  platform: process.platform,
  versions: {
    gatehouse: __GATEHOUSE_VERSION__,
    electron: process.versions.electron ?? "",
    chromium: process.versions.chrome ?? "",
  },
  connection: () => call("connection"),
  onHubChange(listener) {
    const hear = (): void => listener();
    ipcRenderer.on(HUB_CHANGED_CHANNEL, hear);
    return () => {
      ipcRenderer.off(HUB_CHANGED_CHANNEL, hear);
    };
  },
  startHub: () => call("startHub"),
  ask: (change) => call("ask", { change }),
  resume: () => call("resume"),
  copyClientSetup: (kind, name) => call("copyClientSetup", { kind, name }),
  openDataFolder: () => call("openDataFolder"),
  setTheme: (theme) => call("setTheme", { theme }),
  getStartAtLogin: () => call("getStartAtLogin"),
  setStartAtLogin: (enabled) => call("setStartAtLogin", { enabled }),
  showQuestions: () => call("showQuestions"),
  copySignInLink: (id) => call("copySignInLink", { id }),
  openExternal: (url) => call("openExternal", { url }),
};

contextBridge.exposeInMainWorld("gatehouse", bridge);
