import { type Scene, tryAgain, visible } from "./scene.ts";

/** The clients, and each of them. */
export const clientsScenes: readonly Scene[] = [
  {
    name: "waiting-for-approval",
    scenario: "full",
    at: "#/clients/cursor",
    async stage(page) {
      await page.getByRole("button", { name: "Revoke…" }).click();
      await visible(page, "pending");
    },
  },
  {
    name: "clients",
    scenario: "full",
    at: "#/clients",
    shown: true,
    stage: (page) => visible(page, "client-row"),
  },
  {
    name: "client",
    scenario: "full",
    at: "#/clients/claude-code",
    shown: true,
    async stage(page) {
      await visible(page, "session");
      await visible(page, "last-call");
    },
  },
  {
    name: "client-editing",
    scenario: "full",
    at: "#/clients/claude-code",
    async stage(page) {
      await page.getByLabel("Team").fill("!");
      await page.getByText("use letters", { exact: false }).waitFor();
    },
  },
  {
    name: "client-rename",
    scenario: "full",
    at: "#/clients/cursor",
    async stage(page) {
      await page.getByRole("button", { name: "Rename…" }).click();
      await page.getByLabel("New name").fill("vscode");
      await page.getByText("Another client has this name").waitFor();
    },
  },
  {
    name: "client-gone",
    scenario: "full",
    at: "#/clients/nobody",
    stage: (page) => page.getByText("This client is gone").waitFor(),
  },
  {
    name: "clients-empty",
    scenario: "empty",
    at: "#/clients",
    shown: true,
    stage: (page) => page.getByRole("heading", { name: "Connect your first client" }).waitFor(),
  },
  { name: "client-failing", scenario: "failing", at: "#/clients/cursor", stage: tryAgain },
];
