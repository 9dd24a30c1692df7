import { type Scene, visible } from "./scene.ts";

/** The charts of times, and what the tokens cost. */
export const latencyScenes: readonly Scene[] = [
  {
    name: "latency",
    scenario: "full",
    at: "#/latency",
    shown: true,
    stage: (page) => visible(page, "latency"),
  },
  {
    name: "latency-by-tool",
    scenario: "full",
    at: "#/latency",
    shown: true,
    async stage(page) {
      await page.getByLabel("Tell apart").click();
      await page.getByRole("option", { name: "By tool" }).click();
      await page
        .getByRole("button", { name: /github \/ search_code/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "latency-table",
    scenario: "full",
    at: "#/latency",
    async stage(page) {
      await visible(page, "latency");
      await page.getByRole("button", { name: "Show the numbers" }).click();
      await visible(page, "numbers");
      await page.getByTestId("numbers").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "latency-empty",
    scenario: "empty",
    at: "#/latency",
    stage: (page) => page.getByText("No calls in this time").waitFor(),
  },
  {
    name: "latency-failing",
    scenario: "failing",
    at: "#/latency",
    stage: (page) => page.getByText("The charts could not be read.").waitFor(),
  },
  {
    name: "latency-loading",
    scenario: "loading",
    at: "#/latency",
    stage: (page) => page.getByLabel("Loading the charts").waitFor(),
  },
  {
    name: "cost",
    scenario: "full",
    at: "#/latency/cost",
    shown: true,
    stage: (page) => visible(page, "cost"),
  },
];
