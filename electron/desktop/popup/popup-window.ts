import { BrowserWindow, screen } from "electron";
import type { PopupView } from "../../../shared/popup.ts";
import { POPUP_PATH, POPUP_VIEW_CHANNEL } from "../../../shared/popup-channels.ts";
import { hardened } from "../window/hardened.ts";
import { APP_ORIGIN } from "../window/navigation.ts";
import { FIRST_HEIGHT, popupBounds } from "./placement.ts";
import type { PopupSurface } from "./popup.ts";

export interface PopupWindowOptions {
  readonly preload: string;
  readonly icon: () => Electron.NativeImage;
  readonly focused: () => void;
  /** Closing was asked for, by whatever button or key: it is prevented, and means a deny. */
  readonly closing: () => void;
  /** Windows close for good: the app quits. */
  readonly quitting: () => boolean;
  readonly log: (line: string) => void;
}

export interface PopupWindow extends PopupSurface {
  readonly current: BrowserWindow | undefined;
}

/** A page that crashes more often than this is not loaded again: its questions are denied when their time is up. */
const MOST_CRASHES = 5;

/** The popup's own window: small, always on top, at the top right; created when something is first asked. */
export function createPopupWindow(options: PopupWindowOptions): PopupWindow {
  const { log } = options;
  let current: BrowserWindow | undefined;
  let crashes = 0;

  const workArea = () => screen.getDisplayNearestPoint(screen.getCursorScreenPoint()).workArea;

  const create = (): BrowserWindow => {
    const base = hardened(options.preload);
    const window = new BrowserWindow({
      ...popupBounds(workArea(), FIRST_HEIGHT),
      title: "Gatehouse asks",
      icon: options.icon(),
      show: false,
      frame: false,
      alwaysOnTop: true,
      skipTaskbar: true,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      ...base,
      webPreferences: { ...base.webPreferences, backgroundThrottling: false, disableDialogs: true },
    });
    window.setAlwaysOnTop(true, "floating");
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true });
    window.removeMenu();
    window.on("focus", () => options.focused());
    window.on("close", (event) => {
      if (options.quitting()) return;
      event.preventDefault();
      options.closing();
    });
    window.on("closed", () => {
      current = undefined;
    });
    // It stays on its page: no link or script of it leads to another one of ours.
    window.webContents.on("will-navigate", (event) => event.preventDefault());
    window.webContents.on("render-process-gone", (_event, { reason }) => {
      if (reason === "clean-exit" || window.isDestroyed()) return;
      crashes += 1;
      log(`popup: page gone, ${reason}`);
      if (crashes <= MOST_CRASHES) load(window);
    });
    window.webContents.on("preload-error", (_event, _path, error) =>
      log(`popup: its bridge failed: ${error.message}`),
    );
    load(window);
    return window;
  };
  const load = (window: BrowserWindow): void => {
    window
      .loadURL(`${APP_ORIGIN}${POPUP_PATH}`)
      .catch((error: unknown) => log(`popup: ${error instanceof Error ? error.message : String(error)}`));
  };
  const alive = (): BrowserWindow | undefined => (current?.isDestroyed() ? undefined : current);

  return {
    get current() {
      return alive();
    },
    get visible() {
      return alive()?.isVisible() ?? false;
    },
    get focused() {
      return alive()?.isFocused() ?? false;
    },
    open() {
      current = alive() ?? create();
      current.setBounds(popupBounds(workArea(), current.getBounds().height));
      current.showInactive();
      current.moveTop();
    },
    focus() {
      current = alive() ?? create();
      current.show();
      current.focus();
    },
    hide() {
      alive()?.hide();
    },
    send(view: PopupView) {
      const window = alive();
      if (window !== undefined && !window.webContents.isDestroyed())
        window.webContents.send(POPUP_VIEW_CHANNEL, view);
    },
    fit(height) {
      const window = alive();
      if (window === undefined) return;
      const work = screen.getDisplayMatching(window.getBounds()).workArea;
      window.setBounds(popupBounds(work, height));
    },
    pointer() {
      const window = alive();
      if (window === undefined) return null;
      const { x, y } = screen.getCursorScreenPoint();
      const bounds = window.getContentBounds();
      const inside =
        x >= bounds.x && y >= bounds.y && x < bounds.x + bounds.width && y < bounds.y + bounds.height;
      return inside ? { x: x - bounds.x, y: y - bounds.y } : null;
    },
  };
}
