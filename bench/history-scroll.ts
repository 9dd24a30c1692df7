import { openUi, startBrowser } from "../e2e/lib/browser.ts";
import { type TaskReport, watchTasks } from "../e2e/ui/tasks.ts";
import type { HistoryHub } from "./history-home.ts";

/** What the window did while somebody scrolled through the whole history. */
export interface ScrollFigures extends TaskReport {
  /** Milliseconds from the Activity screen's opening until its first rows were there. */
  readonly openedMs: number;
}

/** Opens the web UI of the hub, which is the window's, in a browser and scrolls over all calls: by the wheel, then by jumps. */
export async function measureScrolling({ hub }: HistoryHub): Promise<ScrollFigures> {
  const browser = await startBrowser();
  try {
    const { page } = await openUi(browser, hub);
    await page.getByTestId("hub-status").waitFor();
    const firstRows = () => page.getByTestId("call-row").nth(10).waitFor();
    const began = performance.now();
    await page.evaluate('location.hash = "#/activity"');
    await firstRows();
    const openedMs = performance.now() - began;
    const grid = page.getByTestId("calls");
    const box = await grid.boundingBox();
    if (box === null) throw new Error("the list of calls is not in view");
    await page.mouse.move(box.x + 200, box.y + 200);
    const tasks = await watchTasks(browser, page, async () => {
      for (let turn = 0; turn < 120; turn += 1) await page.mouse.wheel(0, 700);
      for (const share of [0.2, 0.5, 0.8, 0.999, 0.35, 0.65, 0]) {
        await grid.evaluate((element, to) => element.scrollTo({ top: element.scrollHeight * to }), share);
        await firstRows();
      }
    });
    return { ...tasks, openedMs };
  } finally {
    await browser.close();
  }
}
