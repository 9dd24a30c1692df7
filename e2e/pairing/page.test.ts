import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { openPage, startBrowser } from "../lib/browser.ts";
import { authorizeUrl, pendingPair, register } from "./kit.ts";

let hub: TestHub;
let browser: Browser;
/** The program that waits for its code. */
let program: Server;
let callback: string;
beforeAll(async () => {
  program = createServer((_req, res) => res.end("back")).listen(0, "127.0.0.1");
  await once(program, "listening");
  callback = `http://127.0.0.1:${(program.address() as { port: number }).port}/callback`;
  hub = await startTestHub({ config: {} });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
  program?.closeAllConnections();
  program?.close();
});

test.each(["light", "dark"] as const)(
  "a real browser waits without script, in the %s theme, and is sent back when the person has allowed",
  async (theme) => {
    const origin = new URL(hub.url).origin;
    const { url } = authorizeUrl(
      origin,
      await register(origin, { client_name: `Browser ${theme}`, redirect_uris: [callback] }),
      {
        redirect_uri: callback,
      },
    );
    const { context, page, errors } = await openPage(browser, url.href, { theme });
    try {
      expect(await page.getByRole("heading").textContent()).toBe("Waiting for your answer in Gatehouse");
      expect(await page.locator("script").count()).toBe(0);
      // The style is let in by its hash.
      const radius = await page.evaluate<string>(
        'getComputedStyle(document.querySelector("main")).borderRadius',
      );
      expect(radius).toBe("12px");
      const { id } = await pendingPair(hub);
      await Promise.all([
        page.waitForURL((at) => at.href.startsWith(`${callback}?code=`)),
        hub.command("answer", id, "approve"),
      ]);
      expect(errors).toEqual([]);
    } finally {
      await context.close();
    }
  },
);
