// The screens of clients, profiles, rules and audit by keyboard, mouse and filter, against the mock hub.
import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import { mockPage } from "../lib/mock-page.ts";

const ui = mockPage();
const { approve } = ui;
let page: Page;
beforeEach(() => {
  page = ui.page;
});

const names = (id: string): Promise<string[]> => page.getByTestId(id).allInnerTexts();

test("keys lead to every screen, and the palette to a client and to the tester", async () => {
  for (const [keys, title] of [
    ["gc", "Clients"],
    ["gr", "Rules"],
    ["gu", "Audit"],
    ["ga", "Activity"],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await page.keyboard.press("Control+k");
  await page.keyboard.type("cursor");
  await page.keyboard.press("Enter");
  await page.getByTestId("client-page").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.getByTestId("tester").waitFor();
});

test("clients are filtered by label and opened by the keyboard; a call of one leads to itself", async () => {
  await page.getByRole("link", { name: "Clients" }).click();
  await page.getByTestId("client-row").first().waitFor();
  await page.getByRole("combobox", { name: "Team" }).click();
  await page.getByRole("option", { name: "platform" }).click();
  expect((await names("client-row")).map((text) => text.split("\n")[0])).toEqual(["cursor"]);
  await page.getByTestId("client-row").getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("last-call").first().click();
  await page.getByTestId("call-detail").waitFor();
  expect(await page.getByLabel("Filter calls").inputValue()).toBe("client:cursor");
});

test("servers and calls are filtered by label", async () => {
  await page.getByRole("combobox", { name: "Environment" }).click();
  await page.getByRole("option", { name: "production" }).click();
  expect((await page.getByTestId("server-row").allInnerTexts()).map((text) => text.split("\n")[0])).toEqual([
    "github",
    "sentry",
  ]);
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByTestId("call-row").first().waitFor();
  await page.getByLabel("Filter calls").fill("env:prod");
  await page.getByRole("option", { name: "production" }).click();
  await page.getByTestId("call-row").filter({ hasText: "everything" }).first().waitFor({ state: "detached" });
  const shown = await page.getByTestId("call-row").allInnerTexts();
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.every((text) => text.includes("github"))).toBe(true);
});

test("a rule is dragged to its place, which holds only once it is approved", async () => {
  await page.getByRole("link", { name: "Rules" }).click();
  const rows = page.getByTestId("rule-row");
  await rows.nth(3).waitFor();
  await rows.nth(3).hover();
  const grip = await page.getByRole("button", { name: "Drag rule 4" }).boundingBox();
  const first = await rows.nth(0).boundingBox();
  if (grip === null || first === null) throw new Error("the rules are not in view");
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + 4, first.y + first.height + 4, { steps: 4 });
  await page.mouse.move(grip.x + 4, first.y + 4, { steps: 4 });
  await page.mouse.up();
  expect(await page.getByTestId("move-bar").innerText()).toContain("place 4 goes to place 1");
  expect(await rows.nth(0).innerText()).toContain('"everything"');
  await page.getByRole("button", { name: "Save order…" }).click();
  await page.getByTestId("pending").waitFor();
  await approve();
  await page.getByTestId("move-bar").waitFor({ state: "detached" });
  expect(await rows.nth(0).innerText()).toContain('"everything"');
});

test("a move is put back by Escape, and none is made while the rules are searched", async () => {
  await page.getByRole("link", { name: "Rules" }).click();
  const rows = page.getByTestId("rule-row");
  await rows.nth(1).waitFor();
  await rows.nth(1).getByRole("group").focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByText("goes to place 4").waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("move-bar").waitFor({ state: "detached" });
  await page.getByLabel("Search rules").fill("github");
  await rows.nth(1).waitFor({ state: "detached" });
  await rows.nth(0).getByRole("group").press("Alt+ArrowUp");
  expect(await page.getByTestId("move-bar").count()).toBe(0);
});

test("a declined change leaves the rule and says that nothing was changed", async () => {
  await page.getByRole("link", { name: "Rules" }).click();
  await page.getByTestId("rule-row").nth(0).getByRole("group").press("Delete");
  await page.getByTestId("pending").getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("Declined. Nothing was changed.").waitFor();
  expect(await page.getByTestId("rule-row").count()).toBe(5);
});

test("the audit log is read on by scrolling", async () => {
  await page.getByRole("link", { name: "Audit" }).click();
  const rows = page.getByTestId("audit-row");
  await rows.first().waitFor();
  expect(await rows.count()).toBe(100);
  await rows.last().scrollIntoViewIfNeeded();
  await expect.poll(() => rows.count()).toBe(200);
});
