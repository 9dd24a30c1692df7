import path from "node:path";
import {
  app,
  clipboard,
  dialog,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  screen,
  session,
  shell,
} from "electron";
import { z } from "zod";
import { themeSchema } from "../../shared/bridge.ts";
import { sentenceOf } from "../../shared/errors.ts";
import { bridgeHandlers } from "./bridge/handlers.ts";
import { installBridge } from "./bridge/install.ts";
import { hubChildStarter } from "./hub/child.ts";
import { systemClock } from "./hub/clock.ts";
import { hubCommand } from "./hub/command.ts";
import { createHubProcess, type HubProcess } from "./hub/hub-process.ts";
import { takeOverFromHeadless } from "./hub/take-over.ts";
import { onActivate } from "./lifecycle/activate.ts";
import { onBeforeQuit } from "./lifecycle/before-quit.ts";
import { onOpenUrl } from "./lifecycle/open-url.ts";
import { createAskToQuit, createQuit, type Quit } from "./lifecycle/quit.ts";
import { onSecondInstance } from "./lifecycle/second-instance.ts";
import { onSystemShutdown } from "./lifecycle/system-shutdown.ts";
import { onWebContentsCreated } from "./lifecycle/web-contents-created.ts";
import { onWindowAllClosed } from "./lifecycle/window-all-closed.ts";
import { createOwnerActions } from "./owner/actions.ts";
import { createConfirm, type ShowMessageBox } from "./owner/confirm.ts";
import { dialogRoom } from "./owner/dialog-pages.ts";
import { watchQuestions } from "./owner/questions.ts";
import type { Popup } from "./popup/popup.ts";
import { createConsentPopup } from "./popup/wire.ts";
import { isSignInLink, watchSignIns } from "./sign-in/watch-sign-ins.ts";
import { jsonFile } from "./system/json-file.ts";
import { applicationMenu } from "./system/menu.ts";
import { createStartAtLogin } from "./system/start-at-login.ts";
import { followStatus } from "./tray/hub-status.ts";
import { appImage } from "./tray/images.ts";
import { type AppTray, createTray } from "./tray/tray.ts";
import { hasTrayHost } from "./tray/tray-host.ts";
import { createTrayState, type TrayState } from "./tray/tray-state.ts";
import { createAppFiles } from "./window/app-files.ts";
import { FAILURE_PATH, failurePage } from "./window/failure-page.ts";
import { createMainWindow } from "./window/main-window.ts";
import { createLinkOpener } from "./window/open-link.ts";
import { applySessionRules } from "./window/session-rules.ts";
import { NO_STATE, windowStateSchema } from "./window/window-state.ts";

export interface DesktopOptions {
  readonly home: string;
  readonly userData: string;
  /** Started by the system at login: without a window, where a tray can bring it. */
  readonly hidden: boolean;
  /** The folder that holds dist/. */
  readonly root: string;
}

const preferencesSchema = z.object({ theme: themeSchema });
const NO_PREFERENCES: z.infer<typeof preferencesSchema> = { theme: "system" };

/** The composition root: makes every part, ties them together, and starts them when Electron is ready. */
export function runDesktop({ home, userData, hidden, root }: DesktopOptions): void {
  const { platform, env } = process;
  const log = (line: string): void => {
    process.stderr.write(`[desktop] ${line}\n`);
  };
  const preferences = jsonFile(
    path.join(userData, "preferences.json"),
    preferencesSchema,
    NO_PREFERENCES,
    log,
  );
  let failure = "The page could not be loaded.";
  let tray: AppTray | undefined;
  let popup: Popup | undefined;

  const hub = createHubProcess({
    startChild: (events) =>
      hubChildStarter(
        hubCommand({ platform, env, packaged: app.isPackaged, resources: process.resourcesPath, root }),
        home,
        env,
      )(events),
    clock: systemClock,
    random: Math.random,
    takeOver: () => takeOverFromHeadless({ home, drainSeconds: 5, goneMs: 10_000 }),
    log,
  });
  const quit = createQuit({
    stopHub: (drainSeconds) => hub.stop(drainSeconds),
    ask: (words, signal) => askToQuit(words, signal),
    quit: () => app.quit(),
  });
  const end = async (): Promise<void> => {
    await quit.end();
    tray?.dispose();
    tray = undefined;
  };
  const quitting = onBeforeQuit(app, end, quit.hurry);
  const window = createMainWindow({
    preload: path.join(root, "dist", "preload", "preload.cjs"),
    icon: appImage,
    state: jsonFile(path.join(userData, "window.json"), windowStateSchema, NO_STATE, log),
    hidesOnClose: () => tray !== undefined && !quitting.begun,
    failed: (why) => {
      failure = why;
    },
    log,
  });
  const show = (): void => {
    if (app.isReady() && !quitting.begun) window.show();
  };
  const showMessageBox: ShowMessageBox = (options) => {
    const parent = window.current;
    return parent?.isVisible() ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options);
  };
  const askToQuit = createAskToQuit(showMessageBox);
  const confirm = createConfirm(showMessageBox, () => dialogRoom(screen.getPrimaryDisplay().workArea.height));
  const openLink = createLinkOpener(confirm, (url) => shell.openExternal(url));
  const owner = createOwnerActions({
    client: () => hub.client,
    onHubChange: (listener) => hub.onChange(listener),
    endpoint: () => (hub.state.state === "running" ? `http://127.0.0.1:${hub.state.port}/mcp` : undefined),
    confirm,
    writeClipboard: (text) => clipboard.writeText(text),
  });
  const startAtLogin = createStartAtLogin(app, {
    platform,
    packaged: app.isPackaged,
    executable: env.APPIMAGE ?? process.execPath,
    configFolder: app.getPath("appData"),
  });

  /** A link of ours: the end of a sign-in goes to the hub, which knows whether it waits for it. */
  const opened = (link: string | undefined): void => {
    if (link !== undefined && isSignInLink(link))
      hub.client
        ?.call("servers.finishSignIn", { url: link })
        .catch((error: unknown) => log(`a sign-in's end: ${sentenceOf(error)}`));
    show();
  };

  onSecondInstance(app, opened);
  onActivate(app, show);
  onOpenUrl(app, opened);
  // While calls are waited for there may be no window; that is no second wish to quit.
  onWindowAllClosed(app, () => tray !== undefined || quitting.begun);
  onWebContentsCreated(app, openLink);
  const call = (method: "hub.pause" | "hub.resume"): void => {
    hub.client?.call(method, {}).catch((error: unknown) => log(`${method}: ${String(error)}`));
  };

  void app.whenReady().then(async () => {
    applySessionRules(
      session.defaultSession,
      createAppFiles(path.join(root, "dist", "renderer"), {
        [FAILURE_PATH]: () => failurePage(failure),
      }),
    );
    nativeTheme.themeSource = preferences.read().theme;
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        applicationMenu(platform, !app.isPackaged, { openDataFolder: () => void shell.openPath(home) }),
      ),
    );
    installBridge(
      bridgeHandlers({
        hub,
        owner,
        openLink,
        openDataFolder: () => shell.openPath(home),
        setTheme: (theme) => {
          nativeTheme.themeSource = theme;
          preferences.write({ theme });
        },
        startAtLogin,
        showQuestions: () => popup?.bring() ?? false,
      }),
      () => window.current?.webContents,
    );
    hub.onChange(() => window.hubChanged());
    const trayState = createTrayState((model) => tray?.update(model));
    popup = createConsentPopup({
      root,
      icon: appImage,
      quitting: () => quitting.over,
      counted: (waiting) => {
        app.setBadgeCount(waiting);
        trayState.set({ waiting });
      },
      log,
    });
    onSystemShutdown(app, powerMonitor, quit.goingDown);
    watchHub(hub, show, confirm, popup, trayState, quit, log);
    hub.start();
    const trayed = await hasTrayHost(platform, env);
    if (quitting.begun) return;
    if (trayed) {
      tray = createTray(
        {
          open: show,
          questions: () => popup?.bring(),
          pause: () => call("hub.pause"),
          resume: () => call("hub.resume"),
          quit: () => app.quit(),
        },
        platform,
        trayState.model,
      );
    }
    if (!(hidden && trayed)) show();
  });
}

/** With every run of the hub: its questions are shown, and the tray follows its state. */
function watchHub(
  hub: HubProcess,
  show: () => void,
  confirm: Parameters<typeof watchQuestions>[1],
  popup: Popup,
  tray: TrayState,
  quit: Quit,
  log: (line: string) => void,
): void {
  let disposers: (() => void)[] = [];
  hub.onChange((state) => {
    for (const dispose of disposers) dispose();
    disposers = [];
    tray.set({ state, status: undefined });
    const { client } = hub;
    if (state.state !== "running" || client === undefined) return;
    disposers = [
      watchQuestions(client, confirm, log),
      popup.attach(client),
      watchSignIns(client, {
        openExternal: (url) => shell.openExternal(url),
        notify: (title, body) => {
          if (!Notification.isSupported()) return;
          const notification = new Notification({ title, body });
          notification.on("click", show);
          notification.show();
        },
        log,
      }),
      followStatus(client, (status) => {
        tray.set({ status });
        if (status.hub.draining !== undefined) quit.draining(status.hub.draining);
      }),
    ];
  });
}
