import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type OpenPage, openPage, startBrowser } from "./browser.ts";
import { type MockHub, startMockHub } from "./mock-hub.ts";

/** A mock hub with everything, and its page, for each test of the file; an error in the page fails its test. */
export function mockPage() {
  let browser: Browser;
  let hub: MockHub;
  let ui: OpenPage;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    hub = await startMockHub("full");
    ui = await openPage(browser, hub.url);
    await ui.page.getByTestId("server-row").first().waitFor();
  });
  afterEach(async () => {
    expect(ui.errors).toEqual([]);
    await ui.context.close();
    await hub.stop();
  });
  return {
    get hub() {
      return hub;
    },
    get page(): Page {
      return ui.page;
    },
    /** The owner says yes to the oldest question. */
    approve: (): Promise<unknown> => fetch(new URL("/mock/approve", hub.url), { method: "POST" }),
  };
}
