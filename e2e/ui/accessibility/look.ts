// Axe on scenes of the web UI: no serious or critical violation, in light by every rule, in dark by those about colours.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, startBrowser } from "../../lib/browser.ts";
import { type MockHub, startMockHub } from "../../lib/mock-hub.ts";
import { violations } from "../axe.ts";
import { enter, SCENES } from "../scenes/index.ts";

/** How many files beside this share the scenes, so that workers can share what takes minutes. */
const PARTS = 3;

/** Defines a test for every third scene, from `part` (0, 1 or 2) on, at one hub for each scenario. */
export function lookAtPart(part: 0 | 1 | 2): void {
  const scenes = SCENES.filter((_, index) => index % PARTS === part);
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  describe.each([...new Set(scenes.map(({ scenario }) => scenario))])("%s", (scenario) => {
    let hub: MockHub;
    let page: Page;
    beforeAll(async () => {
      hub = await startMockHub(scenario);
      ({ page } = await openPage(browser, hub.url));
      await page.emulateMedia({ reducedMotion: "reduce" });
    });
    afterAll(() => hub?.stop());

    test.each(scenes.filter((scene) => scene.scenario === scenario))("$name", async (scene) => {
      await page.emulateMedia({ colorScheme: "light" });
      await enter(page, hub, scene);
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await violations(page, { colours: true })).toEqual([]);
    });
  });
}
