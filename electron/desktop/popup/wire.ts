import path from "node:path";
import { powerMonitor } from "electron";
import { systemClock } from "../hub/clock.ts";
import { installPopupBridge } from "./install.ts";
import { createNotifier } from "./notify.ts";
import { createPopup, type Popup } from "./popup.ts";
import { createPopupWindow } from "./popup-window.ts";
import { watchScreenLock } from "./screen-lock.ts";

export interface ConsentPopupOptions {
  /** The folder that holds dist/. */
  readonly root: string;
  readonly icon: () => Electron.NativeImage;
  readonly quitting: () => boolean;
  /** The number of open questions is another now. */
  readonly counted: (total: number) => void;
  readonly log: (line: string) => void;
}

/** Ties the popup to Electron: its window, its page's messages, the screen's lock, notifications. Call when ready. */
export function createConsentPopup({ root, icon, quitting, counted, log }: ConsentPopupOptions): Popup {
  const window = createPopupWindow({
    preload: path.join(root, "dist", "preload", "popup.cjs"),
    icon,
    focused: () => popup.focused(),
    closing: () => popup.closing(),
    quitting,
    log,
  });
  const lock = watchScreenLock(powerMonitor, () => popup.lockChanged());
  const popup = createPopup({
    surface: window,
    clock: systemClock,
    monotonic: () => performance.now(),
    locked: lock.locked,
    notify: createNotifier(() => popup.bring()),
    counted,
    log,
  });
  installPopupBridge(popup.hear, () => window.current?.webContents, log);
  return popup;
}
