import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { findElectron } from "../../scripts/electron-runtime.mjs";
import { inMain, type MainTask } from "./in-main.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Holds the app back until Playwright is attached, so that it never meets a window that is half loaded. */
const LOADER = join(
  dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")),
  "lib/server/electron/loader.js",
);

/** Gives a home a port of its own, so that tests never meet on the usual one; returns the home. */
export function quietHome(home: string, port = 0): string {
  writeFileSync(join(home, "gatehouse.json"), JSON.stringify({ listen: { port } }), { mode: 0o600 });
  return home;
}

/** A native message box as the app asked for it. */
export interface SeenDialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  readonly defaultId: number;
  readonly checkboxLabel?: string;
}

export interface DesktopApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** Runs a task in the main process, once, and gives what it gives. */
  inMain<R>(run: MainTask<R, undefined>): Promise<R>;
  inMain<R, A>(run: MainTask<R, A>, given: A): Promise<R>;
  /** What the app has written to its stderr. */
  log(): string;
  /** Answers native message boxes from now on with this button (0 is Cancel), their checkbox checked or not. */
  answerDialogs(button: number, check?: boolean): Promise<void>;
  /** The message boxes that were shown since `answerDialogs`. */
  dialogs(): Promise<SeenDialog[]>;
  /** Resolves when the main process has ended. */
  readonly ended: Promise<void>;
  /** Quits as the person would, and waits for the end of the main process. */
  quit(): Promise<void>;
}

export interface LaunchOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Starts the built app in the real Electron on a home of its own, and waits for its window. */
export async function launchDesktop({ home, env = {}, args = [] }: LaunchOptions): Promise<DesktopApp> {
  const runtime = await findElectron({ progress: (line) => process.stderr.write(`${line}\n`) });
  if ("problem" in runtime) throw new Error(`${runtime.problem} Run: ${runtime.line}`);
  // No session bus but one that a test names: whether there is a tray must not depend on who runs it.
  const { NODE_OPTIONS, ELECTRON_RUN_AS_NODE, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, ...inherited } =
    process.env;
  const environment = Object.fromEntries(
    Object.entries({ ...inherited, ...env, GATEHOUSE_HOME: home }).filter((pair) => pair[1] !== undefined),
  ) as Record<string, string>;
  const electron = await _electron.launch({
    executablePath: runtime.path,
    // Without a GPU its process fails and is started anew, and a page that loads meanwhile may hang.
    args: ["-r", LOADER, "--disable-gpu", ...runtime.args, ROOT, ...args],
    env: environment,
    // As the app itself sets it: Playwright would keep every page light.
    colorScheme: null,
    timeout: 60_000,
  });
  let output = "";
  electron.process().stderr?.on("data", (chunk) => {
    output += String(chunk);
  });
  const page = await electron.firstWindow();
  // Generous, it only bounds a failure: the hub and its servers start meanwhile.
  page.context().setDefaultTimeout(50_000);
  await page.waitForLoadState("load");
  const ended = new Promise<void>((resolve) => electron.process().once("exit", () => resolve()));
  const run = <R, A>(task: MainTask<R, A>, given?: A): Promise<R> => inMain(electron, task, given as A);
  return {
    electron,
    page,
    inMain: run,
    ended,
    log: () => output,
    answerDialogs: (button, check = false) =>
      run(
        ({ dialog }, [response, checkboxChecked]) => {
          const seen: unknown[] = [];
          Object.assign(globalThis, { seenDialogs: seen });
          dialog.showMessageBox = (async (...given: unknown[]) => {
            const { message, detail, buttons, defaultId, checkboxLabel } = given.at(
              -1,
            ) as Electron.MessageBoxOptions;
            seen.push({
              message,
              detail,
              buttons,
              defaultId,
              ...(checkboxLabel === undefined ? {} : { checkboxLabel }),
            });
            return { response, checkboxChecked };
          }) as typeof dialog.showMessageBox;
        },
        [button, check] as const,
      ),
    dialogs: () => run(() => (globalThis as unknown as { seenDialogs?: SeenDialog[] }).seenDialogs ?? []),
    async quit() {
      await run(({ app }) => app.quit()).catch(() => {});
      await ended;
    },
  };
}
