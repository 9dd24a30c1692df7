// Ten thousand calls within ten seconds, from a real client through a real hub, while Activity is watched. Limits are on
// the page's CPU time, so that a machine that is busy with other things does not fail the test.
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenPage, openUi, startBrowser } from "../lib/browser.ts";
import { echoServer, type RunningHub, startHub } from "../lib/hub.ts";
import { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { heapBytes, watchTasks } from "./tasks.ts";

const CALLS = 10_000;
const SECONDS = 10;
/** How many rows the list keeps while it follows the calls: with fewer, memory must grow. */
const KEPT_ROWS = 5_000;
const LONGEST_TASK_MS = 50;
const HEAP_GROWTH = 4 * 1024 * 1024;
const MOST_ELEMENTS = 1_500;

let browser: Browser;
let hub: RunningHub;
let ui: OpenPage;
let client: McpHttpClient;

beforeAll(async () => {
  hub = await startHub({
    ui: true,
    config: { consent: { default: "allow" }, mcpServers: { echo: echoServer() } },
  });
  browser = await startBrowser();
  const { token } = JSON.parse((await hub.cli(["client", "add", "load", "--json"])).stdout);
  client = new McpHttpClient(hub.url, { token });
  await client.initialize();
  ui = await openUi(browser, hub);
});
afterAll(async () => {
  client?.close();
  await browser?.close();
  await hub?.stop();
});

let sent = 0;
const call = async (): Promise<void> => {
  sent += 1;
  await client.call("echo__echo", { text: `call ${sent}` });
};
const burst = (count: number): Promise<unknown> => Promise.all(Array.from({ length: count }, call));

/** Spreads calls evenly over the seconds, or over as many more as the machine needs. */
async function flood(count: number, seconds: number): Promise<number> {
  const step = Math.ceil(count / (seconds * 20));
  const begun = performance.now();
  for (let done = 0; done < count; done += step) {
    await burst(step);
    const due = begun + (Math.min(count, done + step) / count) * seconds * 1_000;
    await sleep(Math.max(0, due - performance.now()));
  }
  return (performance.now() - begun) / 1_000;
}

/** Resolves when the page has come to the last call: it can be opened, and the list is left as it was. */
async function untilShown(page: Page): Promise<void> {
  await waitFor(
    async () => {
      await page.getByTestId("call-row").first().click();
      const detail = page.getByTestId("call-detail");
      await detail
        .getByText(/call \d+/)
        .first()
        .waitFor();
      return (await detail.innerText()).includes(`call ${sent}`);
    },
    { deadlineMs: 60_000, what: "the last call" },
  );
  await page.keyboard.press("Escape");
}

test("10,000 calls in 10 s: no task of the page over 50 ms, its elements bounded, its memory flat", {
  timeout: 300_000,
}, async () => {
  const { page } = ui;
  await call();
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByTestId("call-row").first().waitFor();
  for (let done = 0; done < KEPT_ROWS + 500; done += 100) await burst(100);
  await untilShown(page);
  const heapBefore = await heapBytes(page);

  let seconds = 0;
  const report = await watchTasks(browser, page, async () => {
    seconds = await flood(CALLS, SECONDS);
  });
  await untilShown(page);
  const grown = (await heapBytes(page)) - heapBefore;
  const figures = {
    seconds: Number(seconds.toFixed(1)),
    ...report,
    heapMB: Number((heapBefore / 1_048_576).toFixed(1)),
    grownMB: Number((grown / 1_048_576).toFixed(2)),
  };
  console.log(`flood: ${JSON.stringify(figures)}`);
  expect(report.tasks).toBeGreaterThan(100);
  expect(report.longestCpuMs).toBeLessThan(LONGEST_TASK_MS);
  expect(report.mostElements).toBeLessThan(MOST_ELEMENTS);
  expect(grown).toBeLessThan(HEAP_GROWTH);
});
