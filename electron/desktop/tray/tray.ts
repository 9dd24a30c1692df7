import { Menu, type MenuItemConstructorOptions, nativeTheme, Tray } from "electron";
import { trayImage } from "./images.ts";
import type { TrayModel } from "./tray-model.ts";

export interface TrayActions {
  open(): void;
  /** Brings the open question to the front. */
  questions(): void;
  pause(): void;
  resume(): void;
  quit(): void;
}

export interface AppTray {
  update(model: TrayModel): void;
  dispose(): void;
}

/** The icon beside the clock: the hub's state, and the few things one wants without a window. */
export function createTray(actions: TrayActions, platform: string, initial: TrayModel): AppTray {
  let model = initial;
  const tray = new Tray(trayImage(model.look, nativeTheme.shouldUseDarkColors, platform));
  const draw = (): void => {
    tray.setImage(trayImage(model.look, nativeTheme.shouldUseDarkColors, platform));
    tray.setToolTip(`Gatehouse: ${model.summary}`);
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(model, actions)));
  };
  if (platform !== "darwin")
    tray.on("click", () => (model.waiting > 0 ? actions.questions() : actions.open()));
  nativeTheme.on("updated", draw);
  draw();
  return {
    update(next) {
      if (JSON.stringify(next) === JSON.stringify(model)) return;
      model = next;
      draw();
    },
    dispose() {
      nativeTheme.off("updated", draw);
      tray.destroy();
    },
  };
}

/** The tray's menu. */
function trayMenu(
  { summary, pause, waiting, quitting }: TrayModel,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  return [
    { label: summary, enabled: false },
    { type: "separator" },
    ...(waiting > 0 ? [{ label: "Show the Question", click: () => actions.questions() }] : []),
    { label: "Open Gatehouse", click: () => actions.open() },
    pause === "resume"
      ? { label: "Resume Calls", click: () => actions.resume() }
      : { label: "Pause All Calls", enabled: pause === "pause", click: () => actions.pause() },
    { type: "separator" },
    { label: quitting === true ? "Quit Now" : "Quit Gatehouse", click: () => actions.quit() },
  ];
}
