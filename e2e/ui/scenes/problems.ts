import { type Scene, visible } from "./scene.ts";

/** What is wrong with the hub itself, above every screen. */
export const problemsScenes: readonly Scene[] = [
  {
    name: "problems",
    scenario: "troubled",
    at: "#/servers",
    shown: true,
    stage: (page) => page.locator('[data-code="indexing"]').waitFor(),
  },
  {
    name: "problems-about",
    scenario: "troubled",
    at: "#/servers",
    async stage(page) {
      await page.getByRole("button", { name: "About this" }).first().click();
      await visible(page, "error-page");
    },
  },
  {
    name: "problems-start",
    scenario: "restarted",
    at: "#/activity",
    shown: true,
    stage: (page) => page.locator('[data-code="disk_low"]').waitFor(),
  },
  {
    name: "activity-not-recording",
    scenario: "troubled",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("hello");
      await page.keyboard.press("Enter");
      await page.getByTestId("searched").getByText("40 % done").waitFor();
    },
  },
];
