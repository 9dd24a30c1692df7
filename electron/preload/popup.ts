// Runs in the popup's sandbox before its page: hands it the three calls of its bridge and nothing else of Electron.
import { contextBridge, ipcRenderer } from "electron";
import type { PopupBridge, PopupMessage } from "../../shared/popup.ts";
import { POPUP_CALL_CHANNEL, POPUP_VIEW_CHANNEL } from "../../shared/popup-channels.ts";

const send = (message: PopupMessage) => ipcRenderer.invoke(POPUP_CALL_CHANNEL, message);

const bridge: PopupBridge = {
  onView(listener) {
    const hear = (_event: unknown, view: unknown): void => listener(view);
    ipcRenderer.on(POPUP_VIEW_CHANNEL, hear);
    void send({ type: "ready" });
    return () => {
      ipcRenderer.off(POPUP_VIEW_CHANNEL, hear);
    };
  },
  fit: (version, height) => void send({ type: "fit", version, height }),
  choose: (question, version, choice) => send({ type: "choose", question, version, choice }),
};

contextBridge.exposeInMainWorld("gatehousePopup", bridge);
