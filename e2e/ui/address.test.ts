// What the history's screens show is in the page's address: a reload, a link and going back find it again. By the
// stand-in for the hub.

import { expect, test } from "vitest";
import { mockPage } from "../lib/mock-page.ts";
import { waitFor } from "../lib/wait.ts";

const ui = mockPage();
const go = (fragment: string): Promise<unknown> =>
  ui.page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
const field = () => ui.page.getByRole("combobox", { name: "Filter calls" });
const detail = () => ui.page.getByTestId("call-detail");
const open = (id: string): Promise<void> =>
  ui.page.locator(`[data-testid=calls][aria-activedescendant=${id}]`).waitFor();
/** Until the address has said so: it is written a moment after what is shown. */
const addressHas = (words: string): Promise<unknown> =>
  waitFor(async () => String(await ui.page.evaluate("location.hash")).includes(words), {
    deadlineMs: 20_000,
    what: `the address to have ${words}`,
  });
const link = (name: string): Promise<void> => ui.page.getByRole("link", { name, exact: true }).click();

test("a filter and an open call survive a reload, and come back from another screen", async () => {
  const { page } = ui;
  await go("#/activity");
  await field().fill("server:files status:ok since:2h");
  await page.keyboard.press("Enter");
  await addressHas("text=server");
  await page.getByTestId("call-row").filter({ hasText: "github" }).first().waitFor({ state: "detached" });
  const row = page.getByTestId("call-row").nth(2);
  const id = (await row.getAttribute("id")) ?? "";
  await row.click();
  await addressHas(id.replace("-", "="));
  const name = await detail().getByRole("heading").first().innerText();

  await page.reload();
  await detail().getByRole("heading", { name }).waitFor();
  await open(id);
  expect(await field().inputValue()).toBe("server:files status:ok since:2h");

  await detail().getByRole("button", { name: "Run again" }).click();
  await page.getByRole("button", { name: "Run again" }).waitFor();
  await page.goBack();
  await detail().getByRole("heading", { name }).waitFor();
  await open(id);
  expect(await field().inputValue()).toBe("server:files status:ok since:2h");

  // The sidebar leads to the screen as it was, and going back from a link's filter to the one before.
  await link("Clients");
  await link("Activity");
  await detail().getByRole("heading", { name }).waitFor();
  await go("#/activity?client=cursor");
  await detail().waitFor({ state: "detached" });
  expect(await field().inputValue()).toBe("client:cursor");
  await page.goBack();
  await detail().getByRole("heading", { name }).waitFor();
  expect(await field().inputValue()).toBe("server:files status:ok since:2h");
});

test("an address without a filter shows all calls, and an odd one its problem", async () => {
  await go("#/activity?client=cursor");
  await field().waitFor();
  await ui.page.getByTestId("call-row").filter({ hasText: "vscode" }).first().waitFor({ state: "detached" });
  await go("#/activity");
  await ui.page.getByTestId("list-foot").getByText("3,000 calls", { exact: true }).waitFor();
  expect(await field().inputValue()).toBe("");
  await go("#/activity?text=dur%3Asoon");
  await ui.page.getByTestId("filter-problem").getByText("dur", { exact: false }).waitFor();
  expect(await field().inputValue()).toBe("dur:soon");
});

test("an open call far down the list is in view when one comes back to it", async () => {
  const { page } = ui;
  await go("#/activity");
  await page.getByTestId("call-row").first().waitFor();
  await page.getByTestId("calls").focus();
  await page.keyboard.press("Home");
  for (let pages = 0; pages < 5; pages += 1) await page.keyboard.press("PageDown");
  await page.keyboard.press("Enter");
  const id = (await page.getByTestId("calls").getAttribute("aria-activedescendant")) ?? "";
  await detail().waitFor();
  await link("Rules");
  await link("Activity");
  await page.locator(`#${id}`).waitFor();
  const { top, bottom } = await page.locator(`#${id}`).evaluate((row) => row.getBoundingClientRect());
  expect([top > 100, bottom < 790]).toEqual([true, true]);
});

test("what Latency shows survives a reload, its calls and other screens, and can be taken back", async () => {
  const { page } = ui;
  const pressed = (name: string): Promise<void> =>
    page.getByRole("group", { name: "Time" }).locator("[aria-pressed=true]", { hasText: name }).waitFor();
  const apart = (): Promise<string> => page.getByLabel("Tell apart").innerText();
  await link("Latency");
  await page.getByRole("button", { name: "6h", exact: true }).click();
  await page.getByLabel("Tell apart").click();
  await page.getByRole("option", { name: "By tool" }).click();
  await addressHas("by=tool");
  await page.reload();
  await pressed("6h");
  expect(await apart()).toBe("By tool");

  const tools = page.getByRole("region", { name: "Slowest tools" });
  await tools.getByTitle("See its calls").first().click();
  await field().waitFor();
  await page.goBack();
  await pressed("6h");
  expect(await apart()).toBe("By tool");
  await link("Rules");
  await link("Latency");
  await pressed("6h");
  await addressHas("span=6h");
  await page.getByRole("tab", { name: "Cost" }).click();
  await page.getByTestId("cost").waitFor();
  await page.getByRole("tab", { name: "Charts" }).click();
  await pressed("6h");

  await page.getByRole("button", { name: "24h", exact: true }).click();
  await pressed("24h");
  await page.goBack();
  await pressed("6h");
});

test("the runs of one client stay chosen while one of them is looked at", async () => {
  const { page } = ui;
  await go("#/runs");
  await page.getByTestId("run-row").first().waitFor();
  await page.getByLabel("Client").click();
  await page.getByRole("option", { name: "cursor" }).click();
  await page.getByTestId("run-row").filter({ hasText: "claude-code" }).first().waitFor({ state: "detached" });
  await page.getByTestId("run-row").first().click();
  await page.getByTestId("steps").waitFor();
  await page.goBack();
  await page.getByTestId("run-row").first().waitFor();
  expect(await page.getByLabel("Client").innerText()).toBe("cursor");
  await page.reload();
  await page.getByTestId("run-row").first().waitFor();
  expect(await page.getByLabel("Client").innerText()).toBe("cursor");
});
