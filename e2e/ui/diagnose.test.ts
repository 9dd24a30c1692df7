// Diagnose in the web UI, by the stand-in for the hub: what failed first, each code with its page, all by keyboard.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseErrorDocs } from "../../shared/error-docs.ts";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type MockHub, startMockHub } from "../lib/mock-hub.ts";

let browser: Browser;
let hub: MockHub;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMockHub("hostile");
  ({ page } = await openPage(browser, hub.url));
});
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
});

const done = (): Promise<void> => page.locator('[data-testid="diagnosis"][data-phase="done"]').waitFor();

test("what failed stands first, and a code leads to its page of the documentation, by keyboard alone", async () => {
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("diagnose");
  await page.keyboard.press("Enter");
  await done();
  const statuses = await page
    .getByTestId("check")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-status")));
  expect(statuses).toEqual(
    [...statuses].sort(
      (a, b) => ["fail", "warn", "ok"].indexOf(a ?? "") - ["fail", "warn", "ok"].indexOf(b ?? ""),
    ),
  );
  expect(statuses[0]).toBe("fail");

  const code = page.getByRole("button", { name: "program_missing" });
  await code.focus();
  await page.keyboard.press("Enter");
  const { meaning = "" } =
    parseErrorDocs(readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8")).get(
      "program_missing",
    ) ?? {};
  expect(await page.getByTestId("error-page").innerText()).toContain(meaning.replaceAll("`", ""));
  await page.keyboard.press("Enter");
  await page.getByTestId("error-page").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.getByTestId("diagnosis").waitFor({ state: "detached" });
});

test("the report is put on the clipboard as it came", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${page.url().split("#")[0]}#/settings`);
  await page.getByRole("button", { name: "Diagnose" }).click();
  await done();
  await page.getByRole("button", { name: "Copy the report, secrets stripped" }).click();
  await page.getByText("Copied").waitFor();
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe(
    "Gatehouse 0.1.0, sample report\n",
  );
  await page.keyboard.press("Escape");
});

test("a server's own words are shown as what they are", async () => {
  await page.evaluate('location.hash = "#/servers/postgres"');
  await page.getByRole("button", { name: "Diagnose" }).click();
  await done();
  const row = page.getByTestId("check");
  expect(await row.count()).toBe(1);
  expect(await row.locator("img").count()).toBe(0);
  expect(await row.innerText()).toContain("<img src=x");
  expect(await page.title()).not.toBe("1");
});
