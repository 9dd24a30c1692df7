// The Activity screen's list over a million calls, by the stand-in for the hub: the filter with its completion, views,
// columns, keys, scrolling within bounds, copies, exports and fixtures.

import { readFileSync } from "node:fs";
import type { Browser, Download, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type MockHub, startMockHub } from "../lib/mock-hub.ts";
import { waitFor } from "../lib/wait.ts";
import { watchTasks } from "./tasks.ts";

const LONGEST_TASK_MS = 50;
const MOST_ELEMENTS = 3_000;

let browser: Browser;
let hub: MockHub;
let page: Page;
let errors: string[];
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMockHub("million");
  ({ page, errors } = await openPage(browser, hub.url));
  await page.getByTestId("hub-status").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate('location.hash = "#/activity"');
  await counted("1,000,000 calls");
});
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
});

const counted = (text: string): Promise<void> =>
  page.getByTestId("list-foot").getByText(text, { exact: true }).waitFor();
const field = () => page.getByRole("combobox", { name: "Filter calls" });
const grid = () => page.getByTestId("calls");
/** The id of the row that the keys are about, once it is in the document. */
const activeId = async (): Promise<number> => {
  const id = (await grid().getAttribute("aria-activedescendant")) ?? "";
  await page.locator(`#${id}`).waitFor();
  return Number(id.replace("call-", ""));
};
const activeIs = (id: number): Promise<void> =>
  page.locator(`[data-testid=calls][aria-activedescendant=call-${id}] #call-${id}`).waitFor();
const rows = (): Promise<string[]> => page.getByTestId("call-row").allInnerTexts();
const clipboard = (): Promise<string> => page.evaluate<string>("navigator.clipboard.readText()");
const textOf = async (download: Download): Promise<string> => readFileSync(await download.path(), "utf8");
const downloadOf = async (run: () => Promise<void>): Promise<Download> => {
  const [download] = await Promise.all([page.waitForEvent("download"), run()]);
  return download;
};
const clear = async (): Promise<void> => {
  await field().fill("");
  await page.keyboard.press("Enter");
  await counted("1,000,000 calls");
};

test("a filter is typed with completion by keyboard alone, and the list follows", async () => {
  await page.keyboard.press("/");
  await page.keyboard.type("serv");
  await page.getByRole("option", { name: "server:" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("git");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("-tool:get_");
  await page.keyboard.press("ArrowDown");
  expect(await field().getAttribute("aria-activedescendant")).not.toBeNull();
  await page.keyboard.press("Tab");
  const text = await field().inputValue();
  expect(text).toMatch(/^server:github -tool:get_\S+ $/);
  await page
    .locator("[data-testid=call-row]", { hasText: "everything" })
    .first()
    .waitFor({ state: "detached" });
  const hidden = text.trim().split(":").at(-1) ?? "";
  await page.getByTestId("call-row").filter({ hasText: hidden }).first().waitFor({ state: "detached" });
  const shown = await rows();
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.every((row) => row.includes("github") && !row.includes(hidden))).toBe(true);
  await page.keyboard.press("Escape");
  expect(await field().inputValue()).toBe("");
  await counted("1,000,000 calls");
});

test("what was completed, pasted or cleared is taken back by undo", async () => {
  await field().pressSequentially("status:den");
  await page.getByRole("option", { name: "denied" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await field().inputValue()).toBe("status:denied ");
  await page.evaluate(`navigator.clipboard.writeText(" server:files\\r\\nclient:cursor\\n")`);
  await page.keyboard.press("Control+v");
  await page.locator('[data-filter-input][value="status:denied server:files client:cursor"]').waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).click();
  expect(await field().inputValue()).toBe("");
  await counted("1,000,000 calls");
  for (const before of ["status:denied server:files client:cursor", "status:denied ", "status:den"]) {
    await page.keyboard.press("Control+z");
    expect(await field().inputValue()).toBe(before);
  }
  await page.keyboard.press("Control+Shift+z");
  expect(await field().inputValue()).toBe("status:denied ");
  await clear();
});

test("what is wrong in a filter is underlined and explained, and the list stays as it was", async () => {
  await field().fill("status:denied ");
  await page.keyboard.press("Enter");
  await page.getByTestId("call-row").filter({ hasText: "OK" }).first().waitFor({ state: "detached" });
  const before = await rows();
  await field().pressSequentially("sever:x dur:5");
  await page.keyboard.press("Home");
  await page.getByTestId("filter-problem").getByText("There is no filter “sever”").waitFor();
  expect(await field().getAttribute("aria-invalid")).toBe("true");
  const wrong = page.locator(".decoration-wavy");
  expect(await wrong.allInnerTexts()).toEqual(["sever", "5"]);
  expect(await rows()).toEqual(before);
  await clear();
});

test("a view is saved, found again after a reload, renamed and deleted", async () => {
  await page.getByRole("button", { name: "Errors", exact: true }).click();
  expect(await field().inputValue()).toBe("status:error,tool_error,timeout");
  await field().fill("client:cursor status:ok");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Cursor");
  await page.keyboard.press("Enter");
  const tab = page.getByRole("button", { name: "Cursor", exact: true });
  await tab.waitFor();
  expect(await tab.getAttribute("aria-pressed")).toBe("true");

  await page.reload();
  await page.getByTestId("call-row").first().waitFor();
  expect(await field().inputValue()).toBe("client:cursor status:ok");
  await clear();
  await tab.click();
  expect(await field().inputValue()).toBe("client:cursor status:ok");
  await page.getByRole("button", { name: "More about views" }).click();
  await page.getByRole("menuitem", { name: "Rename “Cursor”" }).click();
  await page.getByLabel("Name", { exact: true }).fill("From Cursor");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "From Cursor", exact: true }).waitFor();
  await page.getByRole("button", { name: "More about views" }).click();
  await page.getByRole("menuitem", { name: "Delete “From Cursor”" }).click();
  const renamed = page.getByRole("button", { name: "From Cursor", exact: true });
  await renamed.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await renamed.waitFor();
  expect(await renamed.getAttribute("aria-pressed")).toBe("true");
  await clear();
});

test("columns are chosen, and stay chosen", async () => {
  const heads = (): Promise<string[]> => page.getByRole("columnheader").allInnerTexts();
  expect(await heads()).toEqual(["Time", "Server / tool", "Client", "Result", "Status", "Duration"]);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Session" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Size of the result" }).click();
  await page.keyboard.press("Escape");
  const chosen = ["Time", "Server / tool", "Client", "Session", "Status", "Duration"];
  expect(await heads()).toEqual(chosen);
  await page.reload();
  await page.getByTestId("call-row").first().waitFor();
  expect(await heads()).toEqual(chosen);
  await counted("1,000,000 calls");
});

test("the keys go over the whole of a million rows", async () => {
  await grid().focus();
  await page.keyboard.press("Home");
  await activeIs(1_000_000);
  await page.keyboard.press("End");
  await activeIs(1);
  await page.keyboard.press("ArrowUp");
  await activeIs(2);
  await page.keyboard.press("PageUp");
  const page1 = await activeId();
  expect(page1).toBeGreaterThan(10);
  await page.keyboard.press("PageUp");
  await page.keyboard.press("PageDown");
  await activeIs(page1);
  await page.keyboard.press("Enter");
  await page.getByTestId("call-detail").waitFor();
  await page.keyboard.press("ArrowDown");
  await activeIs(page1 - 1);
  await page.keyboard.press("Escape");
  await page.getByTestId("call-detail").waitFor({ state: "detached" });
  await page.keyboard.press("Home");
  await activeIs(1_000_000);
});

test("scrolling over a million rows: no task over 50 ms, few elements, and what is in view is read", async () => {
  const box = await grid().boundingBox();
  if (box === null) throw new Error("the list is not in view");
  await page.mouse.move(box.x + 200, box.y + 200);
  const report = await watchTasks(browser, page, async () => {
    for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 700);
    for (const share of [0.2, 0.5, 0.8, 0.999, 0.35]) {
      await grid().evaluate((element, to) => element.scrollTo({ top: element.scrollHeight * to }), share);
      await page.getByTestId("call-row").nth(10).waitFor();
    }
  });
  console.log(`scrolling: ${JSON.stringify(report)}`);
  const first = await page.getByTestId("call-row").first().getAttribute("data-call-id");
  expect(Math.abs(Number(first) - 650_000)).toBeLessThan(2_000);
  expect(report.tasks).toBeGreaterThan(50);
  expect(report.longestCpuMs).toBeLessThan(LONGEST_TASK_MS);
  expect(report.mostElements).toBeLessThan(MOST_ELEMENTS);
});

test("calls that arrive do not move what is being read", async () => {
  const ids = (): Promise<(string | null)[]> =>
    page.getByTestId("call-row").evaluateAll((all) => all.map((row) => row.getAttribute("data-call-id")));
  const before = await ids();
  const { origin } = new URL(hub.url);
  await fetch(`${origin}/mock/record?count=300`, { method: "POST" });
  await page.getByTestId("new-calls").getByText("300 new").waitFor();
  expect(await ids()).toEqual(before);
  await page.getByTestId("new-calls").click();
  await page.locator("#call-1000300").waitFor();
  await counted("1,000,300 calls");
});

test("a call is copied as JSON, as cURL and as a command, by keys and by the menu, with no token", async () => {
  await field().fill("tool:echo status:ok");
  await page.keyboard.press("Enter");
  await page.getByTestId("call-row").filter({ hasText: "files" }).first().waitFor({ state: "detached" });
  await grid().focus();
  await page.keyboard.press("Home");
  const id = await activeId();
  await page.keyboard.press("ControlOrMeta+c");
  await page.getByText("Copied the call as JSON").waitFor();
  expect(JSON.parse(await clipboard())).toMatchObject({ id, tool: "echo", request: { name: "echo" } });
  await page.keyboard.press("u");
  await page.getByText("as cURL").waitFor();
  const curl = await clipboard();
  expect(curl).toContain("curl http://127.0.0.1:4780/mcp/s/everything");
  expect(curl).toContain('"Authorization: Bearer $GATEHOUSE_TOKEN"');
  expect(curl).not.toContain("mock-token");
  await page.getByTestId("call-row").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Copy as gatehouse command" }).click();
  await page.getByText("as gatehouse command").waitFor();
  expect(await clipboard()).toBe(
    `gatehouse call --project /home/ada/proj/shop everything echo '{"message":"hello, gatehouse"}'`,
  );
  await page.getByTestId("call-row").first().click();
  const detail = page.getByTestId("call-detail");
  await detail.getByRole("button", { name: "Copy the call", exact: true }).click();
  await page.getByRole("menuitem", { name: "Copy as cURL" }).click();
  await waitFor(async () => (await clipboard()) === curl, { deadlineMs: 20_000, what: "the call as cURL" });
  await detail.getByRole("button", { name: "Close", exact: true }).click();
  await detail.waitFor({ state: "detached" });
  await page.getByTestId("call-row").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Only client" }).click();
  expect(await field().inputValue()).toBe("tool:echo status:ok client:claude-code");
});

test("an export of the filter is downloaded whole; a cancelled one is not", async () => {
  await field().fill("status:cancelled since:2d");
  await page.keyboard.press("Enter");
  await page.getByTestId("call-row").filter({ hasText: "OK" }).first().waitFor({ state: "detached" });
  await page
    .getByTestId("list-foot")
    .getByText(/^[0-9,]+ calls$/)
    .waitFor();
  const shown = Number((await page.getByTestId("list-foot").innerText()).replaceAll(/\D/g, ""));
  const download = await downloadOf(async () => {
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "JSONL" }).click();
  });
  expect(download.suggestedFilename()).toMatch(/^gatehouse-calls-\d{8}-\d{6}\.jsonl$/);
  const lines = (await textOf(download)).trim().split("\n");
  expect(lines.length).toBeGreaterThan(500);
  const calls = lines.map((line) => JSON.parse(line) as { id: number; status: string });
  expect(calls.every(({ status }) => status === "cancelled")).toBe(true);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(shown);

  await clearAfterMore();
  let downloads = 0;
  page.on("download", () => {
    downloads += 1;
  });
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  const strip = page.getByTestId("export");
  await strip.getByText(/Exporting as CSV: [1-9]/).waitFor();
  await strip.getByRole("button", { name: "Cancel" }).click();
  await strip.waitFor({ state: "detached" });
  expect(downloads).toBe(0);
});

const clearAfterMore = async (): Promise<void> => {
  await field().fill("");
  await page.keyboard.press("Enter");
  await counted("1,000,300 calls");
};

test("chosen calls are saved as a fixture, with the command that serves it", async () => {
  await grid().focus();
  await page.keyboard.press("Home");
  const first = await activeId();
  for (let more = 0; more < 12; more += 1) await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("13 calls chosen").waitFor();
  await page.locator(`#call-${first}`).click({ modifiers: ["ControlOrMeta"] });
  await page.getByText("12 calls chosen").waitFor();
  const download = await downloadOf(() => page.getByRole("button", { name: "Save as fixture" }).click());
  const fixture = JSON.parse(await textOf(download)) as { kind: string; calls: { id: number }[] };
  expect(fixture.kind).toBe("gatehouse-fixture/1");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(`gatehouse mock ${download.suggestedFilename()}`).waitFor();
  const left = await dialog.getByTestId("fixture-problems").getByRole("listitem").count();
  expect(fixture.calls.length + left).toBe(12);
  expect(fixture.calls.map(({ id }) => id)).not.toContain(first);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Choose none" }).click();
  await page.getByTestId("marked").waitFor({ state: "detached" });
});

test("a search says how far it reached", async () => {
  await field().fill('"hello, gatehouse" status:timeout');
  await page.keyboard.press("Enter");
  await page
    .getByTestId("searched")
    .getByText("Only the newest 400,120 of 1,000,300 calls were searched")
    .waitFor();
});

test("nothing went wrong in the page", () => {
  expect(errors).toEqual([]);
});
