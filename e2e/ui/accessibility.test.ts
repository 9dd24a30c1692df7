// Axe on every scene of the web UI, light and dark: no serious or critical violation.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { type MockHub, type Scenario, startMockHub } from "../lib/mock-hub.ts";
import { violations } from "./axe.ts";
import { enter, SCENES } from "./scenes/index.ts";

const SCENARIOS: readonly Scenario[] = ["full", "empty", "failing", "loading", "asking", "million"];

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

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
