// That the check of the scenes finds something where there is something.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage, startBrowser } from "../lib/browser.ts";
import { violations } from "./axe.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const rules = (found: readonly string[]): string[] => found.map((text) => text.replace(/:.*$/s, "")).sort();

/** Opens a document, and says what is found of it in light, in dark, and in dark of its colours alone. */
async function found(body: string): Promise<string[][]> {
  const html = `<!doctype html><html lang="en"><title>t</title><style>
    body { color: black; background: white }
    @media (prefers-color-scheme: dark) { body { color: white; background: black } .d { color: #333 } }
  </style><main><h1>t</h1>${body}</main></html>`;
  const { page, context } = await openPage(browser, `data:text/html,${encodeURIComponent(html)}`);
  try {
    const light = await violations(page);
    await page.emulateMedia({ colorScheme: "dark" });
    return [light, await violations(page), await violations(page, { colours: true })].map(rules);
  } finally {
    await context.close();
  }
}

test("a page in order has no violation", async () => {
  expect(await found("<p>text</p><button>Go</button>")).toEqual([[], [], []]);
});

test("what is wrong in any colours is found by the whole look", async () => {
  expect(await found("<button></button><img src='data:,'><input>")).toEqual([
    ["button-name", "image-alt", "label"],
    ["button-name", "image-alt", "label"],
    [],
  ]);
});

test("what can be read in light alone is found in dark, by its colours too", async () => {
  expect(await found("<p class=d>text</p>")).toEqual([[], ["color-contrast"], ["color-contrast"]]);
});

test("a page with a frame is not looked at in part", async () => {
  await expect(found("<iframe title=f srcdoc='<p>x'></iframe>")).rejects.toThrow("frames");
});
