// The Latency screen on a real hub: calls made through it are in its charts, its table, its brush and its cost.
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { definitions } from "../fixtures/echo/tools.ts";
import { PATIENCE, type RecordedCall, startTestHub, type TestHub } from "../hub/kit.ts";
import { type OpenPage, openUi, startBrowser } from "../lib/browser.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";

const MINUTE = 60_000;

let hub: TestHub;
let ada: McpHttpClient;
let browser: Browser;
let ui: OpenPage;
let page: Page;

beforeAll(async () => {
  hub = await startTestHub({
    ui: true,
    config: {
      mcpServers: { echo: echoServer() },
      prices: { opus: { input: 1_000_000, currency: "EUR" } },
    },
  });
  ada = await hub.connect(await hub.addClient("ada"));
  // Calls of an earlier time are these, moved: what a hub has recorded can be taken out and in again.
  for (let i = 0; i < 3; i++) await ada.call("echo__echo", { text: "early" });
  await moved(30, "echo");
  for (let i = 0; i < 4; i++) await ada.call("echo__add", { a: i, b: 1 });
  await moved(20, "add");
  await ada.call("echo__fail", { text: "late" });
  browser = await startBrowser();
  ui = await openUi(browser, hub);
  page = ui.page;
}, PATIENCE * 3);
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
});

/** Takes the calls of a tool in again as if they had been so many minutes earlier. */
async function moved(minutes: number, tool: string): Promise<void> {
  const lines = (await hub.command("calls", "export", "--tool", tool)).trimEnd().split("\n");
  const earlier = lines.map((line) => {
    const call = JSON.parse(line) as { startedAt: string };
    return JSON.stringify({
      ...call,
      startedAt: new Date(Date.parse(call.startedAt) - minutes * MINUTE).toISOString(),
    });
  });
  const { code, stderr } = await hub.cli(["calls", "import", "-"], `${earlier.join("\n")}\n`);
  expect(code, stderr).toBe(0);
}

const recorded = (): Promise<RecordedCall[]> => hub.calls("--limit", "1000");
const go = (fragment: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
/** The span that Activity shows, by the page's address. */
const shownSpan = (): { from: number; to: number } => {
  const told = new URLSearchParams(new URL(page.url()).hash.split("?")[1]);
  return { from: Number(told.get("since")), to: Number(told.get("until")) };
};
/** The calls that Activity lists, by their ids. */
const listed = (): Promise<string[]> =>
  page
    .getByTestId("call-row")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-call-id") ?? ""));

async function showTable(): Promise<void> {
  await go("#/latency");
  await page.getByTestId("latency").waitFor();
  const numbers = page.getByRole("button", { name: /the numbers/ });
  if ((await numbers.getAttribute("aria-expanded")) === "false") await numbers.click();
  await page.getByTestId("numbers").waitFor();
}

test("the table has the calls of each minute, how many failed and how long they took", async () => {
  await showTable();
  const calls = await recorded();
  expect(calls.length).toBeGreaterThanOrEqual(15);
  const minutes = new Map<number, RecordedCall[]>();
  for (const call of calls) {
    const minute = Math.floor(Date.parse(call.startedAt) / MINUTE);
    minutes.set(minute, [...(minutes.get(minute) ?? []), call]);
  }
  const expected = [...minutes]
    .sort(([a], [b]) => b - a)
    .map(([, list]) => [
      String(list.length),
      String(list.filter(({ status }) => status === "tool_error" || status === "error").length),
    ]);
  // The chart is read again soon after the last call.
  const rows = await waitFor(
    async () => {
      const cells = await page
        .getByTestId("numbers")
        .locator("tbody tr")
        .evaluateAll((found) =>
          found.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent ?? "")),
        );
      return JSON.stringify(cells.map((row) => row.slice(0, 2))) === JSON.stringify(expected) && cells;
    },
    { deadlineMs: PATIENCE, what: `the table to have the rows ${JSON.stringify(expected)}` },
  );
  // The fifth and later columns are percentiles: the highest is the longest of a minute's few calls.
  for (const [index, [, list]] of [...minutes].sort(([a], [b]) => b - a).entries()) {
    const longest = Math.max(...list.map(({ durationUs, times }) => durationUs - times.consent));
    const shown = microseconds(rows[index]?.[4] ?? "");
    expect(Math.abs(shown / longest - 1), `${rows[index]?.[4]} beside ${longest} µs`).toBeLessThan(0.03);
  }
});

/** What the screen writes a duration as. */
function microseconds(text: string): number {
  const [, number = "", unit = ""] = /^([\d.]+) (µs|ms|s)$/.exec(text) ?? [];
  return Number(number) * ({ µs: 1, ms: 1e3, s: 1e6 }[unit] ?? Number.NaN);
}

test("a minute of the table leads to exactly its calls", async () => {
  await showTable();
  await page.getByTestId("numbers").locator("tbody tr").last().getByRole("button").click();
  await page.getByTestId("call-row").first().waitFor();
  const { from, to } = shownSpan();
  expect(to - from).toBe(MINUTE);
  const within = (await recorded()).filter(({ startedAt }) => {
    const at = Date.parse(startedAt);
    return at >= from && at < to;
  });
  expect(within.every(({ tool }) => tool === "echo")).toBe(true);
  await waitFor(async () => (await listed()).length === within.length, {
    deadlineMs: PATIENCE,
    what: `${within.length} calls in Activity`,
  });
  expect(new Set(await listed())).toEqual(new Set(within.map(({ id }) => String(id))));
});

test("a range that is brushed over leads to exactly its calls", async () => {
  await go("#/latency");
  await page.getByTestId("latency").waitFor();
  const chart = page.getByRole("img", { name: /^Calls: / }).locator(".u-over");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) throw new Error("the chart of calls is not there");
  // The chart spans the last hour; what was moved lies 30 and 20 minutes back, the brush between 25 and 15.
  const at = (minutes: number): number => box.x + box.width * (1 - minutes / 60);
  const y = box.y + box.height / 2;
  await page.mouse.move(at(25), y);
  await page.mouse.down();
  await page.mouse.move(at(20), y, { steps: 4 });
  await page.mouse.move(at(15), y, { steps: 4 });
  await page.mouse.up();
  const brushed = page.getByTestId("brushed");
  await brushed.getByRole("button", { name: "See 4 calls" }).click();
  await page.getByTestId("call-row").first().waitFor();
  const { from, to } = shownSpan();
  const within = (await recorded()).filter(({ startedAt }) => {
    const time = Date.parse(startedAt);
    return time >= from && time < to;
  });
  expect(within.map(({ tool }) => tool)).toEqual(["add", "add", "add", "add"]);
  await waitFor(async () => (await listed()).length === 4, {
    deadlineMs: PATIENCE,
    what: "four calls in Activity",
  });
  expect(new Set(await listed())).toEqual(new Set(within.map(({ id }) => String(id))));
});

test("the cost is that of the definitions that the server lists, in real tokens and in the person's prices", async () => {
  const tokens = [...definitions(0).values()].reduce((sum, text) => sum + countTokens(text), 0);
  expect(tokens).toBeGreaterThan(100);
  await go("#/latency/cost");
  const cost = page.getByTestId("cost");
  await cost.waitFor();
  // A million a million tokens: one for each.
  // A million for a million tokens: one for each.
  expect(await cost.getByRole("region", { name: "Tool definitions" }).locator("p").innerText()).toContain(
    `carries ≈ ${tokens.toLocaleString("en-US")} tokens · ${tokens}.00 EUR with opus`,
  );
  await cost.getByText("ada", { exact: true }).first().waitFor();
});

test("nothing went wrong in the page", () => {
  expect(ui.errors).toEqual([]);
});
