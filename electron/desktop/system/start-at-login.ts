import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "electron";
import type { StartAtLogin } from "../../../shared/bridge.ts";

/** Given at a start by the system: the window stays hidden (where a tray can bring it back). */
export const HIDDEN_ARGUMENT = "--hidden";

export interface LoginSurroundings {
  readonly platform: string;
  readonly packaged: boolean;
  /** The file that starts the app: its executable, or the AppImage it came in. */
  readonly executable: string;
  /** $XDG_CONFIG_HOME or ~/.config. */
  readonly configFolder: string;
}

/** Start at login: the system's own setting on macOS and Windows, an autostart entry on Linux. */
export function createStartAtLogin(
  app: Pick<App, "getLoginItemSettings" | "setLoginItemSettings">,
  around: LoginSurroundings,
): { get(): StartAtLogin; set(enabled: boolean): StartAtLogin } {
  const entry = join(around.configFolder, "autostart", "gatehouse.desktop");
  const linux = around.platform === "linux";
  const get = (): StartAtLogin => {
    // A development build's executable is Electron itself, which would start with no app.
    if (!around.packaged) return { supported: false, enabled: false };
    if (linux) return { supported: true, enabled: existsSync(entry) };
    return { supported: true, enabled: app.getLoginItemSettings({ args: [HIDDEN_ARGUMENT] }).openAtLogin };
  };
  return {
    get,
    set(enabled) {
      if (!around.packaged) return get();
      if (!linux) app.setLoginItemSettings({ openAtLogin: enabled, args: [HIDDEN_ARGUMENT] });
      else if (enabled) {
        mkdirSync(join(around.configFolder, "autostart"), { recursive: true });
        writeFileSync(entry, autostartEntry(around.executable));
      } else rmSync(entry, { force: true });
      return get();
    },
  };
}

/** An autostart entry of the Desktop Entry Specification 1.5, its Exec key quoted as that says. */
export function autostartEntry(executable: string): string {
  const quoted = executable
    .replace(/[\\"`$]/g, "\\$&")
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%");
  return [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Gatehouse",
    `Exec="${quoted}" ${HIDDEN_ARGUMENT}`,
    "X-GNOME-Autostart-enabled=true",
    "Terminal=false",
    "",
  ].join("\n");
}
