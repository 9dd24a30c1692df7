import { ipcMain, type WebContents, type WebFrameMain } from "electron";
import { BRIDGE_CHANNEL, type BridgeAnswer } from "../../../shared/bridge-channels.ts";
import { isOwnPage } from "../window/navigation.ts";
import { answerBridge, type BridgeHandlers } from "./serve.ts";

/** Answers the calls of our own page in the main window's top frame, and of nobody else. Returns the disposer. */
export function installBridge(handlers: BridgeHandlers, window: () => WebContents | undefined): () => void {
  ipcMain.handle(BRIDGE_CHANNEL, (event, method: unknown, args: unknown): Promise<BridgeAnswer> => {
    if (event.sender !== window() || !isOurFrame(event.senderFrame))
      return Promise.resolve({ ok: false, message: "this page may not call the desktop" });
    return answerBridge(handlers, method, args);
  });
  return () => ipcMain.removeHandler(BRIDGE_CHANNEL);
}

function isOurFrame(frame: WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && isOwnPage(frame.url);
}
