// What is wrong with the hub itself, as the window tells it: real hubs that cannot record, and a stand-in for the rest.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { keptHome } from "../history/kit.ts";
import { hubForTest, PATIENCE, startTestHub, textOf } from "../hub/kit.ts";
import { openPage, openUi, startBrowser } from "../lib/browser.ts";
import { echoServer } from "../lib/hub.ts";
import { startMockHub } from "../lib/mock-hub.ts";
import { fillDisk, mountSmallDisk } from "../lib/small-disk.ts";
import { violations } from "./axe.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const banners = (page: Page) => page.getByTestId("problem-banner");
const banner = (page: Page, code: string) =>
  page.locator(`[data-testid="problem-banner"][data-code="${code}"]`);
const spoken = (page: Page) => page.getByTestId("problems-spoken");
const go = (page: Page, fragment: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);

test(
  "a hub that may only read its history says so on every screen, and that the lists miss what is called now",
  async () => {
    const home = keptHome();
    const config = { mcpServers: { one: echoServer() } };
    const first = await startTestHub({ home, config });
    const ada = await first.connect(await first.addClient("ada"));
    await ada.call("one__echo", { text: "kept" });
    await first.stop();
    const database = new Database(join(home, "gatehouse.db"));
    database.pragma("user_version = 999");
    database.close();

    const hub = await hubForTest({ home, config, ui: true });
    const { page, errors } = await openUi(browser, hub);
    const told = banner(page, "storage_newer");
    await told.getByRole("alert").getByText("Calls are not being recorded").waitFor();
    expect(await told.innerText()).toContain("was written by a newer Gatehouse");
    expect(await told.innerText()).toContain("Until then calls are refused.");
    expect(await told.getByRole("button", { name: /Put away/ }).count()).toBe(0);

    // By keyboard alone: what the documentation says of it.
    const about = told.getByRole("button", { name: "About this" });
    await about.focus();
    await page.keyboard.press("Enter");
    await told.getByRole("region", { name: "About storage_newer" }).waitFor();
    await page.keyboard.press("Enter");
    await told.getByRole("region").waitFor({ state: "detached" });

    await go(page, "#/activity");
    await page.getByTestId("call-row").filter({ hasText: "echo" }).waitFor();
    for (const screen of ["activity", "runs", "latency"]) {
      await go(page, `#/${screen}`);
      await page.getByTestId("not-recording").waitFor();
      expect(await banners(page).count()).toBe(1);
    }
    expect(errors).toEqual([]);
  },
  PATIENCE * 3,
);

test(
  "on a full disk the window says at once that nothing is recorded, and how many calls have no record once there is room",
  async (context) => {
    const home = keptHome();
    const unmount = mountSmallDisk(home, 12_000);
    if (unmount === undefined) return context.skip("a small tmpfs can only be mounted by root");
    onTestFinished(unmount);
    const hub = await startTestHub({
      home,
      ui: true,
      config: { mcpServers: { one: echoServer() }, log: { onFailure: "serve" } },
    });
    onTestFinished(() => hub.stop());
    const ada = await hub.connect(await hub.addClient("ada"));
    await ada.toolNames();
    const { page } = await openUi(browser, hub);
    await go(page, "#/activity");
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    expect(await banners(page).count()).toBe(0);
    expect(await page.getByTestId("not-recording").count()).toBe(0);

    const free = fillDisk(home);
    const text = "x".repeat(60_000);
    const failing = banner(page, "recording_failed");
    const advice = failing.getByRole("alert").getByText("Make room on the disk");
    const listTells = page.getByTestId("not-recording");
    const unrecorded = page.getByText(/served without a record since/);
    // The disk may take a small row now and then.
    for (let call = 0; ; call += 1) {
      expect(call).toBeLessThan(400);
      expect(textOf(await ada.call("one__echo", { text }))).toBe(text);
      const seen = await Promise.all([advice, listTells, unrecorded].map((each) => each.count()));
      if (seen.every((number) => number === 1)) break;
    }

    free();
    await failing.waitFor({ state: "detached" });
    await page.getByTestId("not-recording").waitFor({ state: "detached" });
    const passed = banner(page, "calls_unrecorded");
    await passed.waitFor();
    await expect.poll(() => spoken(page).innerText()).toContain("Over: Calls are not being recorded.");
    await passed.getByRole("button", { name: /Put away/ }).click();
    await passed.waitFor({ state: "detached" });
    await ada.call("one__echo", { text: "recorded again" });
    await page.getByTestId("call-row").filter({ hasText: "echo" }).first().waitFor();
  },
  PATIENCE * 4,
);

test(
  "a hub that can make no index searches what it can",
  async () => {
    const home = keptHome();
    mkdirSync(join(home, "search.db", "occupied"), { recursive: true });
    const hub = await hubForTest({ home, ui: true, config: { mcpServers: { one: echoServer() } } });
    const ada = await hub.connect(await hub.addClient("ada"));
    await ada.call("one__echo", { text: "needle in the newest" });
    const { page } = await openUi(browser, hub);
    await go(page, "#/activity");
    await page.getByLabel("Filter calls").fill("needle");
    await page.keyboard.press("Enter");
    await page.getByTestId("call-row").filter({ hasText: "echo" }).waitFor();
    expect(await page.getByTestId("searched").count()).toBe(0);
  },
  PATIENCE * 2,
);

test("the progress of the index is shown, can be put away, and its end finds what was beyond its reach", async () => {
  const hub = await startMockHub("troubled");
  onTestFinished(() => hub.stop());
  const { page } = await openPage(browser, hub.url);
  const post = (path: string) => fetch(new URL(`/mock/${path}`, hub.url), { method: "POST" });
  const index = banner(page, "indexing");
  await index.waitFor();
  const bar = index.getByRole("progressbar", { name: "Calls indexed" });
  expect(await bar.getAttribute("aria-valuenow")).toBe("40");
  await post("index?through=2100");
  await expect.poll(() => bar.getAttribute("aria-valuenow")).toBe("70");
  await expect.poll(() => spoken(page).textContent()).toBe("The search index is being made.");

  await go(page, "#/activity");
  await page.getByLabel("Filter calls").fill("hello");
  await page.keyboard.press("Enter");
  const reach = page.getByTestId("searched");
  await reach.getByText("Only the newest 2,100 of 3,000 calls were searched").waitFor();
  await index.getByRole("button", { name: "Put away: The search index is being made" }).click();
  await index.waitFor({ state: "detached" });
  await post("index?through=2400");
  await reach.getByText("(80 % done)").waitFor();
  expect(await index.count()).toBe(0);
  await post("index?through=3000");
  await reach.waitFor({ state: "detached" });
});

test("what is wrong stays above a screen while it lasts, with no violation, and goes when it is over", async () => {
  const hub = await startMockHub("troubled");
  onTestFinished(() => hub.stop());
  const { page } = await openPage(browser, hub.url);
  await banner(page, "indexing").waitFor();
  expect(
    await banners(page).evaluateAll((found) => found.map((each) => each.getAttribute("data-code"))),
  ).toEqual(["recording_failed", "database_damaged", "indexing"]);
  expect(await violations(page)).toEqual([]);
  await fetch(new URL("/mock/mend", hub.url), { method: "POST" });
  await banner(page, "recording_failed").waitFor({ state: "detached" });
  expect(await banners(page).count()).toBe(1);
  await expect
    .poll(() => spoken(page).textContent())
    .toBe("Over: Calls are not being recorded. Over: The call history is damaged.");
});

test("a tooltip does not open over what has just been pressed, and does again later", async () => {
  const hub = await startMockHub("full");
  onTestFinished(() => hub.stop());
  const { page } = await openPage(browser, hub.url);
  await page.getByTestId("server-row").first().waitFor();
  await page.clock.install();
  const latency = page.getByRole("link", { name: "Latency" });
  const tooltip = page.getByRole("tooltip");
  await latency.click();
  await page.getByRole("heading", { name: "Latency", level: 1 }).waitFor();
  await page.clock.runFor(2_000);
  expect(await tooltip.count()).toBe(0);
  await page.getByRole("link", { name: "Rules" }).hover();
  await page.clock.runFor(2_000);
  await tooltip.getByText("Rules").waitFor();
  await page.getByRole("heading", { name: "Latency", level: 1 }).hover();
  // Two moves, as a hand makes many: the first may still count as the way out of the tooltip before.
  await latency.hover({ position: { x: 20, y: 10 } });
  await latency.hover({ position: { x: 40, y: 12 } });
  await page.clock.runFor(2_000);
  await tooltip.getByText("Latency").waitFor();
  await latency.click();
  await page.clock.runFor(2_000);
  expect(await tooltip.count()).toBe(0);
});
