import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { waitFor } from "../lib/wait.ts";
import type { DesktopApp } from "./app.ts";

const { GATEHOUSE_SHOTS } = process.env;

const isPopup = (page: Page): boolean => page.url().endsWith("/popup/index.html");

/** The consent popup as a person meets it. */
export interface PopupDriver {
  readonly page: Page;
  /** Waits until a question about this tool (or of this title) is shown and input counts. */
  asked(text: string): Promise<void>;
  press(key: string): Promise<void>;
  button(name: string): Locator;
  /** Clicks a button, coming from elsewhere: one on which the pointer rests already does not count. */
  click(name: string): Promise<void>;
  /** Opens what is folded and reads to the end, so that more than this call can be allowed. */
  read(): Promise<void>;
  /** Whether its window is shown. */
  visible(): Promise<boolean>;
  /** Keeps a picture of it, light and dark, where GATEHOUSE_SHOTS names a folder. */
  shot(name: string): Promise<void>;
  /** Waits until nothing is asked any more. */
  gone(): Promise<void>;
}

/** Waits for the popup's window, which comes to be with the first question. */
export async function popupOf(app: DesktopApp): Promise<PopupDriver> {
  const page = await waitFor(() => app.electron.windows().find(isPopup), {
    deadlineMs: 30_000,
    what: "the popup's window",
  });
  const visible = (): Promise<boolean> =>
    app.inMain(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some(
        (window) => window.webContents.getURL().endsWith("/popup/index.html") && window.isVisible(),
      ),
    );
  return {
    page,
    visible,
    async asked(text) {
      await page.locator("main", { hasText: text }).waitFor();
      await page
        .locator("main", { hasText: text })
        .locator("[data-answers]:not([aria-disabled])")
        .first()
        .waitFor();
    },
    press: (key) => page.keyboard.press(key),
    button: (name) => page.getByRole("button", { name, exact: true }),
    async read() {
      await page.keyboard.press("x");
      await page.keyboard.press("End");
      await page.locator('button[aria-label="Allow always"]:not([aria-disabled])').waitFor();
    },
    async click(name) {
      await page.mouse.move(2, 2);
      await page.getByRole("button", { name, exact: true }).click();
    },
    async shot(name) {
      if (GATEHOUSE_SHOTS === undefined) return;
      mkdirSync(GATEHOUSE_SHOTS, { recursive: true });
      for (const theme of ["light", "dark"] as const) {
        await app.inMain(({ nativeTheme }, source) => {
          nativeTheme.themeSource = source;
        }, theme);
        await page.screenshot({ path: join(GATEHOUSE_SHOTS, `${name}-${theme}.png`) });
      }
    },
    gone: async () => {
      await waitFor(async () => !(await visible()), { deadlineMs: 20_000, what: "the popup to go" });
    },
  };
}

/** A token of a client of this name, made as the person does it: in the window, by way of the clipboard. */
export async function tokenFor(app: DesktopApp, name: string): Promise<{ url: string; token: string }> {
  await app.answerDialogs(1);
  await app.inMain(({ clipboard }) => clipboard.writeText(""));
  await app.page.evaluate(
    (client) =>
      (
        globalThis as unknown as {
          gatehouse: { copyClientSetup(kind: string, name: string): Promise<unknown> };
        }
      ).gatehouse.copyClientSetup("cursor", client),
    name,
  );
  const text = await waitFor(
    async () => {
      const copied = await app.inMain(({ clipboard }) => clipboard.readText());
      return copied.includes("mcpServers") && copied;
    },
    { deadlineMs: 20_000, what: "the set-up on the clipboard" },
  );
  const { url, headers } = JSON.parse(text).mcpServers.gatehouse;
  return { url, token: headers.Authorization.replace("Bearer ", "") };
}
