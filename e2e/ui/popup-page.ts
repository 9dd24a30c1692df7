import type { Page } from "playwright-core";
import { sampleView } from "../../renderer/dev/sample-questions.ts";
import type { Question } from "../../shared/model/question.ts";
import { waitFor } from "../lib/wait.ts";

/** As wide as the desktop makes its popup, and as high as it makes it at most. */
const WIDTH = 480;
const TALLEST = 900;

/** What the page did with the bridge that stands in for the popup's preload. */
interface Bench {
  readonly fits: number[];
  readonly chosen: unknown[][];
}

/** Opens the popup's page in a browser with one question, as the desktop shows it: fitted, and with input that counts. */
export async function openPopup(page: Page, origin: string, question: Question, total = 1): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height: 560 });
  // A script in text: what a page has as globals is none of Node's.
  await page.addInitScript({
    content: `(() => {
      const bench = { fits: [], chosen: [] };
      window.popupBench = bench;
      window.gatehousePopup = {
        onView(listener) { listener(${JSON.stringify(sampleView(question, { total }))}); return () => {}; },
        fit: (_version, height) => bench.fits.push(height),
        choose: async (...given) => { bench.chosen.push(given); return { ok: true }; },
      };
    })()`,
  });
  await page.goto("about:blank");
  await page.goto(`${origin}/ui/popup/index.html`);
  const height = await waitFor(async () => (await bench(page)).fits[0], {
    deadlineMs: 10_000,
    what: "the popup to be measured",
  });
  await page.setViewportSize({ width: WIDTH, height: Math.min(TALLEST, height) });
  await page.locator("[data-answers]:not([aria-disabled])").first().waitFor();
}

const bench = (page: Page): Promise<Bench> =>
  page.evaluate(() => (globalThis as unknown as { popupBench: Bench }).popupBench);
