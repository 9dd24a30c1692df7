import { type Scene, visible } from "./scene.ts";

/** Signing in to servers, their accounts, and what a profile takes of them. */
export const signInScenes: readonly Scene[] = [
  {
    name: "server-sign-in",
    scenario: "full",
    at: "#/servers/linear",
    shown: true,
    stage: (page) => visible(page, "sign-in-needed"),
  },
  {
    name: "server-signing-in",
    scenario: "full",
    at: "#/servers/linear",
    async stage(page) {
      await page.getByRole("button", { name: "Authenticate" }).click();
      await visible(page, "sign-in-waiting");
    },
  },
  {
    name: "server-accounts",
    scenario: "full",
    at: "#/servers/sentry",
    shown: true,
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await visible(page, "account");
    },
  },
  {
    name: "server-sign-in-failed",
    scenario: "full",
    at: "#/servers/sentry",
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await page.getByRole("button", { name: "Sign in again as default" }).click();
      await visible(page, "sign-in-failed");
    },
  },
  {
    name: "server-sign-out",
    scenario: "full",
    at: "#/servers/sentry",
    async stage(page) {
      await page.getByRole("tab", { name: /Accounts/ }).click();
      await page.getByRole("button", { name: "Sign out work" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "profile-accounts",
    scenario: "full",
    at: "#/profiles/%2Bnew",
    async stage(page) {
      await visible(page, "profile-accounts");
      await page.getByTestId("profile-accounts").scrollIntoViewIfNeeded();
    },
  },
];
