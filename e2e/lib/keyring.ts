import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "./wait.ts";

/** A D-Bus session of its own with an unlocked GNOME Keyring in it, both ended with it. */
export interface Keyring {
  /** What a program needs in its environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Locks it; nobody is there to answer a dialog. */
  lock(): void;
  stop(): Promise<void>;
}

const COLLECTION = "/org/freedesktop/secrets/collection/login";

export async function startKeyring(): Promise<Keyring> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-keyring-"));
  const runtime = join(folder, "run");
  mkdirSync(runtime, { mode: 0o700 });
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...inherited } = process.env;
  const surroundings = { ...inherited, HOME: folder, XDG_DATA_HOME: folder, XDG_RUNTIME_DIR: runtime };
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--nosyslog", "--print-address"], {
    env: surroundings,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(bus.stdout, "data")) as [Buffer];
  const env = { XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: String(line).trim(), DISPLAY: "" };
  const daemon = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
    env: { ...surroundings, ...env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  daemon.stdin.end("keyring password");

  const ask = (...args: string[]): string =>
    execFileSync("dbus-send", ["--session", "--print-reply", ...args], {
      env: { ...surroundings, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const stop = async (): Promise<void> => {
    for (const child of [daemon, bus]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await waitFor(
      () => {
        if (daemon.exitCode !== null) throw new Error(`gnome-keyring-daemon ended with ${daemon.exitCode}`);
        return ask(
          "--dest=org.freedesktop.DBus",
          "/org/freedesktop/DBus",
          "org.freedesktop.DBus.NameHasOwner",
          "string:org.freedesktop.secrets",
        ).includes("true");
      },
      { deadlineMs: 30_000, what: "the keyring to be on the bus" },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    lock: () =>
      void ask(
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        `array:objpath:${COLLECTION}`,
      ),
    stop,
  };
}
