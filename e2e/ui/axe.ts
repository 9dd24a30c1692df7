import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Page } from "playwright-core";

/** The rules that look at colours: the others find the same in light and dark. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * What keeps somebody out of the page as it is now: axe's serious and critical violations, with their first places.
 * `colours`: only what depends on them, where the same page has been looked at whole in other colours. Throws for a page
 * with frames, which it would not look into.
 */
export async function violations(page: Page, { colours = false } = {}): Promise<string[]> {
  if (page.frames().length > 1)
    throw new Error("axe looks at a page's own document only, and this has frames");
  // Once for a document: it takes longer than a short run.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const options: RunOptions = {
    resultTypes: ["violations"],
    ...(colours ? { runOnly: { type: "rule", values: COLOUR_RULES } } : {}),
  };
  const run = `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`;
  const found = (await page.evaluate(run)) as AxeResults["violations"];
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      const places = nodes
        .slice(0, 3)
        .map(
          ({ html, failureSummary = "" }) =>
            `${html.slice(0, 160)} (${failureSummary.split("\n")[1]?.trim()})`,
        );
      return `${id}: ${places.join("; ")}`;
    });
}
