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
  await page.mouse.move(box.x + 500, box.y + 90);
  await page.mouse.down();
  await page.mouse.up();
  await brushed().waitFor({ state: "detached" });
  expect(new Set(await marks())).toEqual(new Set([0]));
});
