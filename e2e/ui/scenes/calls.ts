import type { Page } from "playwright-core";
import { emptyState, type Scene, tryAgain, visible } from "./scene.ts";

async function openCall(page: Page, tool: string, tab?: string): Promise<void> {
  await page.getByTestId("call-row").filter({ hasText: tool }).filter({ hasText: "OK" }).first().click();
  const detail = page.getByTestId("call-detail");
  await detail.getByRole("tab").first().waitFor();
  if (tab !== undefined) await detail.getByRole("tab", { name: tab }).click();
  await detail.getByRole("tabpanel").first().waitFor();
}

/** One call, two side by side, runs, and the playground. */
export const callsScenes: readonly Scene[] = [
  {
    name: "call",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => openCall(page, "read_text_file"),
  },
  {
    name: "call-request",
    scenario: "full",
    at: "#/activity",
    stage: (page) => openCall(page, "read_text_file", "Request"),
  },
  {
    name: "call-times",
    scenario: "full",
    at: "#/activity",
    shown: true,
    stage: (page) => openCall(page, "search_issues", "Timing"),
  },
  {
    name: "call-times-table",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await openCall(page, "search_issues", "Timing");
      await page.getByText("As a table").click();
      await page.getByRole("table").waitFor();
    },
  },
  {
    name: "call-messages",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await openCall(page, "read_text_file", "Messages");
      await visible(page, "wire");
    },
  },
  {
    name: "compare-with",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await openCall(page, "read_text_file");
      await page.getByRole("button", { name: "Compare with another call" }).click();
      await visible(page, "compare-with");
    },
  },
  {
    name: "compare",
    scenario: "full",
    at: "#/compare/2989/2998",
    shown: true,
    stage: (page) => visible(page, "call-diff"),
  },
  {
    name: "runs",
    scenario: "full",
    at: "#/runs",
    shown: true,
    stage: (page) => visible(page, "run-row"),
  },
  {
    name: "runs-empty",
    scenario: "empty",
    at: "#/runs",
    stage: emptyState,
  },
  {
    name: "runs-failing",
    scenario: "failing",
    at: "#/runs",
    stage: tryAgain,
  },
  {
    name: "run",
    scenario: "full",
    at: "#/runs/2990",
    shown: true,
    stage: (page) => visible(page, "steps"),
  },
  {
    name: "playground-choose",
    scenario: "full",
    at: "#/playground",
    stage: emptyState,
  },
  {
    name: "playground",
    scenario: "full",
    at: "#/playground/everything/trigger-long-running-operation",
    shown: true,
    async stage(page) {
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await visible(page, "playground-result");
    },
  },
  {
    name: "playground-wrong",
    scenario: "full",
    at: "#/playground/everything/get-sum",
    async stage(page) {
      await page.getByRole("textbox", { name: "a", exact: true }).fill("1.");
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await page.getByText("This must be a number.").waitFor();
    },
  },
  {
    name: "playground-asked",
    scenario: "full",
    at: "#/playground/everything/delete-everything",
    async stage(page) {
      await page.getByRole("textbox", { name: "path" }).fill("/tmp/old");
      await page.getByRole("button", { name: "Call", exact: true }).click();
      await page.getByText("Waiting for your answer").waitFor();
    },
  },
  {
    name: "run-again",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await openCall(page, "read_text_file");
      await page.getByRole("button", { name: "Run again…" }).click();
      await page.getByRole("button", { name: "Run again" }).click();
      await visible(page, "call-diff");
    },
  },
  {
    name: "call-image",
    scenario: "full",
    at: "#/activity",
    shown: true,
    async stage(page) {
      await openCall(page, "get-tiny-image");
      await page.getByTestId("call-detail").getByRole("img").first().waitFor();
    },
  },
  {
    name: "call-error",
    scenario: "full",
    at: "#/activity",
    async stage(page) {
      await page.getByRole("button", { name: "Denied" }).click();
      await page.getByTestId("call-row").first().click();
      await page.getByTestId("call-detail").getByRole("tab", { name: "Error" }).waitFor();
    },
  },
];
