import { type Scene, visible } from "./scene.ts";

/** The diagnosis, of everything and of one server. */
export const diagnoseScenes: readonly Scene[] = [
  {
    name: "diagnose",
    scenario: "full",
    at: "#/servers",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.locator('[data-testid="diagnosis"][data-phase="done"]').waitFor();
      await page.getByRole("button", { name: "program_missing" }).click();
      await visible(page, "error-page");
    },
  },
  {
    name: "diagnose-server",
    scenario: "full",
    at: "#/servers/postgres",
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.locator('[data-testid="diagnosis"][data-phase="done"]').waitFor();
    },
  },
  {
    name: "diagnose-failing",
    scenario: "failing",
    at: "#/settings",
    async stage(page) {
      await page.getByRole("button", { name: "Diagnose" }).click();
      await page.getByText("The diagnosis could not be made.").waitFor();
    },
  },
  {
    name: "diagnose-loading",
    scenario: "loading",
    at: "#/servers",
    async stage(page) {
      await page.keyboard.press("ControlOrMeta+k");
      await page.getByRole("option", { name: "Diagnose" }).click();
      await page.getByText("The first checks are under way").waitFor();
    },
  },
];
