import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

/** The list of calls: its filter, its choice, its menus. */
export const activityScenes: readonly Scene[] = [
  {
    name: "activity",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => visible(page, "call-row"),
  },
  {
    name: "activity-filter",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("client:claude-code dur:>1ms status:");
      await page.getByRole("option", { name: "tool_error" }).waitFor();
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "activity-wrong-filter",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("server:files sever:github since:soon");
      await page.keyboard.press("Home");
      await page.getByText("There is no filter “sever”", { exact: false }).waitFor();
    },
  },
  {
    name: "activity-chosen",
    scenario: "million",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await page.getByText("1,000,000 calls").waitFor();
      await page.getByRole("button", { name: "Columns" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Project" }).click();
      await page.keyboard.press("Escape");
      await page
        .getByTestId("call-row")
        .nth(2)
        .click({ modifiers: ["ControlOrMeta"] });
      await page
        .getByTestId("call-row")
        .nth(6)
        .click({ modifiers: ["Shift"] });
      await page.getByText("5 calls chosen").waitFor();
    },
  },
  {
    name: "activity-menu",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByTestId("call-row").nth(3).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Copy as cURL" }).waitFor();
    },
  },
  {
    name: "activity-fixture",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page
        .getByTestId("call-row")
        .nth(0)
        .click({ modifiers: ["ControlOrMeta"] });
      await page
        .getByTestId("call-row")
        .nth(12)
        .click({ modifiers: ["Shift"] });
      await page.getByRole("button", { name: "Save as fixture" }).click();
      await page.getByText("gatehouse mock", { exact: false }).waitFor();
    },
  },
  {
    name: "activity-view",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByLabel("Filter calls").fill("server:github");
      await page.getByRole("button", { name: "Save view" }).click();
      await page.getByLabel("Name", { exact: true }).fill("errors");
      await page.getByText("Another view has this name").waitFor();
    },
  },
  {
    name: "activity-no-match",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await visible(page, "call-row");
      await page.getByLabel("Filter calls").fill("nothing holds this");
      await page.keyboard.press("Enter");
      await page.getByText("No call matches").waitFor();
    },
  },
  { name: "activity-empty", scenario: "empty", at: "#/activity", shown: true, stage: emptyState },
  { name: "activity-failing", scenario: "failing", at: "#/activity", stage: tryAgain },
];
