// A span of the Latency screen's charts, chosen with keys and with the mouse, by the stand-in for the hub.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type MockHub, startMockHub } from "../lib/mock-hub.ts";

let browser: Browser;
let hub: MockHub;
let page: Page;
let errors: string[];
beforeAll(async () => {
  browser = await startBrowser();
  hub = await startMockHub("full");
});
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
});
beforeEach(async () => {
  ({ page, errors } = await openPage(browser, hub.url));
  await page.getByTestId("hub-status").waitFor();
  await page.evaluate('location.hash = "#/latency"');
  await slider().waitFor();
});
afterEach(async () => {
  await page.context().close();
  expect(errors).toEqual([]);
});

const slider = () => page.getByRole("slider", { name: "Choose a span of: Latency" });
const brushed = () => page.getByTestId("brushed");
/** The chosen part that each chart draws, in pixels. */
const marks = (): Promise<number[]> =>
  page
    .locator(".u-select")
    .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().width)));

test("the keys read the chart bucket by bucket, choose a span and lead to its calls", async () => {
  await slider().focus();
  await page.keyboard.press("ArrowLeft");
  const last = Number(await slider().getAttribute("aria-valuenow"));
  expect(last).toBe(Number(await slider().getAttribute("aria-valuemax")));
  await page.keyboard.press("PageDown");
  await page.keyboard.press("ArrowRight");
  expect(Number(await slider().getAttribute("aria-valuenow"))).toBe(last - 9);
  expect(await slider().getAttribute("aria-valuetext")).toMatch(
    /^\w+ \d+, \d\d:\d\d: p50 .+, p95 .+, p99 .+$/,
  );
  for (let times = 0; times < 4; times += 1) await page.keyboard.press("Shift+ArrowLeft");
  await brushed().waitFor();
  expect(new Set(await marks()).size).toBe(1);
  expect((await marks())[0]).toBeGreaterThan(20);
  const said = await brushed().innerText();
  const [, count = ""] = /See (\d+) calls/.exec(said) ?? [];
  expect(Number(count)).toBeGreaterThan(0);

  await page.keyboard.press("Escape");
  await brushed().waitFor({ state: "detached" });
  expect(new Set(await marks())).toEqual(new Set([0]));
  for (let times = 0; times < 2; times += 1) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator(":focus", { hasText: /^See \d+ calls?$/ }).waitFor();
  await page.keyboard.press("Enter");
  const filter = page.getByRole("combobox", { name: "Filter calls" });
  await filter.waitFor();
  const words = await filter.inputValue();
  const [, since = "", until = ""] = /^since:(\S+) until:(\S+)$/.exec(words) ?? [];
  expect(Date.parse(until) - Date.parse(since)).toBe(3 * 60_000);
});

test("what was dragged over is marked in every chart, moves nothing, and a press puts it away", async () => {
  const plot = page.locator(".u-over").first();
  const box = await plot.boundingBox();
  if (box === null) throw new Error("the chart is not in view");
  await page.mouse.move(box.x + 100, box.y + 90);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await brushed().waitFor();
  expect(await plot.boundingBox()).toEqual(box);
  const widths = await marks();
  expect(widths.length).toBeGreaterThan(1);
  for (const width of widths) expect(width).toBeGreaterThanOrEqual(199);
  // In the accent's colour, which is seen in light and dark.
  const colour = await page
    .locator(".u-select")
    .first()
    .evaluate((mark) => mark.ownerDocument.defaultView?.getComputedStyle(mark).backgroundColor);
  expect(colour).not.toMatch(/^rgba\(0, 0, 0/);
  await page.mouse.move(box.x + 500, box.y + 90);
  await page.mouse.down();
  await page.mouse.up();
  await brushed().waitFor({ state: "detached" });
  expect(new Set(await marks())).toEqual(new Set([0]));
});

test("a press on the heatmap chooses its column's time for all charts, and leads to its calls", async () => {
  const heatmap = page.getByRole("img", { name: /^How long calls took/ });
  await heatmap.scrollIntoViewIfNeeded();
  const box = await heatmap.boundingBox();
  if (box === null) throw new Error("the heatmap is not in view");
  const columns = Number((await heatmap.getAttribute("viewBox"))?.split(" ")[2]);
  const press = async (column: number, to = column): Promise<void> => {
    const at = (place: number): number => box.x + ((place + 0.5) / columns) * box.width;
    await page.mouse.move(at(column), box.y + 20);
    await page.mouse.down();
    await page.mouse.move(at(to), box.y + 20, { steps: 3 });
    await page.mouse.up();
  };
  await press(columns - 10);
  await brushed().waitFor();
  expect((await marks())[0]).toBeGreaterThan(5);
  await press(columns - 10);
  await brushed().waitFor({ state: "detached" });
  await page.getByTestId("heatmap-chosen").waitFor({ state: "detached" });

  await press(columns - 10, columns - 13);
  const calls = await brushed()
    .getByRole("button", { name: /^See \d+ calls$/ })
    .innerText();
  expect(Number(/\d+/.exec(calls)?.[0])).toBeGreaterThan(0);
  await brushed().getByRole("button", { name: calls }).click();
  const filter = page.getByRole("combobox", { name: "Filter calls" });
  await filter.waitFor();
  const [, since = "", until = ""] = /^since:(\S+) until:(\S+)$/.exec(await filter.inputValue()) ?? [];
  expect(Date.parse(until) - Date.parse(since)).toBe(4 * 60_000);
});

test("what the charts tell apart is in the table of numbers too, a column for each line", async () => {
  await page.getByLabel("Tell apart").click();
  await page.getByRole("option", { name: "By server" }).click();
  const names = await page
    .getByTitle("Show only this")
    .evaluateAll((all) => all.map((one) => one.querySelector("span")?.textContent ?? ""));
  expect(names.length).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Show the numbers as a table" }).click();
  for (const name of names)
    await page
      .getByTestId("numbers")
      .getByRole("columnheader", { name: `p95 of ${name}` })
      .waitFor();
});

test("the newest bucket has its whole width, can be chosen, and is what the pointer is over", async () => {
  await slider().focus();
  await page.keyboard.press("End");
  const max = Number(await slider().getAttribute("aria-valuemax"));
  expect(Number(await slider().getAttribute("aria-valuenow"))).toBe(max);
  await page.keyboard.press("Shift+End");
  await brushed().waitFor();
  const plot = page.locator(".u-over").first();
  const whole = (await plot.boundingBox())?.width ?? 0;
  const [first = 0] = await marks();
  expect(Math.abs(first - whole / (max + 1))).toBeLessThanOrEqual(2);

  // Its calls are those that are said while the pointer is anywhere over it.
  const calls = page.getByRole("region", { name: "Calls", exact: true });
  const box = await calls.locator(".u-over").boundingBox();
  if (box === null) throw new Error("the chart is not in view");
  const said = new Set<string>();
  for (const part of [0.1, 0.5, 0.9]) {
    await page.mouse.move(box.x + box.width - first * part, box.y + 20);
    said.add((await calls.innerText()).split("denied")[0] ?? "");
  }
  expect(said.size).toBe(1);
  await page.mouse.move(box.x + box.width - first * 1.1, box.y + 20);
  expect(said.has((await calls.innerText()).split("denied")[0] ?? "")).toBe(false);
});
