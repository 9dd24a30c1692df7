import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

/** The profiles, and each of them. */
export const profilesScenes: readonly Scene[] = [
  {
    name: "profiles",
    scenario: "full",
    at: "#/profiles",
    shown: true,
    stage: (page) => visible(page, "profile-row"),
  },
  {
    name: "profile",
    scenario: "full",
    at: "#/profiles/work",
    shown: true,
    stage: (page) => page.getByTestId("preview-counts").getByText("tools").waitFor(),
  },
  {
    name: "profile-in-use",
    scenario: "full",
    at: "#/profiles/work",
    async stage(page) {
      await page.getByRole("button", { name: "Remove…" }).click();
      await visible(page, "profile-in-use");
    },
  },
  {
    name: "profile-new",
    scenario: "full",
    at: "#/profiles/+new",
    async stage(page) {
      await page.getByRole("button", { name: "Only these" }).click();
      await page.getByLabel("Servers it sees").fill("");
      await page.getByText("A client with this profile sees no tool.").waitFor();
    },
  },
  { name: "profiles-empty", scenario: "empty", at: "#/profiles", stage: emptyState },
  { name: "profiles-failing", scenario: "failing", at: "#/profiles", stage: tryAgain },
];
