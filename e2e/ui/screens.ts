/** `npm run screens`: pictures of every shown scene of the built web UI, light and dark, into docs/screens. */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage, startBrowser } from "../lib/browser.ts";
import { startMockHub } from "../lib/mock-hub.ts";
import { enter, SCENES } from "./scenes/index.ts";

const FOLDER = fileURLToPath(new URL("../../docs/screens", import.meta.url));
const MOST_BYTES = 250 * 1024;

/** Takes the pictures of the scenes whose names begin with one of `names`, or of all; resolves with the exit code. */
export async function main(names: readonly string[]): Promise<number> {
  const scenes = SCENES.filter(
    ({ name, shown }) => shown && (names.length === 0 || names.some((wanted) => name.startsWith(wanted))),
  );
  if (names.length === 0) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const browser = await startBrowser();
  let failed = 0;
  try {
    for (const scene of scenes) {
      const hub = await startMockHub(scene.scenario);
      try {
        const { context, page } = await openPage(browser, hub.url);
        await page.emulateMedia({ reducedMotion: "reduce" });
        await enter(page, hub, scene);
        // Neither hover nor the ring of what was pressed last belongs into a picture; typing does.
        await page.mouse.move(1, 1);
        await page.evaluate(
          "document.activeElement?.matches('[role=tab], [role=combobox]:not(input)') && document.activeElement.blur()",
        );
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const path = join(FOLDER, `${scene.name}-${colorScheme}.png`);
          await page.screenshot({ path, caret: "hide", animations: "disabled" });
          const { size } = statSync(path);
          if (size > MOST_BYTES) failed += 1;
          const kilobytes = `${Math.round(size / 1024)} KB${size > MOST_BYTES ? ", too big" : ""}`;
          process.stdout.write(`docs/screens/${scene.name}-${colorScheme}.png  ${kilobytes}\n`);
        }
        await context.close();
      } finally {
        await hub.stop();
      }
    }
  } finally {
    await browser.close();
  }
  return failed === 0 ? 0 : 1;
}
