import { execFile } from "node:child_process";

type Run = (command: string, args: readonly string[]) => Promise<string>;

const QUESTION = [
  "--session",
  "--dest=org.freedesktop.DBus",
  "--print-reply=literal",
  "/org/freedesktop/DBus",
  "org.freedesktop.DBus.NameHasOwner",
  "string:org.kde.StatusNotifierWatcher",
];
const QUESTION_GDBUS = [
  "call",
  "--session",
  "--dest=org.freedesktop.DBus",
  "--object-path=/org/freedesktop/DBus",
  "--method=org.freedesktop.DBus.NameHasOwner",
  "org.kde.StatusNotifierWatcher",
];

/**
 * Whether a tray icon would be seen. Always on macOS and Windows; on Linux only where something on the session bus
 * shows status icons, for a window that is hidden into no tray would be lost. Never rejects.
 */
export async function hasTrayHost(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  run: Run = runCommand,
): Promise<boolean> {
  if (platform !== "linux") return true;
  if ((env.DBUS_SESSION_BUS_ADDRESS ?? "") === "" && (env.XDG_RUNTIME_DIR ?? "") === "") return false;
  for (const [command, args] of [
    ["gdbus", QUESTION_GDBUS],
    ["dbus-send", QUESTION],
  ] as const) {
    try {
      return /\btrue\b/.test(await run(command, args));
    } catch {
      // Not there, or no bus: the other is asked.
    }
  }
  return false;
}

function runCommand(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { timeout: 1_500 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}
