import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

/** The administrative acts. */
export const auditScenes: readonly Scene[] = [
  {
    name: "audit",
    scenario: "full",
    at: "#/audit",
    shown: true,
    async stage(page) {
      await page.getByTestId("audit-row").nth(2).click();
      await visible(page, "audit-detail");
    },
  },
  {
    name: "audit-no-match",
    scenario: "full",
    at: "#/audit",
    async stage(page) {
      await page.getByLabel("Search acts").fill("nothing holds this");
      await page.getByText("No act matches").waitFor();
    },
  },
  { name: "audit-empty", scenario: "empty", at: "#/audit", stage: emptyState },
  { name: "audit-failing", scenario: "failing", at: "#/audit", stage: tryAgain },
];
