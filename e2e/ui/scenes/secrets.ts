import { type Scene, visible } from "./scene.ts";

/** The secrets, as they can be stored, locked, missing. */
export const secretsScenes: readonly Scene[] = [
  {
    name: "secrets",
    scenario: "full",
    at: "#/secrets",
    shown: true,
    async stage(page) {
      await visible(page, "secret-row");
      await page.locator('[data-testid="secret-store"][data-state="ready"]').waitFor();
    },
  },
  {
    name: "secrets-empty",
    scenario: "empty",
    at: "#/secrets",
    stage: (page) => page.getByText("Keep tokens out of plain files").waitFor(),
  },
  {
    name: "secrets-locked",
    scenario: "asking",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "Unlock…" }).click();
      await visible(page, "passphrase");
    },
  },
  {
    name: "secrets-unavailable",
    scenario: "hostile",
    at: "#/secrets",
    stage: (page) => page.getByRole("button", { name: "Use a file instead…" }).waitFor(),
  },
  {
    name: "secrets-failing",
    scenario: "failing",
    at: "#/secrets",
    stage: (page) => page.getByText("The secrets could not be read.").waitFor(),
  },
  {
    name: "secrets-loading",
    scenario: "loading",
    at: "#/secrets",
    stage: (page) => page.getByLabel("Loading secrets").waitFor(),
  },
  {
    name: "secret-set",
    scenario: "full",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "Add a secret" }).click();
      await page.getByLabel("Name").fill("github-token");
      await page.getByLabel("Value").fill("not a real one");
      await page.getByText("There is a secret of this name").waitFor();
    },
  },
  {
    name: "secret-remove",
    scenario: "full",
    at: "#/secrets",
    async stage(page) {
      await page.getByRole("button", { name: "More of linear-key" }).click();
      await page.getByRole("menuitem", { name: "Remove…" }).click();
      await visible(page, "remove-warning");
    },
  },
];
