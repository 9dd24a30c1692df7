import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { RunningHub } from "./hub.ts";

/** Quiet, with no network of its own, and without a GPU. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The system's Chromium; throws when there is none on the PATH. */
function findChromium(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // The next one.
      }
    }
  }
  throw new Error("there is no Chromium: install the package chromium");
}

/** Starts the system's Chromium without a window. The caller closes it. */
export const startBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(), args: [...ARGS, ...args] });

export interface OpenPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Whatever the page has logged as an error, and every exception in it. */
  readonly errors: string[];
}

export interface PageOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

/** A page of its own (no storage shared with others), as wide as a small laptop's window. */
export async function openPage(
  browser: Browser,
  url: string,
  { theme = "light", width = 1280, height = 800 }: PageOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  return { context, page, errors };
}

/** Opens a hub's web UI as a person does: with the one-time link that `gatehouse ui` prints. */
export async function openUi(browser: Browser, hub: RunningHub, options?: PageOptions): Promise<OpenPage> {
  const { code, stdout, stderr } = await hub.cli(["ui"]);
  if (code !== 0) throw new Error(`gatehouse ui failed: ${stderr}`);
  return openPage(browser, stdout.trim(), options);
}
