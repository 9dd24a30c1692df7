import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

/** The rules, their tester, what they would have done, and lasting answers. */
export const rulesScenes: readonly Scene[] = [
  {
    name: "rules",
    scenario: "full",
    at: "#/rules",
    shown: true,
    stage: (page) => visible(page, "rule-row"),
  },
  {
    name: "rules-moving",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByTestId("rule-row").nth(1).getByRole("group").press("Alt+ArrowDown");
      await visible(page, "move-bar");
    },
  },
  {
    name: "rules-no-match",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByLabel("Search rules").fill("nothing holds this");
      await page.getByText("No rule holds this text").waitFor();
    },
  },
  {
    name: "rule-new",
    scenario: "full",
    at: "#/rules",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Add a rule" }).click();
      await page.getByLabel("Server", { exact: true }).fill("files");
      await page.getByLabel("Tool", { exact: true }).fill("write_*");
      await page.getByRole("button", { name: "Add a condition" }).click();
      await page.getByLabel("Argument 1").fill("/path");
      await page.getByLabel("Value 1").fill("notes");
      await page.getByText("Write it as JSON").waitFor();
    },
  },
  {
    name: "rule-edit",
    scenario: "full",
    at: "#/rules",
    async stage(page) {
      await page.getByTestId("rule-row").nth(1).getByRole("group").press("Enter");
      await page.getByTestId("rule-words").getByText("Allow").waitFor();
      await page.getByRole("button", { name: "Try on last week’s calls" }).click();
      await visible(page, "replay");
    },
  },
  {
    name: "rules-tester",
    scenario: "full",
    at: "#/rules/test",
    shown: true,
    async stage(page) {
      await page.getByRole("combobox", { name: "Server" }).click();
      await page.getByRole("option", { name: "github" }).click();
      await page.getByLabel("Tool", { exact: true }).fill("search_issues");
      await visible(page, "verdict");
    },
  },
  {
    name: "rules-history",
    scenario: "full",
    at: "#/rules/history",
    shown: true,
    async stage(page) {
      await page.getByRole("combobox", { name: "Rules to try" }).click();
      await page.getByRole("option", { name: "Ask for everything" }).click();
      await page.getByRole("button", { name: "Try them" }).click();
      await visible(page, "changed-call");
    },
  },
  {
    name: "rules-grants",
    scenario: "full",
    at: "#/rules/grants",
    shown: true,
    stage: (page) => visible(page, "grant-row"),
  },
  { name: "rules-empty", scenario: "empty", at: "#/rules", stage: emptyState },
  { name: "grants-empty", scenario: "empty", at: "#/rules/grants", stage: emptyState },
  {
    name: "tester-empty",
    scenario: "empty",
    at: "#/rules/test",
    stage: (page) => page.getByText("Add a server first").waitFor(),
  },
  { name: "rules-failing", scenario: "failing", at: "#/rules", stage: tryAgain },
];
