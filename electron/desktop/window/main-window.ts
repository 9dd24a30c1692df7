import { BrowserWindow, screen } from "electron";
import { HUB_CHANGED_CHANNEL } from "../../../shared/bridge-channels.ts";
import type { JsonFile } from "../system/json-file.ts";
import { FAILURE_PATH } from "./failure-page.ts";
import { hardened } from "./hardened.ts";
import { APP_ORIGIN, APP_URL } from "./navigation.ts";
import { openingBounds, remembered, SMALLEST, type WindowState } from "./window-state.ts";

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: () => Electron.NativeImage;
  readonly state: JsonFile<WindowState>;
  /** Whether closing hides the window (there is a tray to bring it back) instead of ending it. */
  readonly hidesOnClose: () => boolean;
  /** Tells the failure page, which is loaded next, what went wrong. */
  readonly failed: (why: string) => void;
  readonly log: (line: string) => void;
}

export interface MainWindow {
  /** Brings the window to the front, creating it if there is none. */
  show(): void;
  readonly current: BrowserWindow | undefined;
  /** Tells the page that the hub's state is another now. */
  hubChanged(): void;
}

/** A page that crashes this often within a minute is not loaded again by itself. */
const CRASHES_A_MINUTE = 3;
const SAVE_MS = 500;
/** A page that is not there after this many milliseconds hangs: its files are local. */
const LOAD_MS = 15_000;

/** The one main window, created when it is first shown. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  let current: BrowserWindow | undefined;

  const create = (): BrowserWindow => {
    const { bounds, maximized } = openingBounds(
      options.state.read(),
      screen.getAllDisplays(),
      screen.getPrimaryDisplay(),
    );
    const window = new BrowserWindow({
      ...bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      title: "Gatehouse",
      icon: options.icon(),
      show: false,
      ...hardened(options.preload),
    });
    if (maximized) window.maximize();
    window.once("ready-to-show", () => window.show());
    rememberPlace(window, options.state);
    watchPage(window, options);
    window.on("close", (event) => {
      if (!options.hidesOnClose()) return;
      event.preventDefault();
      window.hide();
    });
    window.on("closed", () => {
      current = undefined;
    });
    void window.loadURL(APP_URL).catch(() => {});
    return window;
  };

  return {
    get current() {
      return current;
    },
    show() {
      if (current === undefined) {
        current = create();
        return;
      }
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
    },
    hubChanged() {
      if (current !== undefined && !current.webContents.isDestroyed())
        current.webContents.send(HUB_CHANGED_CHANNEL);
    },
  };
}

/** Keeps the state file true while the window is moved and resized. */
function rememberPlace(window: BrowserWindow, file: JsonFile<WindowState>): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const bounds = window.getNormalBounds();
    const display = screen.getDisplayMatching(window.getBounds());
    file.write(remembered(file.read(), display, bounds, window.isMaximized()));
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  };
  window.on("move", later);
  window.on("resize", later);
  window.on("maximize", later);
  window.on("unmaximize", later);
  window.on("close", save);
  window.on("closed", () => clearTimeout(timer));
}

/** Shows a built-in page when the renderer cannot be loaded, and loads it again when it has crashed. */
function watchPage(window: BrowserWindow, { failed, log }: MainWindowOptions): void {
  const { webContents } = window;
  const crashes: number[] = [];
  const stand = (why: string): void => {
    log(`window: ${why}`);
    failed(why);
    if (!window.isDestroyed()) void window.loadURL(`${APP_ORIGIN}${FAILURE_PATH}`).catch(() => {});
    window.show();
  };
  webContents.on("did-fail-load", (_event, code, description, url, isMainFrame) => {
    // -3 is a load that another one has replaced.
    if (isMainFrame && code !== -3 && !url.endsWith(FAILURE_PATH))
      stand(`Loading failed: ${description} (${code})`);
  });
  webContents.on("did-navigate", (_event, url, status) => {
    if (status >= 400 && !url.endsWith(FAILURE_PATH)) stand(`The app's own page is missing (${status}).`);
  });
  let waiting: NodeJS.Timeout | undefined;
  const arrived = (): void => clearTimeout(waiting);
  webContents.on("did-start-loading", () => {
    arrived();
    waiting = setTimeout(() => {
      log("window: the page hangs while it loads");
      endProcess(webContents.getOSProcessId());
    }, LOAD_MS);
  });
  webContents.on("dom-ready", arrived);
  webContents.on("did-stop-loading", arrived);
  window.on("closed", arrived);
  webContents.on("preload-error", (_event, _path, error) =>
    stand(`The window's bridge failed: ${error.message}`),
  );
  webContents.on("render-process-gone", (_event, { reason, exitCode }) => {
    if (reason === "clean-exit" || window.isDestroyed()) return;
    const now = Date.now();
    crashes.push(now);
    const recent = crashes.filter((at) => now - at < 60_000).length;
    log(`window: page gone, ${reason} (${exitCode})`);
    if (recent < CRASHES_A_MINUTE) void window.loadURL(APP_URL).catch(() => {});
    else stand(`The window's page crashed ${recent} times within a minute (${reason}).`);
  });
}

/** Ends a page's process, even one that answers nothing; that is then handled like any crash of it. */
function endProcess(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}
