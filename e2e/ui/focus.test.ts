// Where the keyboard stands after something was closed, put away or gone to: never nowhere. By the stand-in for the hub.

import { expect, test } from "vitest";
import { mockPage } from "../lib/mock-page.ts";

const ui = mockPage();
const press = (key: string): Promise<void> => ui.page.keyboard.press(key);
const button = (name: string) => ui.page.getByRole("button", { name, exact: true });
/** Resolves once this has the keyboard. */
const standsOn = (selector: string, text = ""): Promise<void> =>
  ui.page.locator(`${selector}:focus`, { hasText: text }).waitFor();

async function openActivity(): Promise<void> {
  await ui.page.getByRole("link", { name: "Activity", exact: true }).click();
  await ui.page.getByTestId("call-row").first().waitFor();
}

test("a call that is closed leaves the keyboard in the list, whatever it was closed with", async () => {
  await openActivity();
  const { page } = ui;
  for (const close of [
    () => press("Escape"),
    () => page.getByRole("button", { name: "Close", exact: true }).click(),
  ]) {
    await page.getByTestId("call-row").nth(3).click();
    await page.getByRole("tab", { name: "Timing" }).focus();
    await close();
    await page.getByTestId("call-detail").waitFor({ state: "detached" });
    await standsOn("[data-testid=calls]");
  }
});

test("a dialog gives the keyboard back to what it was opened with", async () => {
  await openActivity();
  const { page } = ui;
  await page.getByTestId("call-row").nth(3).click();
  await page.getByRole("button", { name: "Compare with another call" }).focus();
  await press("Enter");
  await page.getByTestId("compare-with").waitFor();
  await press("Escape");
  await standsOn("[aria-label='Compare with another call']");

  await page.getByRole("combobox", { name: "Filter calls" }).fill("server:github");
  await press("Enter");
  await button("Save view…").focus();
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await standsOn("button", "Save view…");
  await press("Enter");
  await page.keyboard.type("mine");
  await press("Enter");
  // Its button is gone, as the view is saved.
  await standsOn("fieldset[aria-label=Views] button");

  await button("More about views").focus();
  await press("Enter");
  await page.getByRole("menuitem", { name: "Rename “mine”" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await standsOn("[aria-label='More about views']");
  await press("ControlOrMeta+k");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await standsOn("[aria-label='More about views']");
});

test("what leads to another screen leaves the keyboard at its beginning", async () => {
  await openActivity();
  const { page } = ui;
  await page.getByTestId("call-row").filter({ hasText: "read_text_file" }).first().click();
  await button("Run again…").focus();
  await press("Enter");
  await standsOn("h1", "Playground");
  const again = page.getByRole("button", { name: "Run again", exact: true });
  await again.focus();
  await press("Enter");
  await page.getByTestId("call-diff").waitFor();
  await standsOn("button", "Run again");
  expect(await again.getAttribute("aria-disabled")).toBeNull();
});

test("a span that is put away or zoomed in to leaves the keyboard at the chart", async () => {
  const { page } = ui;
  await page.getByRole("link", { name: "Latency", exact: true }).click();
  const slider = page.getByRole("slider", { name: "Choose a span of: Latency" });
  for (const action of ["Clear", "Zoom in"]) {
    await slider.focus();
    for (const key of ["ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft"]) await press(key);
    await page.getByTestId("brushed").getByRole("button", { name: action }).focus();
    await press("Enter");
    await page.getByTestId("brushed").waitFor({ state: "detached" });
    await standsOn("[role=slider][aria-label='Choose a span of: Latency']");
  }
});
