import { type Scene, visible } from "./scene.ts";

/** What lies around every screen, and the screens while they load. The last scene ends the hub of its scenario. */
export const shellScenes: readonly Scene[] = [
  {
    name: "settings",
    scenario: "full",
    at: "#/settings",
    shown: true,
    stage: (page) => page.getByRole("heading", { name: "Versions" }).waitFor(),
  },
  {
    name: "palette",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await visible(page, "server-row");
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder("Jump to a screen").waitFor();
    },
  },
  {
    name: "shortcuts",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      await visible(page, "server-row");
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "settings-mistake",
    scenario: "failing",
    at: "#/settings",
    stage: (page) => page.getByText("gatehouse.json has a mistake", { exact: false }).first().waitFor(),
  },
  ...["servers", "clients", "profiles", "activity", "runs", "rules", "audit", "settings"].map(
    (screen): Scene => ({
      name: `${screen}-loading`,
      scenario: "loading",
      at: `#/${screen}`,
      stage: (page) => page.locator(".skeleton").first().waitFor(),
    }),
  ),
  {
    name: "signed-out",
    scenario: "full",
    at: "#/servers",
    async stage(page) {
      // Not before it is kept: it would be so after all.
      await page.waitForFunction("sessionStorage.length > 0");
      await page.evaluate("sessionStorage.clear()");
      await page.reload();
      await page.getByText("This page is not signed in.").waitFor();
    },
  },
  {
    name: "paused",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Pause all calls" }).click();
      await visible(page, "paused-banner");
    },
  },
  {
    name: "offline",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page, hub) {
      await visible(page, "call-row");
      await hub.stop();
      await visible(page, "offline-banner");
    },
  },
];
