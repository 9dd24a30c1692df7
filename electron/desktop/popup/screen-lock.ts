import type { PowerMonitor } from "electron";

export interface ScreenLock {
  /** Whether the screen is locked now. */
  locked(): boolean;
}

/**
 * Follows the screen's lock: by events where the system tells them, and by asking it where it does not (Linux).
 * `changed` is told of locks, unlocks and of waking up.
 */
export function watchScreenLock(
  monitor: Pick<PowerMonitor, "getSystemIdleState"> & { on(event: string, listener: () => void): unknown },
  changed: () => void,
): ScreenLock {
  let told = false;
  const enter = (locked: boolean) => (): void => {
    told = locked;
    changed();
  };
  monitor.on("lock-screen", enter(true));
  monitor.on("unlock-screen", enter(false));
  monitor.on("resume", changed);
  return {
    locked: () => {
      if (told) return true;
      try {
        return monitor.getSystemIdleState(1) === "locked";
      } catch {
        return false;
      }
    },
  };
}
