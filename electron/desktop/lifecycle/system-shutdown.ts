import type { App, BrowserWindow, PowerMonitor } from "electron";

/**
 * The machine shuts down, or the person logs off: nothing may hold that up. Linux and macOS tell the power monitor
 * (which exists only once the app is ready), Windows tells each window.
 */
export function onSystemShutdown(
  app: Pick<App, "on">,
  monitor: Pick<PowerMonitor, "on">,
  goingDown: () => void,
): void {
  monitor.on("shutdown", () => goingDown());
  app.on("browser-window-created", (_event, window: Pick<BrowserWindow, "on">) => {
    window.on("session-end", () => goingDown());
  });
}
