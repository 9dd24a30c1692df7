import { ipcMain, type WebContents } from "electron";
import { type PopupAnswer, popupMessageSchema } from "../../../shared/popup.ts";
import { POPUP_CALL_CHANNEL } from "../../../shared/popup-channels.ts";
import { isPopupPage } from "../window/navigation.ts";

/** Hands on the messages of the popup's own page in its own top frame, and of nobody else. Returns the disposer. */
export function installPopupBridge(
  hear: (message: ReturnType<typeof popupMessageSchema.parse>) => Promise<PopupAnswer>,
  popup: () => WebContents | undefined,
  log: (line: string) => void,
): () => void {
  ipcMain.handle(POPUP_CALL_CHANNEL, async (event, message: unknown): Promise<PopupAnswer> => {
    const { sender, senderFrame } = event;
    if (
      sender !== popup() ||
      senderFrame === null ||
      senderFrame.parent !== null ||
      !isPopupPage(senderFrame.url)
    ) {
      log(`popup: a message of another page was refused (${senderFrame?.url.slice(0, 100) ?? "no frame"})`);
      return { ok: false, message: "this page may not answer questions" };
    }
    const parsed = popupMessageSchema.safeParse(message);
    if (!parsed.success) return { ok: false, message: "this message is none of the popup's" };
    return hear(parsed.data);
  });
  return () => ipcMain.removeHandler(POPUP_CALL_CHANNEL);
}
