import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What keeps somebody out of the page as it is now: axe's serious and critical violations, with their first places. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
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
