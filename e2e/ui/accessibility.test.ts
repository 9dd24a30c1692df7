// Axe on every scene of the web UI, light and dark: no serious or critical violation.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type MockHub, type Scenario, startMockHub } from "../lib/mock-hub.ts";
import { enter, SCENES } from "./scenes.ts";

const SCENARIOS: readonly Scenario[] = ["full", "empty", "failing", "loading"];

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** The violations that keep somebody out, each with its first places. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(
            ({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary?.split("\n")[1]?.trim()})`,
          )
          .join("; ")}`,
    );
}

describe.each(SCENARIOS)("%s", (scenario) => {
  let hub: MockHub;
  let page: Page;
  beforeAll(async () => {
    hub = await startMockHub(scenario);
    ({ page } = await openPage(browser, hub.url));
    await page.emulateMedia({ reducedMotion: "reduce" });
  });
  afterAll(() => hub?.stop());

  test.each(SCENES.filter((scene) => scene.scenario === scenario))("$name", async (scene) => {
    await enter(page, hub, scene);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await violations(page)]).toEqual([colorScheme, []]);
    }
  });
});
